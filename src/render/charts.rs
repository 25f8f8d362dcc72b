//! The charts beside the stage, drawn by `plotters` on any backend.
