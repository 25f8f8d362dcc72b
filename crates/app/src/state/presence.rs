//! Whether the engine is held while nobody looks.

/// Whether the engine is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Presence {
    #[default]
    Held,
    /// It has been asked for its runs and will be let go.
    Leaving,
    /// It has been let go, with its memory and its part of the GPU.
    Gone,
}
