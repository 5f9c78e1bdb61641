//! A local network for development, and the end-to-end demonstration.
//!
//! [`network`] starts a node and a worker as processes, [`deploy`] fills the chain with a datanet, models and an agent,
//! [`client`] asks questions as an application would, [`demo`] checks every balance, [`lie`] plays the dishonest agent.

pub mod client;
pub mod demo;
pub mod deploy;
pub mod explain;
pub mod lie;
pub mod network;
pub mod predict;
pub mod roles;
pub mod rows;
pub mod run;
pub mod stop;
pub mod wordnet;
