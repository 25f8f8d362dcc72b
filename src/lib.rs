//! Flowlab: an interactive visualizer of flow matching.
pub mod app;
pub mod engine;
pub mod flow;
pub mod render;
#[cfg(target_arch = "wasm32")]
pub mod web;
