//! Writes the test vectors of `pallets/primitives/vectors/` anew:
//! `cargo run -p openledger-verifier --example vectors`.

mod cases;

fn main() -> std::io::Result<()> {
	let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors");
	for (name, content) in cases::files() {
		std::fs::write(folder.join(name), content)?;
		println!("vectors: wrote {name}");
	}
	Ok(())
}
