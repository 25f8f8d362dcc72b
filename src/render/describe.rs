//! What a screen reader says about the stage.
