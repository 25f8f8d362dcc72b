//! One trait, three ways to take a training step.
//!
//! | way | where | what takes the step |
//! |---|---|---|
//! | [`BurnStepper`](crate::burn_stepper::BurnStepper) | every device | the Burn [`Module`](crate::module::Module), Burn's autodiff and Burn's Adam |
//! | [`BlockedStepper`](crate::blocked::BlockedStepper) | CPU | SIMD passes over panels of eight samples |
//! | `fused::WgslStepper` | WebGPU | two WGSL kernels |
//!
//! The first is the reference of the others. Each begins and ends with a [`Flat`], so that any of them can go on where
//! another has stopped.

use crate::adam::Rate;
use crate::choice::Kind;
use crate::flat::{Flat, LossSum, Reading};
use core::fmt;
use flow::batch::Batch;

/// A network in training, wherever its parameters live.
pub trait Stepper {
    /// Takes one gradient of the batch's loss and one update of all parameters. On a GPU this only queues the work.
    ///
    /// # Panics
    /// If the batch has more samples than the stepper was made for.
    fn step(&mut self, batch: &Batch, rate: Rate);

    /// The sum of the losses of all steps since it was last taken. On a GPU these are submitted, and their sum is known
    /// once they are done.
    fn take_loss_sum(&mut self) -> LossSum;

    /// The weights after all steps taken.
    fn weights(&self) -> Reading<'_, Vec<f32>>;

    /// Weights and moments after all steps taken.
    fn flat(&self) -> Reading<'_, Flat>;

    /// How steps are taken.
    fn method(&self) -> Method;
}

/// What is minimised, with an output `v` of the network, a target `y` and a weight `w` for each sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Criterion {
    /// `mean w (v - y)^2` over samples and coordinates.
    SquaredError,
    /// `mean w (-sum_k y_k log softmax(v)_k)` over samples; the targets are one-hot rows.
    CrossEntropy,
}

/// How training steps are taken.
#[derive(Clone, Debug, PartialEq)]
pub enum Method {
    /// By the Burn module, autodiff and Adam on that kind of processor, and why not faster.
    Burn(Kind, WhyBurn),
    /// By SIMD passes on the CPU.
    Blocked,
    /// By two WGSL kernels of so many workgroups.
    Fused { workgroups: [u32; 2] },
}

/// Why Burn takes the steps and not a faster way.
#[derive(Clone, Debug, PartialEq)]
pub enum WhyBurn {
    /// Somebody has chosen it.
    Chosen,
    /// The faster way did not pass the self-test.
    SelfTest(Disagreement),
    /// The GPU is too small for the kernels of this network and batch.
    TooLarge(Misfit),
}

/// What the self-test says against a way of stepping.
#[derive(Clone, Debug, PartialEq)]
pub enum Disagreement {
    /// A loss is not what Burn computes.
    Loss { got: f64, expected: f64 },
    /// The mean gradients are off by this share of their size.
    Gradients { share: f64 },
    /// The weights are off by so many learning rates.
    Weights { rates: f64 },
    /// The processor failed, in its own words.
    Failed(String),
}

/// What a GPU is too small for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// Layers of so many units need more threads than a workgroup has.
    Width(usize),
    /// Rows do not fit into what a workgroup shares.
    SharedMemory,
    /// A buffer of so many bytes is needed.
    Buffer(usize),
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Loss { got, expected } => {
                write!(f, "its loss is {got:.4} instead of {expected:.4}")
            }
            Self::Gradients { share } => {
                write!(f, "its gradients are off by {:.1} percent", 100.0 * share)
            }
            Self::Weights { rates } => {
                write!(f, "its weights are off by {rates:.3} learning rates")
            }
            Self::Failed(error) => write!(f, "it failed ({error})"),
        }
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Width(units) => write!(f, "layers of {units} units are too wide"),
            Self::SharedMemory => write!(f, "its rows do not fit into a workgroup"),
            Self::Buffer(bytes) => write!(f, "it needs a buffer of {bytes} bytes"),
        }
    }
}
