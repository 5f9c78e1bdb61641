//! Tests, a file for each concern.

mod bonds;
mod conflicts;
mod delegation;
mod earners;
mod flat;
mod interface;
mod invariants;
mod leaders;
mod simulation;
mod snapshots;
mod sponsors;
mod stateful;
mod tally;
mod votes;
mod voting_model;
mod weights;
