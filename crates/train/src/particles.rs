//! What becomes of particles that a GPU follows.

use crate::flat::DeviceError;
use flow::Point;

/// Where particles have been.
#[derive(Clone, Debug, Default)]
pub struct Arrived {
    /// The points of each frame, one frame after the other.
    pub frames: Vec<Point>,
    pub ends: Vec<Point>,
    /// The integral of the divergence for each, if it was wanted.
    pub integrals: Vec<f64>,
}

/// Why a GPU does not follow particles through a network.
#[derive(Clone, Debug, PartialEq)]
pub enum SamplerFault {
    /// The network's rows do not fit into what a workgroup shares.
    SharedMemory,
    /// The network has more than two outputs.
    Outputs,
    /// The first particles ended elsewhere than on the CPU.
    Wrong,
    /// The GPU failed, in its own words.
    Device(String),
}

impl From<DeviceError> for SamplerFault {
    fn from(error: DeviceError) -> Self {
        Self::Device(error.to_string())
    }
}
