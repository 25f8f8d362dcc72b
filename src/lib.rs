//! Flowlab: an interactive visualizer of flow matching.
pub mod engine;
pub mod flow;
#[cfg(feature = "cpu")]
pub mod train;
