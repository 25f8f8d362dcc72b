//! How far the visit has come in its scene.

/// Where the visit stands in its scene.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    /// Whether the scenes follow one another by themselves.
    pub touring: bool,
    /// How often time has reached 1 in this scene.
    pub passages: u32,
    /// Seconds since the scene was opened.
    pub(crate) seconds: f64,
    /// The scene that is counted.
    pub(crate) scene: u32,
    /// Whether time was at 1 when it was looked at last.
    pub(crate) arrived: bool,
}
