//! The library of ONNX Runtime, loaded once per process.

use crate::files::require;
use crate::OnnxError;
use ort::environment::Environment;
use ort::LoadDynamicError;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

const WHAT: &str = "the library of ONNX Runtime";
const FIX: &str = "run `make setup`";

/// The library at `path`, which has to be the same for the whole process. A failure leaves another path to be tried.
///
/// The loader must be asked first: any other call of `ort` before a library is loaded looks for one of its own and panics when
/// there is none.
///
/// # Errors
/// [`OnnxError::Missing`], [`OnnxError::Library`], [`OnnxError::TooOld`], [`OnnxError::OtherLibrary`], [`OnnxError::Start`].
pub(crate) fn environment(path: &Path) -> Result<Environment, OnnxError> {
	static LOADED: Mutex<Option<(PathBuf, Environment)>> = Mutex::new(None);
	require(WHAT, FIX, path)?;
	// Absolute, because the loader would look beside the program first.
	let absolute =
		path.canonicalize().map_err(|_| OnnxError::Missing { what: WHAT, path: path.to_path_buf(), fix: FIX })?;
	let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
	if let Some((loaded, environment)) = loaded.as_ref() {
		return if *loaded == absolute {
			Ok(environment.clone())
		} else {
			Err(OnnxError::OtherLibrary { asked: absolute, loaded: loaded.clone() })
		};
	}
	let builder = ort::init_from(&absolute).map_err(|error| match error {
		LoadDynamicError::BadVersion { version_str, path } => OnnxError::TooOld { path, found: version_str },
		source => OnnxError::Library { path: path.to_path_buf(), source },
	})?;
	let environment = builder
		.with_telemetry(false)
		.build()
		.map_err(|error| OnnxError::Start { path: absolute.clone(), reason: error.to_string() })?;
	*loaded = Some((absolute, environment.clone()));
	Ok(environment)
}
