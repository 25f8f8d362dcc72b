//! The same network as a Burn module, trained as Burn trains: `Linear` layers, recorded by autodiff, updated by
//! Burn's Adam.
//!
//! Weights go both ways ([`Module::from_flat`], [`Module::to_flat`]), so a network trained in the page can go on in any
//! Burn program and be kept as a Burn record, and back. It is also what our own steps are held against, and timed beside.
//! Native programs only: the page's have no autodiff.

use super::activation;
use super::adam::{BETA_1, BETA_2, EPSILON};
use super::network::{Batch, Layer, layers_from_flat};
use super::store::on_device;
use burn::module::Param;
use burn::nn::Linear;
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::{Device, Tensor};
use flow::network::Architecture;
use flow::spec::Activation;

/// Fully connected layers with one nonlinearity between them and none after the last.
#[derive(burn::module::Module, Debug)]
pub struct Module {
    pub layers: Vec<Linear>,
    #[module(skip)]
    activation: Activation,
}

impl Module {
    /// The network of these parameters, in the order of [`flow::network`](flow::network).
    ///
    /// # Panics
    /// If they are not as many as the architecture has.
    pub fn from_flat(architecture: &Architecture, flat: &[f32], device: &Device) -> Self {
        let layers = layers_from_flat(architecture, flat, device);
        let linear = |layer: Layer| Linear {
            weight: Param::from_tensor(layer.weight),
            bias: Some(Param::from_tensor(layer.bias)),
        };
        Self {
            layers: layers.into_iter().map(linear).collect(),
            activation: architecture.activation,
        }
    }

    /// Its parameters in that order.
    pub fn to_flat(&self) -> Vec<f32> {
        let mut flat = Vec::new();
        for Linear { weight, bias } in &self.layers {
            flat.extend(numbers(weight.val()));
            flat.extend(bias.iter().flat_map(|bias| numbers(bias.val())));
        }
        flat
    }

    /// The prediction `[B, d_out]` for an input `[B, d_in]`.
    pub fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        let (last, hidden) = self.layers.split_last().expect("a network has a layer");
        let activate = |h, layer: &Linear| activation::apply(self.activation, layer.forward(h));
        last.forward(hidden.iter().fold(input, activate))
    }

    /// The weighted squared error of a batch, mean over samples and coordinates, `[1]`.
    pub fn loss(&self, batch: Batch) -> Tensor<1> {
        let error = self.forward(batch.input) - batch.target;
        (error.clone() * error * batch.weight).mean()
    }
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    let data = tensor.into_data().try_into_vec();
    data.expect("parameters are f32")
}

/// A module and its optimiser.
pub struct Learner {
    pub module: Module,
    adam: ModuleOptimizer,
    /// Where it trains, recording what it computes.
    device: Device,
}

impl Learner {
    /// Training from these parameters on, on that device.
    ///
    /// # Panics
    /// If they are not as many as the architecture has.
    pub fn new(architecture: &Architecture, flat: &[f32], device: &Device) -> Self {
        let device = device.clone().autodiff();
        let adam = AdamConfig::new()
            .with_beta_1(BETA_1)
            .with_beta_2(BETA_2)
            .with_epsilon(EPSILON);
        Self {
            module: Module::from_flat(architecture, flat, &device),
            adam: adam.init(),
            device,
        }
    }

    /// The loss of a batch and its gradient, in the order of [`Module::to_flat`].
    pub fn gradient(&self, batch: &flow::batch::Batch) -> (f32, Vec<f32>) {
        let loss = self.module.loss(on_device(batch, &self.device));
        let tape = loss.backward();
        let mut flat = Vec::new();
        for Linear { weight, bias } in &self.module.layers {
            flat.extend(weight.val().grad(&tape).into_iter().flat_map(numbers));
            let bias = bias.as_ref().and_then(|bias| bias.val().grad(&tape));
            flat.extend(bias.into_iter().flat_map(numbers));
        }
        (loss.into_scalar(), flat)
    }

    /// One gradient and one update at that learning rate; its loss, `[1]`. On a GPU this only queues the work.
    pub fn step(&mut self, batch: &flow::batch::Batch, lr: f64) -> Tensor<1> {
        let loss = self.module.loss(on_device(batch, &self.device));
        let gradients = GradientsParams::from_grads(loss.backward(), &self.module);
        self.module = self.adam.step(lr, self.module.clone(), gradients);
        loss
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fused::architecture;
    use crate::network::Mlp;
    use burn::module::Module as _;
    use flow::network::Network;
    use flow::random::Rng;

    #[test]
    fn weights_go_both_ways_and_predict_the_same() {
        for &activation in Activation::ALL {
            let architecture = architecture(5, 9, 3, activation);
            let network = Network::init(architecture, &mut Rng::new(3));
            let device = Device::flex();
            let module = Module::from_flat(&architecture, network.parameters(), &device);
            assert_eq!(module.to_flat(), network.parameters());
            assert_eq!(module.num_params(), architecture.parameter_count());
            let mlp = Mlp::from_flat(&architecture, network.parameters(), &device);
            let input = Tensor::<2>::from_floats([[0.5, -1.0, 0.25, 2.0, 0.0]], &device);
            assert_eq!(
                numbers(module.forward(input.clone())),
                numbers(mlp.forward(input))
            );
        }
    }

    #[test]
    fn a_record_keeps_the_weights() {
        let architecture = architecture(3, 6, 2, Activation::Tanh);
        let [kept, other] = [1, 2].map(|seed| Network::init(architecture, &mut Rng::new(seed)));
        let module = |network: &Network| {
            Module::from_flat(&architecture, network.parameters(), &Device::flex())
        };
        let loaded = module(&other).load_record(module(&kept).into_record());
        assert_eq!(loaded.to_flat(), kept.parameters());
    }
}
