//! Blocked steps against Burn's autodiff, and against the same steps on Burn's tensors.

use super::BlockedStore;
use crate::flow::batch::Batch;
use crate::flow::features::Encoding;
use crate::flow::network::{Architecture, Network};
use crate::flow::random::Rng;
use crate::flow::spec::{Activation, LaneSpec, ModelSpec, TrainingSpec};
use crate::train::adam::{BETA_1, Rate, update_tensor};
use crate::train::network::{self, Layer, Mlp, matrix};
use crate::train::store::{Flat, HostStore, Store};
use burn::tensor::{Device, Tensor};
use pollster::block_on;

const LR: f64 = 1e-3;

/// An architecture as a lane's, but for these.
pub fn architecture(
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
