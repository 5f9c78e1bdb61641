//! What models come from: their relatives and ancestors, and what these ask and earn.

use crate::{
	pallet::{Closure, Config, Error, Models, Pallet},
	types::{Ancestors, Model, ModelKind, Parents, MAX_DEPTH},
};
use alloc::{collections::BTreeSet, vec::Vec};
use frame_support::ensure;
use openledger_primitives::{
	licence::Conflict,
	payout::{ensemble_royalties, royalties, Owned, Owners, Royalty},
	traits::Versions,
	Licence, ModelId,
};
use sp_runtime::{DispatchError, DispatchResult};

/// What is kept of where a model comes from.
pub(crate) struct Lineage {
	/// Steps to its remotest ancestor.
	pub depth: u8,
	/// All its ancestors.
	pub ancestors: Ancestors,
}

impl<T> From<Conflict> for Error<T> {
	fn from(conflict: Conflict) -> Self {
		match conflict {
			Conflict::NoDerivatives => Self::NoDerivatives,
			Conflict::ShareAlike => Self::ShareAlike,
			Conflict::NonCommercial => Self::NonCommercial,
		}
	}
}

impl<T: Config> Pallet<T> {
	/// Checks what a kind says by itself, and the data that it names.
	pub(crate) fn ensure_kind(kind: &ModelKind) -> DispatchResult {
		let mut sources = BTreeSet::new();
		for (datanet, version) in kind.sources() {
			ensure!(sources.insert((datanet, version)), Error::<T>::DataTwice);
			ensure!(T::Versions::rows(datanet, version).is_some(), Error::<T>::NoSuchVersion);
		}
		match kind {
			ModelKind::Base { .. } | ModelKind::Index { .. } => {}
			ModelKind::Adapter { rank, targets, .. } => {
				ensure!(*rank > 0, Error::<T>::RankZero);
				ensure!(!targets.is_empty(), Error::<T>::NoTargets);
				ensure!(targets.is_sorted_by(|a, b| a < b), Error::<T>::TargetsNotAscending);
			}
			ModelKind::Ensemble { members } => {
				ensure!(!members.is_empty(), Error::<T>::NoMembers);
				ensure!(members.is_sorted_by(|(a, _), (b, _)| a < b), Error::<T>::MembersNotAscending);
				ensure!(members.iter().all(|(_, weight)| *weight > 0), Error::<T>::WeightZero);
			}
		}
		Ok(())
	}

	/// The models that one of this kind and with these parents comes from directly: its base, its members, its parents.
	pub(crate) fn relatives(kind: &ModelKind, parents: &Parents) -> Result<Vec<(ModelId, Model<T>)>, DispatchError> {
		ensure!(parents.is_empty() || kind.members().is_empty(), Error::<T>::EnsembleWithParents);
		let mut relatives = Vec::new();
		if let Some(id) = kind.base() {
			let base = Models::<T>::get(id).ok_or(Error::<T>::NoSuchBase)?;
			ensure!(matches!(base.kind, ModelKind::Base { .. }), Error::<T>::BaseNotBase);
			relatives.push((id, base));
		}
		let mut common = None;
		for (id, _) in kind.members() {
			let member = Models::<T>::get(id).ok_or(Error::<T>::NoSuchMember)?;
			let base = member.kind.base().ok_or(Error::<T>::MemberNotAdapter)?;
			ensure!(*common.get_or_insert(base) == base, Error::<T>::MembersOfManyBases);
			relatives.push((*id, member));
		}
		let mut seen = BTreeSet::new();
		for id in parents {
			ensure!(Some(*id) != kind.base(), Error::<T>::ParentIsBase);
			ensure!(seen.insert(id), Error::<T>::ParentTwice);
			let parent = Models::<T>::get(id).ok_or(Error::<T>::NoSuchParent)?;
			ensure!(parent.kind.generates(), Error::<T>::ParentIsIndex);
			relatives.push((*id, parent));
		}
		Ok(relatives)
	}

	/// The lineage of a model with these relatives.
	pub(crate) fn lineage(relatives: &[(ModelId, Model<T>)]) -> Result<Lineage, DispatchError> {
		let depth = relatives.iter().map(|(_, model)| model.depth.saturating_add(1)).max().unwrap_or_default();
		ensure!(depth <= MAX_DEPTH, Error::<T>::TooDeep);
		let mut ancestors = BTreeSet::new();
		for (id, _) in relatives {
			ancestors.insert(*id);
			ancestors.extend(Closure::<T>::get(id));
		}
		let ancestors = Ancestors::try_from(ancestors.into_iter().collect::<Vec<_>>());
		Ok(Lineage { depth, ancestors: ancestors.map_err(|_| Error::<T>::TooManyAncestors)? })
	}

	/// Checks that what has a licence may be made from these models.
	pub(crate) fn ensure_follows_models(licence: Licence, relatives: &[(ModelId, Model<T>)]) -> DispatchResult {
		for (_, model) in relatives {
			licence.follows(model.licence).map_err(Error::<T>::from)?;
		}
		Ok(())
	}

	/// Checks that what has a licence may be made from the data that a kind names.
	pub(crate) fn ensure_follows_data(licence: Licence, kind: &ModelKind) -> DispatchResult {
		for (datanet, _) in kind.sources() {
			let source = T::Versions::licence(datanet).ok_or(Error::<T>::NoSuchVersion)?;
			licence.follows(source).map_err(Error::<T>::from)?;
		}
		Ok(())
	}

	/// The claims on the model pool when `model` answers.
	pub(crate) fn claims(model: ModelId) -> Option<Vec<Royalty<T::AccountId>>> {
		let Model { kind, parents, split, .. } = Models::<T>::get(model)?;
		let split = split.into_inner();
		let base = match Self::base_of(&kind) {
			Some(base) => Some((base, Self::owners(base)?)),
			None => None,
		};
		let base = base.as_ref().map(|(id, owners)| (*id, owners));
		if kind.members().is_empty() {
			let parents = parents.iter().map(|id| Some((*id, Self::owners(*id)?))).collect::<Option<Vec<_>>>()?;
			let parents: Vec<Owned<T::AccountId>> = parents.iter().map(|(id, owners)| (*id, owners)).collect();
			return royalties((model, &split), base, &parents);
		}
		let members = kind.members().iter().map(|(id, weight)| Some((*id, Self::owners(*id)?, *weight)));
		let members = members.collect::<Option<Vec<_>>>()?;
		let members: Vec<_> = members.iter().map(|(id, owners, weight)| ((*id, owners), *weight)).collect();
		ensemble_royalties((model, &split), base?, &members)
	}

	/// The base under a model; under an ensemble, that of its members.
	pub(crate) fn base_of(kind: &ModelKind) -> Option<ModelId> {
		match kind.members().first() {
			Some((member, _)) => Models::<T>::get(member)?.kind.base(),
			None => kind.base(),
		}
	}

	/// Whether rows that `model`, or one of its ancestors, was made from were taken down after their version was
	/// frozen.
	pub(crate) fn is_tainted(model: ModelId) -> Option<bool> {
		let kind = Models::<T>::get(model)?.kind;
		let ancestors = Closure::<T>::get(model).into_iter().filter_map(Models::<T>::get).map(|model| model.kind);
		let mut kinds = core::iter::once(kind).chain(ancestors);
		Some(kinds.any(|kind| kind.sources().any(|(datanet, version)| T::Versions::tainted(datanet, version))))
	}

	fn owners(model: ModelId) -> Option<Owners<T::AccountId>> {
		Some(Models::<T>::get(model)?.split.into_inner())
	}
}
