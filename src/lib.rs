//! # Flowlab's glue
//!
//! What the two programs of Flowlab need of a browser, and nothing else: everything that can be tested without one is in
//! the crates below `crates/`. ARCHITECTURE.md is their map and names the invariants.

#![cfg(target_arch = "wasm32")]

#[cfg(feature = "page")]
pub mod web;
#[cfg(feature = "engine")]
pub mod worker;
