//! A backend whose logits are a hash of the tokens, positions and adapters before them, which also checks how its
//! pages are used; a store whose loads end when the test says so; and a scheduler around both.

use super::super::service::submission;
use super::super::*;
use crate::adapter::Adapter;
use crate::backend::{AdapterBuilder, PageId};
use crate::error::LoadError;
use crate::request::{token_limit, GenerateRequest, TokenEvent, TokenText, Witness};
use crate::spec::{Activation, Block, DecoderSpec, Family, NormKind, Position};
use std::collections::{BTreeMap, HashMap, HashSet};
use tokio::sync::mpsc::Receiver;

pub(super) const VOCAB: usize = 40;
pub(super) const END: u32 = 39;
/// A token whose row is not finite.
pub(super) const BROKEN: u32 = 38;
/// A token on which the backend panics.
pub(super) const PANIC: u32 = 37;
pub(super) const CONTEXT: usize = 512;
pub(super) const PAGE_BYTES: usize = 100;

/// Numbers of a seed (splitmix64).
pub(super) struct Random(pub(super) u64);

impl Random {
	pub(super) fn next(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		mix(self.0)
	}

	/// A number below `end`.
	pub(super) fn below(&mut self, end: usize) -> usize {
		(self.next() % end as u64) as usize
	}

	/// Whether an event of one in `n` happens.
	pub(super) fn one_in(&mut self, n: usize) -> bool {
		self.below(n) == 0
	}

	/// Tokens that are neither broken nor the end.
	pub(super) fn tokens(&mut self, count: usize) -> Vec<u32> {
		(0..count).map(|_| self.below(PANIC as usize) as u32).collect()
	}
}

pub(super) fn mix(x: u64) -> u64 {
	let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
	let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
	x ^ (x >> 31)
}

/// The state after one more token.
fn advance(before: u64, token: u32, position: usize, adapters: &[(u64, f32)]) -> u64 {
	let mut state = mix(before ^ (u64::from(token) << 32) ^ position as u64);
	for (id, weight) in adapters {
		state = mix(state ^ id.rotate_left(17) ^ u64::from(weight.to_bits()));
	}
	state
}

fn logits(state: u64) -> Vec<f32> {
	let mut random = Random(state);
	(0..VOCAB).map(|id| if id >= PANIC as usize { -1.0 } else { (random.next() >> 40) as f32 }).collect()
}

fn hidden(state: u64) -> Vec<f32> {
	vec![(state >> 48) as f32, (state >> 32 & 0xffff) as f32]
}

/// The greedy answer that the scheduler must give whatever else it does.
pub(super) fn expected(prompt: &[u32], adapters: &[(u64, f32)], limit: usize) -> Vec<u32> {
	let mut state = 0;
	let mut position = 0;
	let mut push = |token: u32| {
		state = advance(state, token, position, adapters);
		position += 1;
		let logits = logits(state);
		(0..VOCAB).fold(0, |best, id| if logits[id] > logits[best] { id } else { best }) as u32
	};
	let mut next = prompt.iter().fold(0, |_, token| push(*token));
	let mut answer = vec![next];
	while answer.len() < limit {
		next = push(next);
		answer.push(next);
	}
	answer
}

/// The hidden state after the tokens.
pub(super) fn expected_hidden(tokens: &[u32]) -> Vec<f32> {
	hidden(tokens.iter().enumerate().fold(0, |state, (position, token)| advance(state, *token, position, &[])))
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Slot {
	position: usize,
	before: u64,
	after: u64,
}

pub(super) struct TestBackend {
	spec: DecoderSpec,
	reserved: usize,
	pages: HashMap<PageId, [Option<Slot>; PAGE_TOKENS]>,
	/// Tokens of every segment of every step.
	pub(super) steps: Vec<Vec<usize>>,
	pub(super) most_pages: usize,
}

impl TestBackend {
	pub(super) fn new() -> Self {
		Self { spec: spec(), reserved: 0, pages: HashMap::new(), steps: Vec::new(), most_pages: 0 }
	}

	pub(super) fn live(&self) -> HashSet<PageId> {
		self.pages.keys().copied().collect()
	}

	fn slot(&self, pages: &[PageId], position: usize) -> Option<Slot> {
		self.pages.get(&pages[position / PAGE_TOKENS])?[position % PAGE_TOKENS]
	}
}

impl Backend for TestBackend {
	type Adapter = u64;

	fn spec(&self) -> &DecoderSpec {
		&self.spec
	}

	fn page_bytes(&self) -> usize {
		PAGE_BYTES
	}

	fn reserve_pages(&mut self, pages: usize) {
		self.reserved = self.reserved.max(pages);
	}

	fn release_page(&mut self, page: PageId) {
		self.pages.remove(&page);
	}

	fn step(&mut self, segments: &[Segment<'_, u64>]) -> Vec<Result<SegmentOutput, NotFinite>> {
		self.steps.push(segments.iter().map(|segment| segment.tokens.len()).collect());
		let mut written: HashMap<PageId, usize> = HashMap::new();
		let mut outputs = Vec::new();
		for (index, segment) in segments.iter().enumerate() {
			assert!(!segment.tokens.is_empty());
			assert!(!segment.tokens.contains(&PANIC), "the backend panics");
			assert!(segment.pages.iter().all(|page| (*page as usize) < self.reserved));
			assert!(segment.position + segment.tokens.len() <= segment.pages.len() * PAGE_TOKENS);
			let adapters: Vec<(u64, f32)> = segment.adapters.iter().map(|(id, weight)| (**id, *weight)).collect();
			let mut state = 0;
			for position in 0..segment.position {
				let slot = self.slot(segment.pages, position).expect("a token is read that was not written");
				assert_eq!((slot.position, slot.before), (position, state), "the page belongs to another beginning");
				state = slot.after;
			}
			let (mut all, mut last) = (SegmentOutput::default(), SegmentOutput::default());
			for (offset, token) in segment.tokens.iter().enumerate() {
				let position = segment.position + offset;
				let page = segment.pages[position / PAGE_TOKENS];
				assert_eq!(*written.entry(page).or_insert(index), index, "two segments write to page {page}");
				let slot = &mut self.pages.entry(page).or_insert([None; PAGE_TOKENS])[position % PAGE_TOKENS];
				assert_eq!(*slot, None, "a token is written twice");
				let after = advance(state, *token, position, &adapters);
				*slot = Some(Slot { position, before: state, after });
				state = after;
				last = SegmentOutput { hidden: hidden(state), logits: logits(state) };
				all.hidden.extend(&last.hidden);
				all.logits.extend(&last.logits);
			}
			let broken = segment.tokens.contains(&BROKEN);
			let output = match segment.rows {
				Rows::None => SegmentOutput::default(),
				Rows::Last => last,
				Rows::All => all,
			};
			outputs.push(if broken { Err(NotFinite) } else { Ok(output) });
		}
		for (page, index) in &written {
			let shared = segments.iter().enumerate().filter(|(other, _)| other != index);
			assert!(!shared.into_iter().any(|(_, other)| other.pages.contains(page)), "a shared page is written");
		}
		self.most_pages = self.most_pages.max(self.pages.len());
		outputs
	}

	fn adapters(&self) -> Arc<dyn AdapterBuilder<u64>> {
		struct Builder;
		impl AdapterBuilder<u64> for Builder {
			fn build(&self, _: &Adapter) -> Result<u64, LoadError> {
				Ok(0)
			}
			fn bytes(&self, _: &u64) -> usize {
				0
			}
		}
		Arc::new(Builder)
	}
}

pub(super) fn spec() -> DecoderSpec {
	DecoderSpec {
		family: Family::Llama,
		layers: 1,
		width: 2,
		ffn_width: 2,
		heads: 1,
		kv_heads: 1,
		head_dim: 2,
		vocab: VOCAB,
		context: CONTEXT,
		position: Position::Learned,
		norm: NormKind::Rms,
		norm_eps: 1e-5,
		qk_norm: false,
		post_norms: false,
		block: Block::Sequential,
		mlp_norm: true,
		gated: true,
		activation: Activation::Silu,
		attention_scale: 1.0,
		attention_softcap: None,
		windows: vec![None],
		embedding_scale: 1.0,
		embedding_norm: false,
		logit_scale: 1.0,
		logit_softcap: None,
		tied_embeddings: true,
		biases: [false; 7],
	}
}

/// BLAKE3 of all hidden states and of the adapters' hashes.
#[derive(Default)]
struct AllStates(blake3::Hasher);

impl Witness for AllStates {
	fn begin(&mut self, adapters: &[([u8; 32], f32)]) {
		adapters.iter().for_each(|(hash, _)| {
			self.0.update(hash);
		});
	}

	fn push(&mut self, hidden: &[f32]) {
		hidden.iter().for_each(|value| {
			self.0.update(&value.to_le_bytes());
		});
	}

	fn commitment(&self) -> [u8; 32] {
		*self.0.finalize().as_bytes()
	}

	fn records(&self) -> Vec<crate::verify::Record> {
		Vec::new()
	}
}

pub(super) fn extras() -> Extras {
	Extras { constraint: None, witness: Box::new(AllStates::default()) }
}

/// Tokens as letters; one of them is a control token.
pub(super) struct Letters(Vec<u8>);

impl Letters {
	pub(super) fn shared() -> Arc<dyn TokenText> {
		Arc::new(Self((0..VOCAB as u8).map(|id| b'A' + id).collect()))
	}
}

impl TokenText for Letters {
	fn bytes(&self, id: u32) -> &[u8] {
		let at = id as usize;
		if id == END {
			&[]
		} else {
			self.0.get(at..at + 1).unwrap_or(&[])
		}
	}

	fn is_end(&self, id: u32) -> bool {
		id == END
	}
}

/// Adapters by name: `name` is loaded `delay` calls of [`TestStore::tick`] after it was asked for, if there is room.
#[derive(Clone)]
pub(super) struct TestStore(Arc<Mutex<Loads>>);

pub(super) struct Loads {
	budget: Budget,
	/// Id and bytes of each.
	pub(super) known: BTreeMap<String, (u64, usize)>,
	pub(super) delay: u64,
	now: u64,
	generation: u64,
	/// When each load that was asked for ends, and its wish once it is only memory that lacks.
	loading: BTreeMap<String, (u64, Option<crate::budget::Wish>)>,
	resident: BTreeMap<String, (Arc<u64>, crate::budget::Reservation, u64)>,
	pub(super) loads: usize,
}

impl TestStore {
	pub(super) fn new(budget: Budget, known: &[(&str, u64, usize)], delay: u64) -> Self {
		let known = known.iter().map(|(name, id, bytes)| ((*name).to_owned(), (*id, *bytes))).collect();
		let (loading, resident) = (BTreeMap::new(), BTreeMap::new());
		Self(Arc::new(Mutex::new(Loads { budget, known, delay, now: 0, generation: 0, loading, resident, loads: 0 })))
	}

	pub(super) fn with<T>(&self, f: impl FnOnce(&mut Loads) -> T) -> T {
		f(&mut self.0.lock().unwrap())
	}

	/// Time passes for loads.
	pub(super) fn tick(&self) {
		self.with(|loads| {
			loads.now += 1;
			let due: Vec<String> =
				loads.loading.iter().filter(|(_, (end, _))| *end <= loads.now).map(|(name, _)| name.clone()).collect();
			for name in due {
				let (id, bytes) = loads.known[&name];
				// Idle pages go first; what nobody holds only if those did not suffice.
				if loads.loading[&name].1.is_some() {
					loads.evict(bytes);
				}
				if let Some(reservation) = loads.budget.try_reserve(bytes) {
					loads.loading.remove(&name);
					loads.resident.insert(name, (Arc::new(id), reservation, loads.now));
					loads.generation += 1;
					loads.loads += 1;
				} else if let Some((_, wish @ None)) = loads.loading.get_mut(&name) {
					*wish = Some(loads.budget.want(bytes));
				}
			}
		});
	}

	pub(super) fn bytes(&self) -> usize {
		self.with(|loads| loads.resident.values().map(|(_, reservation, _)| reservation.bytes()).sum())
	}

	/// Drops an adapter from memory.
	pub(super) fn forget(&self, name: &str) {
		self.with(|loads| loads.resident.remove(name));
	}

	pub(super) fn held(&self) -> usize {
		self.with(|loads| loads.resident.values().filter(|(adapter, ..)| Arc::strong_count(adapter) > 1).count())
	}
}

impl Loads {
	/// Drops the longest unused adapters that nobody holds until `bytes` are free.
	fn evict(&mut self, bytes: usize) {
		while self.budget.free() < bytes {
			let unheld = self.resident.iter().filter(|(_, (adapter, ..))| Arc::strong_count(adapter) == 1);
			let Some(name) = unheld.min_by_key(|(_, (.., since))| *since).map(|(name, _)| name.clone()) else { return };
			self.resident.remove(&name);
		}
	}
}

impl AdapterStore<u64> for TestStore {
	fn request(&mut self, adapters: &[(String, f32)]) -> Lookup<u64> {
		self.with(|loads| {
			let mut resident = Resident::base();
			let mut loading = false;
			for (name, weight) in adapters {
				let Some((id, bytes)) = loads.known.get(name) else {
					let reason = "it is not loaded".into();
					return Lookup::Failed(RequestError::Adapter { name: name.clone(), reason });
				};
				match loads.resident.get_mut(name) {
					Some((adapter, _, used)) => {
						*used = loads.now;
						resident.adapters.push((adapter.clone(), *weight));
						resident.bytes += bytes;
						assert_eq!(**adapter, *id);
					}
					None => {
						let end = loads.now + loads.delay;
						loads.loading.entry(name.clone()).or_insert((end, None));
						loading = true;
					}
				}
			}
			if loading {
				return Lookup::Loading;
			}
			let hash = |id: u64| {
				let mut hash = [0; 32];
				hash[..8].copy_from_slice(&id.to_le_bytes());
				hash
			};
			resident.contents = resident.adapters.iter().map(|(id, weight)| (hash(**id), *weight)).collect();
			Lookup::Ready(resident)
		})
	}

	fn generation(&self) -> u64 {
		self.with(|loads| loads.generation)
	}

	fn make_room(&mut self, bytes: usize) {
		self.with(|loads| loads.evict(loads.budget.free() + bytes));
	}

	fn on_change(&mut self, _: Box<dyn Fn() + Send + Sync>) {}
}

/// A scheduler that the test steps.
pub(super) struct Bench {
	pub(super) core: Core<TestBackend, TestStore>,
	pub(super) store: TestStore,
	pub(super) budget: Budget,
	pub(super) now: Instant,
}

pub(super) const BOUNDS: Bounds = Bounds { max_batch: 8, step_tokens: 40, prefix_cache: true };

impl Bench {
	/// Memory for `pages` pages.
	pub(super) fn new(pages: usize, bounds: Bounds) -> Self {
		Self::with_adapters(pages * PAGE_BYTES, bounds, &[], 0)
	}

	pub(super) fn with_adapters(bytes: usize, bounds: Bounds, known: &[(&str, u64, usize)], delay: u64) -> Self {
		let budget = Budget::new(bytes);
		let store = TestStore::new(budget.clone(), known, delay);
		let pool = Arc::new(Pool::new(1).unwrap());
		let core = Core::new(TestBackend::new(), store.clone(), budget.clone(), bounds, pool);
		Self { core, store, budget, now: Instant::now() }
	}

	pub(super) fn submit(&mut self, request: GenerateRequest) -> Receiver<TokenEvent> {
		let limit = token_limit(&request, CONTEXT);
		let (submission, receiver) = submission(request, limit, extras(), Letters::shared()).unwrap();
		self.core.submit(submission);
		receiver
	}

	/// One step, after which the invariants hold.
	pub(super) fn step(&mut self) -> Activity {
		let activity = self.core.step(self.now);
		self.store.tick();
		self.audit();
		activity
	}

	/// Steps until there is no request left; the number of steps.
	pub(super) fn drain(&mut self) -> usize {
		for steps in 0..100_000 {
			if self.step() == Activity::Idle {
				return steps;
			}
		}
		panic!("a request does not end: {:?}", self.core.stats());
	}

	/// Checks that every page is used as often as it is counted, that bytes add up, and that nothing exceeds its bound.
	pub(super) fn audit(&self) {
		let mut users: HashMap<PageId, u32> = HashMap::new();
		for sequence in &self.core.running {
			assert!(sequence.pages.len() * PAGE_TOKENS >= sequence.computed);
			sequence.pages.iter().for_each(|page| *users.entry(*page).or_default() += 1);
		}
		for sequence in &self.core.paused {
			assert!(sequence.pages.is_empty() && sequence.resident.is_none() && sequence.computed == 0);
		}
		let memory = &self.core.memory;
		let mut cached = 0;
		let mut idle = 0;
		for page in 0..memory.pool().capacity() as PageId {
			let in_cache = memory.cache().contains(page);
			let held = users.get(&page).copied().unwrap_or(0);
			assert_eq!(memory.pool().users(page), held + u32::from(in_cache), "page {page}");
			cached += usize::from(in_cache);
			idle += usize::from(in_cache && held == 0);
			if held == 0 && !in_cache {
				assert!(!self.core.backend.live().contains(&page), "page {page} leaks");
			}
		}
		assert_eq!((memory.cache().len(), memory.cache().idle()), (cached, idle));
		assert_eq!(self.budget.used(), memory.pool().used() * PAGE_BYTES + self.store.bytes());
		assert!(self.budget.used() <= self.budget.total());
		assert!(self.core.running.len() <= self.core.bounds.max_batch);
		assert!(self.core.running.is_sorted_by_key(|sequence| sequence.rank));
		assert!(self.core.paused.is_sorted_by_key(|sequence| sequence.rank));
		if let Some(step) = self.core.backend.steps.last() {
			assert!(step.iter().sum::<usize>() <= self.core.bounds.step_tokens);
		}
	}

	/// Checks that nothing is left but cached pages.
	pub(super) fn audit_end(&self) {
		self.audit();
		assert!(self.core.running.is_empty() && self.core.paused.is_empty());
		assert_eq!(self.core.memory.pool().used(), self.core.memory.cache().idle());
		assert_eq!(self.store.held(), 0, "adapters are held");
	}
}

pub(super) fn greedy(prompt: &[u32], max_tokens: u32) -> GenerateRequest {
	GenerateRequest { max_tokens, ..GenerateRequest::new(prompt.to_vec()) }
}

/// What a finished stream carried: the tokens, and its last event.
pub(super) fn events(receiver: &mut Receiver<TokenEvent>) -> (Vec<u32>, Option<TokenEvent>) {
	let mut ids = Vec::new();
	while let Ok(event) = receiver.try_recv() {
		match event {
			TokenEvent::Token { id, .. } => ids.push(id),
			end => {
				assert!(receiver.try_recv().is_err(), "nothing follows the end");
				return (ids, Some(end));
			}
		}
	}
	(ids, None)
}

/// The tokens of a request that came to its end.
pub(super) fn answer(receiver: &mut Receiver<TokenEvent>) -> Vec<u32> {
	match events(receiver) {
		(ids, Some(TokenEvent::Done(done))) => {
			assert_eq!(done.token_ids, ids);
			ids
		}
		other => panic!("no answer: {other:?}"),
	}
}
