//! Attacks on the vote by those who pay themselves, over a year of blocks, from fixed seeds. Run with `--nocapture` for
//! the numbers; `docs/adr/0020-weight-is-backed-by-bonds.md` draws the conclusions.

mod chain;
mod factor;
mod guide;
mod honest;
mod model;
mod payers;
mod shape;
mod wash;
