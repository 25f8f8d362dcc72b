//! The numbers beside the stage.
