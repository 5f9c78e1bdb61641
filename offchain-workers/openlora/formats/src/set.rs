//! A model's weights: one file, or the shards of a folder.

use std::{
	borrow::Cow,
	collections::BTreeSet,
	fs,
	path::{Path, PathBuf},
};

use crate::{
	bytes::Bytes, error::shown, json::Json, FormatError, Metadata, Problem, TensorFile, TensorInfo, TensorView,
};

const INDEX: &str = "model.safetensors.index.json";
const SINGLE: &str = "model.safetensors";

/// All tensors of a model.
#[derive(Debug, Clone)]
pub struct TensorSet {
	path: PathBuf,
	/// At least one.
	files: Vec<TensorFile>,
}

impl TensorSet {
	/// Opens a GGUF or safetensors file, or a folder: the shards that its `model.safetensors.index.json` names, else
	/// `model.safetensors`, else its only file named `*.gguf` or `*.safetensors`.
	///
	/// # Errors
	/// As [`TensorFile::open`]; a folder without weights; an index that names files outside the folder, that are not there, or
	/// without the tensors that it says; a tensor in two shards; a GGUF file that is one of several.
	pub fn open(path: impl AsRef<Path>) -> Result<Self, FormatError> {
		let path = path.as_ref();
		if !path.is_dir() {
			return Self::single(path, path);
		}
		let (index, single) = (path.join(INDEX), path.join(SINGLE));
		if index.exists() {
			return Self::sharded(path, &index);
		}
		if single.exists() {
			return Self::single(path, &single);
		}
		let only = only_weights(path).map_err(|problem| problem.at(path))?;
		Self::single(path, &only)
	}

	fn single(path: &Path, file: &Path) -> Result<Self, FormatError> {
		let file = TensorFile::open(file)?;
		if file.metadata().integer("split.count")?.is_some_and(|count| count > 1) {
			let what = "a GGUF model in several files".into();
			let instead = "join them with `llama-gguf-split --merge`";
			return Err(Problem::Unsupported { what, instead }.at(file.path()));
		}
		Ok(Self { path: path.to_owned(), files: vec![file] })
	}

	fn sharded(folder: &Path, index: &Path) -> Result<Self, FormatError> {
		let json = Bytes::map(index)?.to_vec();
		let mut names = BTreeSet::new();
		each_weight(&json, |_, file| {
			if !names.contains(&*file) {
				plain(&file)?;
				names.insert(file.into_owned());
			}
			Ok(())
		})
		.map_err(|problem| problem.at(index))?;
		let names: Vec<String> = names.into_iter().collect();
		let files = names.iter().map(|name| TensorFile::open(folder.join(name))).collect::<Result<Vec<_>, _>>()?;
		if files.is_empty() {
			return Err(Problem::header("weight_map", "names no file").at(index));
		}
		let mut listed = 0;
		each_weight(&json, |tensor, file| {
			listed += 1;
			let shard = names.binary_search_by(|name| name.as_str().cmp(&file)).ok().map(|place| &files[place]);
			match shard.is_some_and(|shard| shard.get(&tensor).is_some()) {
				true => Ok(()),
				false => Err(Problem::tensor(&tensor, format!("is not in {}; fetch the folder again", shown(&file)))),
			}
		})
		.map_err(|problem| problem.at(index))?;
		// As many as the index lists, each where the index says: none is in two shards, and none is missing in the index.
		let there: usize = files.iter().map(TensorFile::len).sum();
		if there != listed {
			let what = format!("lists {listed} tensors, but its files have {there}");
			return Err(Problem::header("weight_map", what).at(index));
		}
		Ok(Self { path: folder.to_owned(), files })
	}

	/// The file or folder it was opened by.
	pub fn path(&self) -> &Path {
		&self.path
	}

	/// The files, by name.
	pub fn files(&self) -> &[TensorFile] {
		&self.files
	}

	/// Number of tensors.
	pub fn len(&self) -> usize {
		self.files.iter().map(TensorFile::len).sum()
	}

	/// Whether there are no tensors.
	pub fn is_empty(&self) -> bool {
		self.len() == 0
	}

	/// The names of the tensors, sorted within each file.
	pub fn names(&self) -> impl Iterator<Item = Cow<'_, str>> {
		self.files.iter().flat_map(TensorFile::names)
	}

	/// Shape and type of a tensor.
	pub fn get(&self, name: &str) -> Option<TensorInfo> {
		self.files.iter().find_map(|file| file.get(name))
	}

	/// The key-values of the first file: of a GGUF model, all.
	pub fn metadata(&self) -> Metadata<'_> {
		self.files[0].metadata()
	}

	/// A tensor.
	///
	/// # Errors
	/// There is none of that name.
	pub fn tensor(&self, name: &str) -> Result<TensorView, FormatError> {
		let file = self.files.iter().find(|file| file.get(name).is_some());
		file.ok_or_else(|| Problem::Missing(shown(name)).at(&self.path))?.tensor(name)
	}
}

/// Calls `found` with each tensor and its file in an index.
fn each_weight<'a>(
	json: &'a [u8],
	mut found: impl FnMut(Cow<'a, str>, Cow<'a, str>) -> Result<(), Problem>,
) -> Result<(), Problem> {
	let mut json = Json::new(json, 0);
	let mut maps = 0;
	json.object(|_, key, json| {
		if key.decode() != "weight_map" {
			return json.skip();
		}
		maps += 1;
		json.object(|_, tensor, json| found(tensor.decode(), json.string()?.decode()))
	})?;
	json.end()?;
	match maps {
		1 => Ok(()),
		_ => Err(Problem::header("weight_map", format!("is there {maps} times"))),
	}
}

/// Refuses names that would leave the folder.
fn plain(name: &str) -> Result<(), Problem> {
	let odd = name.contains(['/', '\\', ':', '\0']) || !name.ends_with(".safetensors") || name.starts_with('.');
	match odd {
		true => Err(Problem::header(format!("the file `{}`", shown(name)), "is no plain name ending in .safetensors")),
		false => Ok(()),
	}
}

/// The only weights of a folder.
fn only_weights(folder: &Path) -> Result<PathBuf, Problem> {
	let (mut found, mut pickled) = (Vec::new(), false);
	for entry in fs::read_dir(folder).map_err(Problem::Io)? {
		let path = entry.map_err(Problem::Io)?.path();
		match path.extension().and_then(|extension| extension.to_str()) {
			Some("gguf" | "safetensors") => found.push(path),
			Some("bin" | "pt" | "pth") => pickled = true,
			_ => {}
		}
	}
	match (found.pop(), found.is_empty()) {
		(Some(only), true) => Ok(only),
		(Some(_), false) => Err(Problem::Unknown(
			"has several files of weights and no model.safetensors.index.json: give one of the files".into(),
		)),
		(None, _) if pickled => Err(Problem::Unknown(
			"has its weights as PyTorch files: convert them to safetensors, which cannot carry code".into(),
		)),
		(None, _) => Err(Problem::Unknown("has no model.safetensors and no .gguf: give the folder of a model".into())),
	}
}
