//! The module that `scripts/verifier.sh` builds, in wasmtime.

#![allow(dead_code)]

use openledger_verifier::Refusal;
use std::path::Path;
use wasmtime::{Config, Engine, Instance, Memory, Module, Store, TypedFunc};

/// A running verifier.
pub(crate) struct Verifier {
	store: Store<()>,
	memory: Memory,
	alloc: TypedFunc<u32, u32>,
	free: TypedFunc<(u32, u32), ()>,
	ask: TypedFunc<(u32, u32, u32), i64>,
	prepared: (u32, u32, u32),
}

impl Verifier {
	/// Loads the module. It uses nothing that is newer than the first version of WASM, like the runtime.
	pub(crate) fn new() -> Self {
		let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../verifier.wasm");
		let mut config = Config::new();
		config.wasm_simd(false).wasm_relaxed_simd(false).wasm_bulk_memory(false).wasm_reference_types(false);
		config.wasm_multi_value(false);
		let engine = Engine::new(&config).unwrap();
		let module = Module::from_file(&engine, &path)
			.unwrap_or_else(|error| panic!("{}: {error}; scripts/verifier.sh builds it", path.display()));
		assert_eq!(module.imports().len(), 0, "the module needs nothing of its host");
		let mut store = Store::new(&engine, ());
		let instance = Instance::new(&mut store, &module, &[]).unwrap();
		Self {
			memory: instance.get_memory(&mut store, "memory").unwrap(),
			alloc: instance.get_typed_func(&mut store, "alloc").unwrap(),
			free: instance.get_typed_func(&mut store, "free").unwrap(),
			ask: instance.get_typed_func(&mut store, "ask").unwrap(),
			store,
			prepared: (0, 0, 0),
		}
	}

	/// Asks as a browser would.
	pub(crate) fn ask(&mut self, question: u32, input: &[u8]) -> Result<Vec<u8>, Refusal> {
		let length = u32::try_from(input.len()).unwrap();
		let pointer = self.alloc.call(&mut self.store, length).unwrap();
		self.memory.write(&mut self.store, pointer as usize, input).unwrap();
		let result = self.ask.call(&mut self.store, (question, pointer, length)).unwrap();
		self.free.call(&mut self.store, (pointer, length)).unwrap();
		match result {
			-1 => return Err(Refusal::NoSuchQuestion),
			-2 => return Err(Refusal::Malformed),
			-3 => return Err(Refusal::Inconsistent),
			_ => {}
		}
		let (length, pointer) = ((result >> 32) as u32, result as u32);
		let mut output = vec![0; length as usize];
		self.memory.read(&self.store, pointer as usize, &mut output).unwrap();
		self.free.call(&mut self.store, (pointer, length)).unwrap();
		Ok(output)
	}

	/// Writes an input that [`Self::ask_again`] asks about.
	pub(crate) fn prepare(&mut self, question: u32, input: &[u8]) {
		let length = u32::try_from(input.len()).unwrap();
		let pointer = self.alloc.call(&mut self.store, length).unwrap();
		self.memory.write(&mut self.store, pointer as usize, input).unwrap();
		self.prepared = (question, pointer, length);
	}

	/// Asks what was prepared; the answer is dropped.
	pub(crate) fn ask_again(&mut self) {
		let result = self.ask.call(&mut self.store, self.prepared).unwrap();
		assert!(result >= 0);
		self.free.call(&mut self.store, (result as u32, (result >> 32) as u32)).unwrap();
	}

	/// Bytes of linear memory in use.
	pub(crate) fn memory(&self) -> usize {
		self.memory.data_size(&self.store)
	}
}
