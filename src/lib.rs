//! Flowlab: an interactive visualizer of flow matching.
pub mod app;
pub mod engine;
pub mod flow;
pub mod render;
