//! Flowlab: an interactive visualizer of flow matching.
pub mod flow;
