//! How a lane's training steps are taken, and why not otherwise.

use super::BackendKind;
use serde::{Deserialize, Serialize};

/// What takes a lane's training steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum StepMethod {
    /// Burn's module, autodiff and Adam on that kind of processor.
    Burn(BackendKind, WhyBurn),
    /// SIMD passes on the CPU.
    Blocked,
    /// Two WGSL kernels of so many workgroups each.
    Fused { workgroups: [u32; 2] },
}

/// Why Burn takes the steps and not a faster way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum WhyBurn {
    Chosen,
    /// The faster way did not pass the self-test at start.
    SelfTest(Disagreement),
    /// The GPU is too small for the kernels of this network and batch.
    TooLarge(Misfit),
}

/// What the self-test says against a way of stepping, with Burn on the CPU as the reference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Disagreement {
    Loss {
        got: f64,
        expected: f64,
    },
    /// Mean difference of the gradients, as a share of their size.
    Gradients {
        share: f64,
    },
    /// Mean difference of the weights, in learning rates.
    Weights {
        rates: f64,
    },
    /// The processor failed, in its own words.
    Failed(String),
}

/// What a GPU is too small for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Misfit {
    /// Layers of so many units.
    Width(u32),
    /// Rows within what a workgroup shares.
    SharedMemory,
    /// A buffer of so many bytes.
    Buffer(u64),
}

/// Why the CPU follows particles although a GPU trains.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
