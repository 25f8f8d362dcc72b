//! Where a network's parameters live while it trains.
//!
//! On the CPU they are flat vectors, from which tensors are made each step (copying 35 kB costs less
//! than keeping eight optimiser records); on a GPU they stay there, tensor by tensor, and nothing is
//! read back until somebody asks.

use super::adam::{self, Rate};
use super::device::DeviceError;
use super::network::{Batch, Layer, Mlp, layers_from_flat};
use crate::flow::network::Architecture;
use burn::tensor::{Device, Tensor};

/// All that training changes, flat, in the order of
/// [`flow::network::Network`](crate::flow::network::Network).
#[derive(Clone, Debug, PartialEq)]
pub struct Flat {
    pub weights: Vec<f32>,
    /// Adam's mean of gradients.
    pub first: Vec<f32>,
    /// Adam's mean of squared gradients.
    pub second: Vec<f32>,
}

impl Flat {
    /// These weights, before the first step.
    pub fn start(weights: Vec<f32>) -> Self {
        let zeros = vec![0.0; weights.len()];
        Self {
            weights,
            first: zeros.clone(),
            second: zeros,
        }
    }
}

/// Parameters in main memory.
pub struct HostStore {
    architecture: Architecture,
    flat: Flat,
    device: Device,
    loss_sum: f64,
}

impl HostStore {
    pub fn new(architecture: Architecture, flat: Flat, device: Device) -> Self {
        Self {
            architecture,
            flat,
            device,
            loss_sum: 0.0,
        }
    }

    /// One gradient, one update.
    pub fn step(&mut self, batch: Batch, rate: Rate) {
        let mlp = Mlp::from_flat(&self.architecture, &self.flat.weights, &self.device);
        let gradient = mlp.gradient(batch);
        let flat_gradient = read_now(&gradient.layers);
        self.loss_sum += f64::from(floats_now(gradient.loss)[0]);
        let Flat {
            weights,
            first,
            second,
        } = &mut self.flat;
        adam::update(rate, weights, first, second, &flat_gradient);
    }
}

/// Parameters on a GPU.
pub struct DeviceStore {
    mlp: Mlp,
    first: Vec<Layer>,
    second: Vec<Layer>,
    loss_sum: Option<Tensor<1>>,
}

impl DeviceStore {
    pub fn new(architecture: &Architecture, flat: &Flat, device: &Device) -> Self {
        let layers = |values: &[f32]| layers_from_flat(architecture, values, device);
        Self {
            mlp: Mlp::from_flat(architecture, &flat.weights, device),
            first: layers(&flat.first),
            second: layers(&flat.second),
            loss_sum: None,
        }
    }

    /// One gradient, one update; queued, not waited for.
    pub fn step(&mut self, batch: Batch, rate: Rate) {
        let gradient = self.mlp.gradient(batch);
        self.loss_sum = Some(match self.loss_sum.take() {
            Some(sum) => sum + gradient.loss,
            None => gradient.loss,
        });
        for (i, g) in gradient.layers.into_iter().enumerate() {
            self.update_layer(i, g, rate);
        }
    }

    fn update_layer(&mut self, i: usize, gradient: Layer, rate: Rate) {
        let [p, m, v] = [&self.mlp.layers[i], &self.first[i], &self.second[i]].map(Layer::clone);
        let weights = [p.weight, m.weight, v.weight];
        let biases = [p.bias, m.bias, v.bias];
        let [p, m, v] = adam::update_tensor(rate, weights, gradient.weight);
        let [p_bias, m_bias, v_bias] = adam::update_tensor(rate, biases, gradient.bias);
        self.mlp.layers[i] = Layer {
            weight: p,
            bias: p_bias,
        };
        self.first[i] = Layer {
            weight: m,
            bias: m_bias,
        };
        self.second[i] = Layer {
            weight: v,
            bias: v_bias,
        };
    }
}

/// Either store.
pub enum Store {
    Host(HostStore),
    Device(Box<DeviceStore>),
}

impl Store {
    /// Takes one training step.
    pub fn step(&mut self, batch: Batch, rate: Rate) {
        match self {
            Self::Host(store) => store.step(batch, rate),
            Self::Device(store) => store.step(batch, rate),
        }
    }

    /// The sum of the losses of all steps since it was last taken. On a GPU this waits until they
    /// are done.
    pub async fn take_loss_sum(&mut self) -> Result<f64, DeviceError> {
        match self {
            Self::Host(store) => Ok(core::mem::take(&mut store.loss_sum)),
            Self::Device(store) => match store.loss_sum.take() {
                Some(sum) => Ok(f64::from(floats(sum).await?[0])),
                None => Ok(0.0),
            },
        }
    }

    /// The weights.
    pub async fn weights(&self) -> Result<Vec<f32>, DeviceError> {
        match self {
            Self::Host(store) => Ok(store.flat.weights.clone()),
            Self::Device(store) => read(&store.mlp.layers).await,
        }
    }

    /// Weights and moments.
    pub async fn flat(&self) -> Result<Flat, DeviceError> {
        match self {
            Self::Host(store) => Ok(store.flat.clone()),
            Self::Device(store) => Ok(Flat {
                weights: read(&store.mlp.layers).await?,
                first: read(&store.first).await?,
                second: read(&store.second).await?,
            }),
        }
    }
}

/// All parameters of the layers in one vector. One tensor leaves the device, not one a layer.
async fn read(layers: &[Layer]) -> Result<Vec<f32>, DeviceError> {
    let flatten = |layer: &Layer| {
        let weight = layer.weight.clone().flatten::<1>(0, 1);
        [weight, layer.bias.clone()]
    };
    floats(Tensor::cat(layers.iter().flat_map(flatten).collect(), 0)).await
}

/// The same where tensors live in main memory and reading them waits for nothing.
fn read_now(layers: &[Layer]) -> Vec<f32> {
    let mut flat = Vec::new();
    for layer in layers {
        flat.extend(floats_now(layer.weight.clone().flatten::<1>(0, 1)));
        flat.extend(floats_now(layer.bias.clone()));
    }
    flat
}

async fn floats(tensor: Tensor<1>) -> Result<Vec<f32>, DeviceError> {
    let data = tensor.into_data_async().await?;
    Ok(data.try_into_vec().expect("the tensor holds f32"))
}

fn floats_now(tensor: Tensor<1>) -> Vec<f32> {
    let data = tensor.into_data();
    data.try_into_vec().expect("the tensor holds f32")
}
