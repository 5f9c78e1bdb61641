//! What chat templates expect from Python: `tojson` as `json.dumps` writes it, and `strftime`.

use minijinja::value::{Kwargs, Value};
use minijinja::{Error, ErrorKind};
use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};
use std::io::{self, Write};

/// `json.dumps`'s separators: a space after each comma and colon.
struct Spaced;

impl Formatter for Spaced {
	fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
		if first {
			Ok(())
		} else {
			writer.write_all(b", ")
		}
	}

	fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
		self.begin_array_value(writer, first)
	}

	fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
		writer.write_all(b": ")
	}
}

/// The filter `tojson(indent=None)`: no character is escaped for HTML.
pub(crate) fn tojson(value: &Value, options: Kwargs) -> Result<String, Error> {
	let indent: Option<usize> = options.get("indent")?;
	let _: Option<bool> = options.get("ensure_ascii")?;
	options.assert_all_used()?;
	let fail = |e: serde_json::Error| Error::new(ErrorKind::InvalidOperation, format!("tojson: {e}"));
	let mut out = Vec::new();
	match indent {
		None => value.serialize(&mut Serializer::with_formatter(&mut out, Spaced)).map_err(fail)?,
		Some(width) => {
			let spaces = " ".repeat(width.min(16));
			let formatter = PrettyFormatter::with_indent(spaces.as_bytes());
			value.serialize(&mut Serializer::with_formatter(&mut out, formatter)).map_err(fail)?;
		}
	}
	String::from_utf8(out).map_err(|e| Error::new(ErrorKind::InvalidOperation, e.to_string()))
}

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS: [&str; 12] = [
	"January",
	"February",
	"March",
	"April",
	"May",
	"June",
	"July",
	"August",
	"September",
	"October",
	"November",
	"December",
];

/// Python's `strftime` in UTC and English, for the directives that date lines of templates use.
pub(crate) fn strftime(format: &str, unix_seconds: i64) -> Result<String, Error> {
	let (days, seconds) = (unix_seconds.div_euclid(86_400), unix_seconds.rem_euclid(86_400));
	let (year, month, day) = civil(days);
	let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
	let weekday = DAYS[(days + 4).rem_euclid(7) as usize];
	let month_name = MONTHS[(month - 1) as usize];
	let hour12 = if hour % 12 == 0 { 12 } else { hour % 12 };
	let mut out = String::new();
	let mut chars = format.chars();
	while let Some(c) = chars.next() {
		if c != '%' {
			out.push(c);
			continue;
		}
		let text = match chars.next() {
			Some('Y') => year.to_string(),
			Some('y') => format!("{:02}", year.rem_euclid(100)),
			Some('m') => format!("{month:02}"),
			Some('d') => format!("{day:02}"),
			Some('B') => month_name.to_owned(),
			Some('b') => month_name[..3].to_owned(),
			Some('A') => weekday.to_owned(),
			Some('a') => weekday[..3].to_owned(),
			Some('H') => format!("{hour:02}"),
			Some('I') => format!("{hour12:02}"),
			Some('p') => if hour < 12 { "AM" } else { "PM" }.to_owned(),
			Some('M') => format!("{minute:02}"),
			Some('S') => format!("{second:02}"),
			Some('F') => format!("{year}-{month:02}-{day:02}"),
			Some('T') => format!("{hour:02}:{minute:02}:{second:02}"),
			Some('Z') => "UTC".to_owned(),
			Some('%') => "%".to_owned(),
			other => {
				let reason = format!("strftime: `%{}` is not supported", other.map(String::from).unwrap_or_default());
				return Err(Error::new(ErrorKind::InvalidOperation, reason));
			}
		};
		out.push_str(&text);
	}
	Ok(out)
}

/// Year, month and day of a number of days since 1970-01-01 (H. Hinnant, "chrono-compatible low-level date algorithms").
fn civil(days: i64) -> (i64, i64, i64) {
	let z = days.saturating_add(719_468);
	let era = z.div_euclid(146_097);
	let day_of_era = z.rem_euclid(146_097);
	let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
	let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	let shifted = (5 * day_of_year + 2) / 153;
	let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
	(year_of_era + era * 400 + i64::from(month <= 2), month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn strftime_knows_the_calendar() {
		// `date -u -d @951782399`: the last second of a 28 February in a leap year.
		assert_eq!(strftime("%d %b %Y %H:%M:%S %a", 951_782_399).unwrap(), "28 Feb 2000 23:59:59 Mon");
		assert_eq!(strftime("%A %d %B %Y", 951_782_400).unwrap(), "Tuesday 29 February 2000");
		assert_eq!(strftime("%F %I:%M %p %y%%", 0).unwrap(), "1970-01-01 12:00 AM 70%");
		assert_eq!(strftime("%F", -1).unwrap(), "1969-12-31");
		assert!(strftime("%Q", 0).is_err() && strftime("%", 0).is_err());
		assert!(strftime("%F", i64::MAX).is_ok() && strftime("%F", i64::MIN).is_ok());
	}
}
