//! The network as a Burn module: `Linear` layers with a nonlinearity between them.
//!
//! Weights go both ways ([`Module::from_flat`], [`Module::to_flat`]), so a network trained in the page can go on in any
//! Burn program and be kept as a Burn record, and back.

use crate::flat::DeviceError;
use crate::stepper::Criterion;
use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, TensorData, activation as ops};
use flow::network::Architecture;
use flow::spec::Activation;

/// Fully connected layers with one nonlinearity between them and none after the last.
#[derive(burn::module::Module, Debug)]
pub struct Module {
    pub layers: Vec<Linear>,
    #[module(skip)]
    activation: Activation,
}

/// The numbers of a layer `h W + b`: parameters, gradients or moments.
#[derive(Clone, Debug)]
pub struct LayerTensors {
    /// `[d_in, d_out]`
    pub weight: Tensor<2>,
    /// `[d_out]`
    pub bias: Tensor<1>,
}

/// A batch on a device.
#[derive(Clone, Debug)]
pub struct DeviceBatch {
    /// `[B, d_in]`
    pub input: Tensor<2>,
    /// `[B, d_out]`
    pub target: Tensor<2>,
    /// `[B, 1]`
    pub weight: Tensor<2>,
}

impl DeviceBatch {
    pub fn new(batch: &flow::batch::Batch, device: &Device) -> Self {
        let rows = batch.len();
        let tensor = |values: &[f32]| matrix(values, [rows, values.len() / rows], device);
        Self {
            input: tensor(&batch.input),
            target: tensor(&batch.target),
            weight: tensor(&batch.weight),
        }
    }
}

impl Module {
    /// The network of these parameters, in the order of [`flow::network`](flow::network).
    ///
    /// # Panics
    /// If they are not as many as the architecture has.
    pub fn from_flat(architecture: &Architecture, flat: &[f32], device: &Device) -> Self {
        let linear = |layer: LayerTensors| Linear {
            weight: Param::from_tensor(layer.weight),
            bias: Some(Param::from_tensor(layer.bias)),
        };
        let layers = layers_from_flat(architecture, flat, device);
        Self {
            layers: layers.into_iter().map(linear).collect(),
            activation: architecture.activation,
        }
    }

    /// Its parameters in that order.
    ///
    /// # Errors
    /// What goes wrong on the device.
    pub async fn to_flat(&self) -> Result<Vec<f32>, DeviceError> {
        let layer = |Linear { weight, bias }: &Linear| LayerTensors {
            weight: weight.val(),
            bias: bias.as_ref().expect("every layer has a bias").val(),
        };
        let layers: Vec<_> = self.layers.iter().map(layer).collect();
        read(&layers).await
    }

    /// The prediction `[B, d_out]` for an input `[B, d_in]`.
    pub fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        let (last, hidden) = self.layers.split_last().expect("a network has a layer");
        let activate = |h, layer: &Linear| activated(self.activation, layer.forward(h));
        last.forward(hidden.iter().fold(input, activate))
    }

    /// The loss of a batch, `[1]`.
    pub fn loss(&self, criterion: Criterion, batch: DeviceBatch) -> Tensor<1> {
        let output = self.forward(batch.input);
        match criterion {
            Criterion::SquaredError => {
                let error = output - batch.target;
                (error.clone() * error * batch.weight).mean()
            }
            Criterion::CrossEntropy => {
                let log_likelihood = (ops::log_softmax(output, 1) * batch.target).sum_dim(1);
                -(log_likelihood * batch.weight).mean()
            }
        }
    }
}

/// `f(z)`, element by element.
fn activated(activation: Activation, z: Tensor<2>) -> Tensor<2> {
    match activation {
        Activation::Silu => ops::silu(z),
        Activation::Relu => ops::relu(z),
        Activation::Elu => ops::elu(z, 1.0),
        Activation::Selu => ops::selu(z),
        Activation::Tanh => z.tanh(),
    }
}

/// Splits flat parameters, in the order of [`flow::network`](flow::network), into layers.
///
/// # Panics
/// If they are not as many as the architecture has.
pub(crate) fn layers_from_flat(
    architecture: &Architecture,
    flat: &[f32],
    device: &Device,
) -> Vec<LayerTensors> {
    let count = architecture.parameter_count();
    assert_eq!(flat.len(), count, "one number a parameter");
    let mut rest = flat;
    let mut take = |count| {
        let (head, tail) = rest.split_at(count);
        rest = tail;
        head
    };
    let layer = |(d_in, d_out): (usize, usize)| LayerTensors {
        weight: matrix(take(d_in * d_out), [d_in, d_out], device),
        bias: Tensor::from_data(TensorData::new(take(d_out).to_vec(), [d_out]), device),
    };
    architecture.layers().map(layer).collect()
}

/// All numbers of the layers in one list. One tensor leaves the device, not one a layer.
pub(crate) async fn read(layers: &[LayerTensors]) -> Result<Vec<f32>, DeviceError> {
    let flatten = |layer: &LayerTensors| {
        let weight = layer.weight.clone().flatten::<1>(0, 1);
        [weight, layer.bias.clone()]
    };
    floats(Tensor::cat(layers.iter().flat_map(flatten).collect(), 0)).await
}

/// The numbers of a tensor.
pub(crate) async fn floats(tensor: Tensor<1>) -> Result<Vec<f32>, DeviceError> {
    let data = tensor.into_data_async().await?;
    Ok(data.try_into_vec().expect("the tensor holds f32"))
}

/// A tensor of `[rows, columns]` from its rows.
fn matrix(values: &[f32], [rows, columns]: [usize; 2], device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values.to_vec(), [rows, columns]), device)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fused::architecture;
    use burn::module::Module as _;
    use flow::VelocityField;
    use flow::network::Network;
    use flow::random::Rng;
    use pollster::block_on;

    #[test]
    fn weights_go_both_ways() {
        for &activation in Activation::ALL {
            let architecture = architecture(5, 9, 3, activation);
            let network = Network::init(architecture, &mut Rng::new(3));
            let module = Module::from_flat(&architecture, network.parameters(), &Device::flex());
            let flat = block_on(module.to_flat()).expect("main memory can be read");
            assert_eq!(flat, network.parameters());
            assert_eq!(module.num_params(), architecture.parameter_count());
        }
    }

    #[test]
    fn the_snapshot_and_the_module_predict_the_same() {
        for &activation in Activation::ALL {
            let architecture = architecture(3, 12, 2, activation);
            let network = Network::init(architecture, &mut Rng::new(3));
            let module = Module::from_flat(&architecture, network.parameters(), &Device::flex());
            let mut rng = Rng::new(4);
            for _ in 0..17 {
                let row = [(); 3].map(|()| rng.normal() as f32);
                let input = Tensor::<2>::from_floats([row], &Device::flex());
                let output = block_on(floats(module.forward(input).flatten(0, 1)));
                let [x, y, t] = row.map(f64::from);
                let mut plain = [[0.0; 2]];
                network.velocity(&[[x, y]], t, None, &mut plain);
                for (a, b) in output.expect("it can be read").into_iter().zip(plain[0]) {
                    assert!((f64::from(a) - b).abs() < 1e-5, "{activation:?}: {a} {b}");
                }
            }
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
        let flat = block_on(loaded.to_flat()).expect("main memory can be read");
        assert_eq!(flat, kept.parameters());
    }
}
