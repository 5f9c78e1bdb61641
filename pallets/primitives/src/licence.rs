//! Licences of data and models, and which may follow which (protocol §4).
//!
//! A model that was made from others, or from data, is their derivative. The table below says for each licence what it
//! asks of derivatives, with the clause that asks it. Licences that are not in it are unknown to the chain; a name that
//! SPDX does not list is a `LicenseRef-`, as SPDX has it (specification 3.0, annex B).

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// The longest SPDX identifier that is read, in bytes.
pub const MAX_SPDX: u32 = 32;

/// What a licence asks of derivatives.
struct Terms {
	/// Whether derivatives may be shared at all.
	derivatives: bool,
	/// Whether they may earn money.
	commercial: bool,
	/// The licences that they may have; `None` for any.
	alike: Option<&'static [Licence]>,
}

/// Any derivative under any licence.
const PERMISSIVE: Terms = Terms { derivatives: true, commercial: true, alike: None };
/// No derivatives.
const VERBATIM: Terms = Terms { derivatives: false, commercial: true, alike: None };

/// Derivatives under one of these licences.
const fn alike(licences: &'static [Licence]) -> Terms {
	Terms { alike: Some(licences), ..PERMISSIVE }
}

macro_rules! licences {
	($($(#[$doc:meta])* $index:literal $name:ident $spdx:literal $terms:expr;)+) => {
		/// A licence that the chain knows.
		#[derive(
			Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug,
		)]
		#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
		pub enum Licence {$(
			$(#[$doc])*
			#[codec(index = $index)]
			#[cfg_attr(feature = "std", serde(rename = $spdx))]
			$name,
		)+}

		impl Licence {
			/// Every licence, in the order of the table.
			pub const ALL: &[Self] = &[$(Self::$name),+];

			/// The SPDX identifier.
			pub const fn spdx(self) -> &'static str {
				match self {$(Self::$name => $spdx,)+}
			}

			const fn terms(self) -> Terms {
				match self {$(Self::$name => $terms,)+}
			}
		}
	};
}

licences! {
	/// Public domain; section 2 waives every right.
	0 Cc0 "CC0-1.0" PERMISSIVE;
	/// Public domain for databases.
	1 Pddl "PDDL-1.0" PERMISSIVE;
	/// Asks for the notice only.
	2 Mit "MIT" PERMISSIVE;
	/// Asks for the notice only.
	3 Bsd2 "BSD-2-Clause" PERMISSIVE;
	/// Asks for the notice, and not to use the authors' names.
	4 Bsd3 "BSD-3-Clause" PERMISSIVE;
	/// Section 4 lets modifications have other terms.
	5 Apache2 "Apache-2.0" PERMISSIVE;
	/// Section 3(a) asks for attribution, which lineage gives.
	6 CcBy "CC-BY-4.0" PERMISSIVE;
	/// Section 4.3 asks for a notice with what is produced.
	7 OdcBy "ODC-By-1.0" PERMISSIVE;
	/// Section 3.1 frees results of computation.
	8 CdlaPermissive "CDLA-Permissive-2.0" PERMISSIVE;
	/// Asks for the notice only.
	9 WordNet "LicenseRef-WordNet-3.0" PERMISSIVE;
	/// Section 3(b): adapted material has the same licence or a compatible one, which GPL-3.0 is, one way.
	10 CcBySa "CC-BY-SA-4.0" alike(&[Licence::CcBySa, Licence::Gpl3]);
	/// Section 4.4: derivative databases have the same licence.
	11 Odbl "ODbL-1.0" alike(&[Licence::Odbl]);
	/// Section 3.1, with the secondary licences of section 1.12.
	12 Mpl2 "MPL-2.0" alike(&[Licence::Mpl2, Licence::Gpl3, Licence::Agpl3]);
	/// Section 5(c).
	13 Gpl3 "GPL-3.0-only" alike(&[Licence::Gpl3]);
	/// Section 5(c).
	14 Agpl3 "AGPL-3.0-only" alike(&[Licence::Agpl3]);
	/// Section 2(a)(1): not for commercial advantage.
	15 CcByNc "CC-BY-NC-4.0" Terms { commercial: false, ..PERMISSIVE };
	/// Sections 2(a)(1) and 3(b).
	16 CcByNcSa "CC-BY-NC-SA-4.0" Terms { commercial: false, ..alike(&[Licence::CcByNcSa]) };
	/// Section 2(a)(1)(B): adapted material is not shared.
	17 CcByNd "CC-BY-ND-4.0" VERBATIM;
	/// Section 2(a)(1)(B), and not for commercial advantage.
	18 CcByNcNd "CC-BY-NC-ND-4.0" Terms { commercial: false, ..VERBATIM };
	/// Community licence of LLaMA, section 1(b): whoever shares a derivative shares it under the same agreement.
	19 Llama "LicenseRef-Llama-Community" alike(&[Licence::Llama]);
	/// Gemma terms of use, section 3.1: the restrictions of use are passed on.
	20 Gemma "LicenseRef-Gemma" alike(&[Licence::Gemma]);
	/// Section 4(a) and attachment A: the restrictions of use are passed on.
	21 OpenRail "LicenseRef-OpenRAIL-M" alike(&[Licence::OpenRail]);
}

/// Why one licence cannot follow another.
#[derive(Encode, Decode, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Conflict {
	/// The source may not be changed.
	NoDerivatives,
	/// The source asks for its own licence, or one of few others.
	ShareAlike,
	/// The source may not earn money, and the derivative could.
	NonCommercial,
}

impl Licence {
	/// The licence with this SPDX identifier; case counts.
	pub fn parse(spdx: &[u8]) -> Option<Self> {
		Self::ALL.iter().copied().find(|licence| licence.spdx().as_bytes() == spdx)
	}

	/// Whether what has this licence may earn money.
	pub const fn commercial(self) -> bool {
		self.terms().commercial
	}

	/// Whether something under this licence may be made from `source`.
	pub fn follows(self, source: Self) -> Result<(), Conflict> {
		let asked = source.terms();
		if !asked.derivatives {
			return Err(Conflict::NoDerivatives);
		}
		if asked.alike.is_some_and(|allowed| !allowed.contains(&self)) {
			return Err(Conflict::ShareAlike);
		}
		if !asked.commercial && self.commercial() {
			return Err(Conflict::NonCommercial);
		}
		Ok(())
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn identifiers_are_distinct_fit_and_are_read_back() {
		for licence in Licence::ALL {
			assert_eq!(Licence::parse(licence.spdx().as_bytes()), Some(*licence));
			assert!(licence.spdx().len() <= MAX_SPDX as usize);
			assert_eq!(Licence::decode(&mut &licence.encode()[..]), Ok(*licence));
		}
		for unknown in ["", "mit", "MIT ", "GPL-3.0", "Proprietary"] {
			assert_eq!(Licence::parse(unknown.as_bytes()), None);
		}
	}

	#[test]
	fn every_licence_that_allows_derivatives_may_follow_itself() {
		for licence in Licence::ALL {
			let verbatim = matches!(licence, Licence::CcByNd | Licence::CcByNcNd);
			assert_eq!(licence.follows(*licence).is_ok(), !verbatim, "{licence:?}");
		}
	}

	/// What follows from one licence follows from a chain of them: no detour frees what the source binds.
	#[test]
	fn a_detour_never_frees_what_its_source_binds() {
		for source in Licence::ALL {
			for step in Licence::ALL.iter().filter(|step| step.follows(*source).is_ok()) {
				for end in Licence::ALL.iter().filter(|end| end.follows(*step).is_ok()) {
					// A permissive step may be taken up by anyone; what binds is checked over the whole lineage.
					let bound = source.terms().alike.is_some() || !source.commercial();
					assert!(!bound || end.follows(*source).is_ok(), "{source:?} -> {step:?} -> {end:?}");
				}
			}
		}
	}

	#[test]
	fn conflicts_have_their_reasons() {
		use Licence::*;
		for (derived, source, expected) in [
			(Apache2, CcBy, Ok(())),
			(Gpl3, CcBySa, Ok(())),
			(CcBySa, Gpl3, Err(Conflict::ShareAlike)),
			(Apache2, CcBySa, Err(Conflict::ShareAlike)),
			(Apache2, CcByNc, Err(Conflict::NonCommercial)),
			(CcByNc, CcByNc, Ok(())),
			(CcByNcSa, CcByNc, Ok(())),
			(CcByNc, CcByNcSa, Err(Conflict::ShareAlike)),
			(CcByNd, CcByNd, Err(Conflict::NoDerivatives)),
			(Apache2, Llama, Err(Conflict::ShareAlike)),
			(Llama, CcBy, Ok(())),
			(Agpl3, Mpl2, Ok(())),
		] {
			assert_eq!(derived.follows(source), expected, "{derived:?} from {source:?}");
		}
	}
}
