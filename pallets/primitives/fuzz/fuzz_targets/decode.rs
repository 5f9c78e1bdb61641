//! Decoders take any bytes; what they take, they give back as the same bytes.

#![no_main]

use codec::{Decode, Encode};
use libfuzzer_sys::fuzz_target;
use openledger_primitives::{
	batch::{BatchClaim, Draw, Opening, PayoutProof},
	payout::{Answer, Line},
	referee::Fraud,
	weight::Weight,
	Attribution, Commitment, IndexInfo, IndexLeaf, LeafExtra, Manifest, Payout, Receipt, RowLeaf, SumCommitment, SumNode,
	Finding, Hardware, Offence, Roles, Terms, Voucher,
};
use openledger_verifier::signature::Signature;

type Account = [u8; 32];

/// Decodes a `T` and checks that it encodes to the bytes that it was decoded from.
fn round<T: Decode + Encode>(mut input: &[u8]) {
	let all = input;
	if let Ok(value) = T::decode(&mut input) {
		let read = &all[..all.len() - input.len()];
		// Compact lengths have one form only, so encodings do too.
		assert_eq!(value.encode(), read);
	}
}

fuzz_target!(|data: &[u8]| {
	let Some((kind, input)) = data.split_first() else { return };
	let kinds: [fn(&[u8]); 21] = [
		round::<Attribution>,
		round::<BatchClaim<Account>>,
		round::<Draw<Account, Signature>>,
		round::<Opening<Account>>,
		round::<PayoutProof<Account>>,
		round::<Answer<Account>>,
		round::<Line<Account>>,
		round::<Fraud>,
		round::<Weight>,
		round::<Commitment>,
		round::<IndexInfo>,
		round::<IndexLeaf<Account>>,
		round::<LeafExtra>,
		round::<Manifest>,
		round::<Payout<Account>>,
		round::<Receipt<Account>>,
		round::<RowLeaf<Account>>,
		round::<SumCommitment>,
		round::<(SumNode, Voucher<Account>)>,
		round::<(Finding, Offence)>,
		round::<(Hardware, Roles, Terms)>,
	];
	kinds[usize::from(*kind) % kinds.len()](input);
});
