//! Where the handover from one engine to another stands.

use protocol::{Backend, Checkpoint};

/// What both engines were measured to do with a network, in training steps a second.
#[derive(Clone, Debug, PartialEq)]
pub struct Race {
    /// The name of the WebGPU adapter.
    pub adapter: String,
    pub work: Work,
    pub cpu: f64,
    pub webgpu: f64,
}

/// The network that engines are timed with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Work {
    pub depth: u32,
    pub width: u32,
    pub batch: u32,
    /// Arithmetic of a step, in operations of one evaluation.
    pub(crate) flops: f64,
}

/// Where the handover stands.
#[derive(Debug, Default)]
pub enum Handover {
    /// There is no second engine, or it has been decided upon.
    #[default]
    None,
    /// The second engine is being fetched, once more.
    Loading,
    /// Both engines have been asked for their speed.
    Measuring {
        backend: Backend,
        work: Work,
        candidate: Option<f64>,
        engine: Option<f64>,
    },
    /// The first engine has been asked for its runs.
    Moving {
        backend: Backend,
        checkpoints: Box<[Option<Checkpoint>; 2]>,
    },
}
