use super::*;
use crate::{Sampler, Sampling};
use serde_json::json;

/// All bytes, some longer tokens that cross the borders of JSON's own, and a control token that ends the answer.
fn tokens() -> (Vec<Vec<u8>>, u32) {
	let mut tokens: Vec<Vec<u8>> = (0..=255u8).map(|b| vec![b]).collect();
	for text in [
		"{\"", "\":", "\": ", "\", \"", "\"}", "},", "true", "fal", "se", "null", "12", "34", "-1", "name", "age", "é",
		"ab", " [", "]}",
	] {
		tokens.push(text.as_bytes().to_vec());
	}
	tokens.push(Vec::new());
	let end = tokens.len() as u32 - 1;
	(tokens, end)
}

fn vocabulary() -> Vocabulary {
	let (tokens, end) = tokens();
	Vocabulary::new(&tokens, &[end]).unwrap()
}

/// A walk by random logits; what closes grows likelier with time, so that every walk ends.
fn walk(mut constraint: Constraint, seed: u64) -> String {
	let (tokens, end) = tokens();
	let sampling = Sampling { temperature: 1.0, seed, ..Sampling::GREEDY };
	let mut sampler = Sampler::new(&sampling, &[]).unwrap();
	let mut text = Vec::new();
	for position in 0..2000u64 {
		if constraint.is_finished() {
			break;
		}
		let push = position as f32 / 20.0;
		let logits: Vec<f32> = tokens
			.iter()
			.map(|token| match token.as_slice() {
				[] => push,
				[b'"' | b'}' | b']'] => push,
				// Exponents make numbers that are JSON and too large for the parser that reads them here.
				[b'e' | b'E'] => -40.0,
				bytes => -(bytes.iter().filter(|b| b.is_ascii_whitespace() || !b.is_ascii()).count() as f32) * 3.0,
			})
			.collect();
		let mask = constraint.mask().unwrap();
		assert!(mask.count() > 0);
		let id = sampler.choose(&logits, position, Some(mask)).unwrap().id;
		assert!(mask.allows(id));
		constraint.commit(id).unwrap();
		text.extend_from_slice(&tokens[id as usize]);
		if id == end {
			assert!(constraint.is_finished());
		}
	}
	assert!(constraint.is_finished(), "{}", String::from_utf8_lossy(&text));
	assert_eq!(constraint.mask().unwrap(), &TokenMask::of(&[end]));
	String::from_utf8(text).unwrap()
}

#[test]
fn walks_give_json_that_the_schema_accepts() {
	let vocabulary = vocabulary();
	type Check = fn(&Value) -> bool;
	let cases: [(Value, Check); 7] = [
		(
			json!({"type": "object", "properties": {"name": {"type": "string", "maxLength": 12}, "age": {"type": "integer", "minimum": 0, "maximum": 150}},
				"required": ["name", "age"], "additionalProperties": false}),
			|v| {
				let fields = v.as_object().unwrap();
				fields.len() == 2
					&& v["name"].as_str().unwrap().chars().count() <= 12
					&& v["age"].as_u64().unwrap() <= 150
			},
		),
		(json!({"enum": ["red", "green", {"a": [1, null]}, 7]}), |v| {
			[json!("red"), json!("green"), json!({"a": [1, null]}), json!(7)].contains(v)
		}),
		(
			json!({"type": "array", "items": {"$ref": "#/$defs/tree"}, "minItems": 1, "maxItems": 3,
				"$defs": {"tree": {"type": "object", "properties": {"v": {"type": "boolean"}, "next": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/tree"}]}},
					"required": ["v", "next"], "additionalProperties": false}}}),
			|v| {
				fn tree(v: &Value) -> bool {
					v.as_object().is_some_and(|o| o.len() == 2)
						&& v["v"].is_boolean()
						&& (v["next"].is_null() || tree(&v["next"]))
				}
				let items = v.as_array().unwrap();
				(1..=3).contains(&items.len()) && items.iter().all(tree)
			},
		),
		(json!({"type": "string", "pattern": "^[a-f]{3}-[0-9]{2,4}$"}), |v| {
			let text = v.as_str().unwrap().as_bytes();
			text[..3].iter().all(|b| (b'a'..=b'f').contains(b))
				&& text[3] == b'-'
				&& (6..=8).contains(&text.len())
				&& text[4..].iter().all(u8::is_ascii_digit)
		}),
		(
			json!({"anyOf": [{"type": "number", "minimum": -2, "maximum": 3.5}, {"type": "boolean"}, {"const": null}]}),
			|v| v.is_boolean() || v.is_null() || v.as_f64().is_some_and(|n| (-2.0..=3.5).contains(&n)),
		),
		(json!({"type": "object"}), Value::is_object),
		(json!(true), |_| true),
	];
	for (schema, check) in cases {
		let mut texts = std::collections::BTreeSet::new();
		for seed in 0..12 {
			let text = walk(Constraint::json_schema(&schema, &vocabulary).unwrap(), seed);
			let value: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{schema}: {text:?}: {e}"));
			assert!(check(&value) && !text.contains(['\n', '\t']) && !text.contains(",  "), "{schema}: {text}");
			texts.insert(text);
		}
		assert!(texts.len() > 1, "{schema}: the walks did not differ");
	}
	assert!(serde_json::from_str::<Value>(&walk(Constraint::json_object(&vocabulary).unwrap(), 3))
		.unwrap()
		.is_object());
}

#[test]
fn walks_match_expressions_and_grammars() {
	let vocabulary = vocabulary();
	for seed in 0..10 {
		let text = walk(Constraint::regex("(yes|no), [0-9]{3}!", &vocabulary).unwrap(), seed);
		assert!((text.starts_with("yes, ") || text.starts_with("no, ")) && text.ends_with('!'), "{text}");
		let text =
			walk(Constraint::lark("start: \"a\" mid \"c\"\nmid: \"b\" | \"(\" mid \")\"", &vocabulary).unwrap(), seed);
		let depth = text.matches('(').count();
		assert_eq!(text, format!("a{}b{}c", "(".repeat(depth), ")".repeat(depth)));
	}
}

#[test]
fn commit_refuses_tokens_outside_the_mask() {
	let vocabulary = vocabulary();
	let mut constraint = Constraint::regex("ab", &vocabulary).unwrap();
	assert_eq!(constraint.commit(u32::from(b'b')), Err(ConstraintError::Token(u32::from(b'b'))));
	assert!(constraint.commit(1 << 20).is_err());
	let mut constraint = Constraint::regex("ab", &vocabulary).unwrap();
	constraint.commit(u32::from(b'a')).unwrap();
	assert!(!constraint.is_finished());
	constraint.commit(u32::from(b'b')).unwrap();
	assert!(constraint.is_finished());
}

#[test]
fn vocabulary_needs_an_end() {
	let (tokens, end) = tokens();
	assert!(matches!(Vocabulary::new(&tokens, &[]), Err(ConstraintError::Vocabulary(_))));
	assert!(matches!(Vocabulary::new(&tokens, &[end + 1]), Err(ConstraintError::Vocabulary(_))));
	assert!(Vocabulary::new(&[Vec::new()], &[0]).is_ok());
}

#[test]
fn too_large_schemas_are_refused_before_they_are_compiled() {
	let vocabulary = vocabulary();
	let mut deep = json!({"type": "null"});
	for _ in 0..MAX_DEPTH {
		deep = json!({"items": deep});
	}
	let wide = json!({"enum": (0..MAX_NODES).collect::<Vec<_>>()});
	let long = json!({"const": "x".repeat(MAX_BYTES)});
	for (schema, unit) in [(deep, "levels"), (wide, "values"), (long, "bytes")] {
		match Constraint::json_schema(&schema, &vocabulary) {
			Err(ConstraintError::TooLarge { unit: found, .. }) => assert_eq!(found, unit),
			other => panic!("{other:?}"),
		}
	}
	let nested = format!("start: {}\"a\"{}", "(".repeat(50_000), ")".repeat(50_000));
	assert!(matches!(Constraint::lark(&nested, &vocabulary), Err(ConstraintError::TooLarge { .. })));
	assert!(matches!(
		Constraint::regex(&"a".repeat(MAX_BYTES + 1), &vocabulary),
		Err(ConstraintError::TooLarge { .. })
	));
}

/// A schema of definitions each of which refers to the next.
fn chain(length: usize, link: impl Fn(Value) -> Value) -> Value {
	let mut definitions = serde_json::Map::new();
	for i in 0..length {
		definitions.insert(format!("d{i}"), link(json!({"$ref": format!("#/$defs/d{}", i + 1)})));
	}
	definitions.insert(format!("d{length}"), json!({"type": "null"}));
	json!({"$ref": "#/$defs/d0", "$defs": definitions})
}

#[test]
fn hostile_schemas_end_in_an_error_or_a_constraint() {
	let vocabulary = vocabulary();
	let refused = [
		json!({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}),
		json!({"$ref": "#"}),
		json!({"$ref": "https://example.com/schema.json"}),
		json!({"$ref": "#/$defs/missing"}),
		json!({"type": "string", "pattern": "("}),
		json!({"type": "string", "pattern": format!("{}a{}", "(".repeat(20_000), ")".repeat(20_000))}),
		json!({"type": 7}),
		json!({"allOf": [{"type": "string"}, {"type": "integer"}]}),
		json!({"type": "array", "minItems": 3, "maxItems": 2}),
		json!(false),
	];
	for schema in refused {
		let started = std::time::Instant::now();
		let made = Constraint::json_schema(&schema, &vocabulary);
		assert!(matches!(made, Err(ConstraintError::Schema(_))), "{made:?}");
		assert!(started.elapsed().as_secs() < 10);
	}
	let combinations: Vec<Value> = (0..12)
		.map(|i| json!({"anyOf": [{"minLength": i}, {"maxLength": 50 - i}, {"required": [format!("k{i}")]}]}))
		.collect();
	let survived = [
		chain(1_500, |next| next),
		chain(1_000, |next| json!({"type": "array", "items": next})),
		chain(1_000, |next| json!({"anyOf": [next, {"type": "boolean"}]})),
		chain(200, |next| json!({"allOf": [next.clone(), next]})),
		json!({"enum": (0..3_000).map(|i| format!("value {i}")).collect::<Vec<_>>()}),
		json!({"allOf": combinations}),
		json!({"type": "object", "additionalProperties": {"$ref": "#"}}),
		json!({"type": "string", "pattern": "((((a{1,1000}){1,1000}){1,1000}){1,1000})b"}),
		json!({"type": "string", "pattern": "(a|b|ab)*(a|b|ab)*(a|b|ab)*c"}),
		json!({"type": "array", "items": {"type": "integer"}, "minItems": 2_000_000_000u64}),
		json!({"type": "integer", "multipleOf": 1e-300, "minimum": -1e300}),
	];
	for schema in survived {
		let started = std::time::Instant::now();
		if let Ok(mut constraint) = Constraint::json_schema(&schema, &vocabulary) {
			// Whatever was accepted can be followed for a while, or says why not.
			for _ in 0..20 {
				let Ok(mask) = constraint.mask() else { break };
				let Some(id) = (0..280).find(|id| mask.allows(*id)) else { break };
				constraint.commit(id).unwrap();
			}
		}
		assert!(started.elapsed().as_secs() < 10, "{}", schema.to_string().chars().take(60).collect::<String>());
	}
}
