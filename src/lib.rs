//! Flowlab: an interactive visualizer of flow matching.
pub mod engine;
pub mod flow;
