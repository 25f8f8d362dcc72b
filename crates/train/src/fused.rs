//! Training steps on a GPU in two dispatches each, by two kernels of our own on Burn's device.
//!
//! Burn's tensor operations take a dispatch each, 59 a step even where Burn fuses them; on a network this small a GPU
//! spends its time between them. (Burn's `fusion` is not linked: it would speed up what trains only where these kernels
//! fail or Burn is chosen, for 350 kB of the program.) Here one kernel takes a few samples of the batch all the way
//! through the network and back, and another makes the whole gradient, a matrix product per layer,
//! and Adam's update of it (`propagate.wgsl`, `update.wgsl`). Batches and rates of many steps go to
//! the GPU together, and their kernels in one submission; nothing comes back before somebody asks.
//!
//! The kernels see parameters as [`layout`] says, for the shapes of a [`plan`]. Outside they are a
//! [`Flat`](super::flat::Flat) as everywhere, so that any stepper can go on where another has stopped.

#[cfg(feature = "gpu")]
pub(crate) mod gpu;
#[cfg(feature = "gpu")]
mod kernels;
pub(crate) mod layout;
pub(crate) mod plan;
#[cfg(feature = "gpu")]
pub(crate) mod sampler;
#[cfg(feature = "gpu")]
mod stepper;
#[cfg(feature = "gpu")]
pub(crate) use stepper::WgslStepper;

#[cfg(test)]
use flow::features::Encoding;
#[cfg(test)]
use flow::network::Architecture;
#[cfg(test)]
use flow::spec::{Activation, LaneSpec, ModelSpec};

/// The architecture of a test: as a lane's, but for these.
#[cfg(test)]
pub(super) fn architecture(
    inputs: usize,
    width: u32,
    depth: u32,
    activation: Activation,
) -> Architecture {
    let model = ModelSpec {
        width,
        depth,
        activation,
        ..LaneSpec::default().model
    };
    Architecture {
        inputs,
        ..Architecture::new(&model, Encoding::PLAIN)
    }
}

#[cfg(all(test, feature = "gpu"))]
mod tests;
