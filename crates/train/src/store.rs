//! Where a network's parameters live while it trains.
//!
//! On the CPU they are plain numbers in the blocks of our own steps ([`super::blocked`]). Where these
//! are not to be used they are flat vectors, from which tensors are made each step (copying 35 kB
//! costs less than keeping eight optimiser records). On a GPU they stay there, tensor by tensor, and
//! nothing is read back until somebody asks. Where kernels of our own can be had, the GPU takes a step
//! in two dispatches; where not, tensor operations do it.

use super::adam::{self, Rate};
use super::blocked::BlockedStore;
use super::device::{DeviceError, Processor};
#[cfg(feature = "gpu")]
use super::fused::FusedStore;
use super::network::{self, Layer, Mlp, layers_from_flat, matrix};
use burn::tensor::{Device, Tensor};
use core::pin::Pin;
use flow::batch::Batch;
use flow::network::Architecture;

/// A sum of losses that may still be on its way.
pub type LossSum = Pin<Box<dyn Future<Output = Result<f64, DeviceError>>>>;

fn known(sum: f64) -> LossSum {
    Box::pin(core::future::ready(Ok(sum)))
}

/// All that training changes, flat, in the order of
/// [`flow::network::Network`](flow::network::Network).
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

/// Parameters in main memory, trained by tensor operations.
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
    pub fn step(&mut self, batch: &Batch, rate: Rate) {
        let batch = on_device(batch, &self.device);
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

    /// Weights and moments.
    pub fn flat(&self) -> &Flat {
        &self.flat
    }
}

/// Parameters on a GPU.
pub struct DeviceStore {
    mlp: Mlp,
    first: Vec<Layer>,
    second: Vec<Layer>,
    device: Device,
    loss_sum: Option<Tensor<1>>,
    /// Why no kernels of our own do this, as a part of a sentence; empty where nobody asked for them.
    reason: String,
}

impl DeviceStore {
    pub fn new(architecture: &Architecture, flat: &Flat, device: &Device, reason: String) -> Self {
        let layers = |values: &[f32]| layers_from_flat(architecture, values, device);
        Self {
            mlp: Mlp::from_flat(architecture, &flat.weights, device),
            first: layers(&flat.first),
            second: layers(&flat.second),
            device: device.clone(),
            loss_sum: None,
            reason,
        }
    }

    /// One gradient, one update; queued, not waited for.
    pub fn step(&mut self, batch: &Batch, rate: Rate) {
        let gradient = self.mlp.gradient(on_device(batch, &self.device));
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

/// One of the stores.
pub enum Store {
    Blocked(Box<BlockedStore>),
    Host(HostStore),
    Device(Box<DeviceStore>),
    #[cfg(feature = "gpu")]
    Fused(Box<FusedStore>),
}

impl Store {
    /// The best store that a processor has for a network trained on batches of up to `batch` samples.
    ///
    /// # Panics
    /// If `flat` has not as many numbers as the network.
    pub fn new(
        processor: &Processor,
        architecture: Architecture,
        flat: Flat,
        batch: usize,
    ) -> Self {
        let device = processor.device();
        if processor.blocked() {
            return Self::Blocked(Box::new(BlockedStore::new(&architecture, &flat)));
        }
        if processor.in_main_memory() {
            return Self::Host(HostStore::new(architecture, flat, device.clone()));
        }
        match fused(processor, architecture, &flat, batch) {
            Ok(store) => store,
            Err(reason) => {
                let store = DeviceStore::new(&architecture, &flat, device, reason);
                Self::Device(Box::new(store))
            }
        }
    }

    /// How steps are taken, as a part of a sentence.
    pub fn method(&self) -> String {
        match self {
            Self::Blocked(_) => "blocked steps in main memory".to_owned(),
            Self::Host(_) => "tensor operations in main memory".to_owned(),
            Self::Device(store) if store.reason.is_empty() => "tensor operations".to_owned(),
            Self::Device(store) => format!("tensor operations; {}", store.reason),
            #[cfg(feature = "gpu")]
            Self::Fused(store) => store.plan().to_string(),
        }
    }

    /// Takes one training step.
    pub fn step(&mut self, batch: &Batch, rate: Rate) {
        match self {
            Self::Blocked(store) => store.step(batch, rate),
            Self::Host(store) => store.step(batch, rate),
            Self::Device(store) => store.step(batch, rate),
            #[cfg(feature = "gpu")]
            Self::Fused(store) => store.step(batch, rate),
        }
    }

    /// The sum of the losses of all steps since it was last taken. On a GPU they are submitted, and
    /// known once they are done.
    pub fn take_loss_sum(&mut self) -> LossSum {
        match self {
            Self::Blocked(store) => known(store.take_loss_sum()),
            Self::Host(store) => known(core::mem::take(&mut store.loss_sum)),
            Self::Device(store) => match store.loss_sum.take() {
                Some(sum) => Box::pin(async { Ok(f64::from(floats(sum).await?[0])) }),
                None => known(0.0),
            },
            #[cfg(feature = "gpu")]
            Self::Fused(store) => store.take_loss_sum(),
        }
    }

    /// The weights.
    pub async fn weights(&self) -> Result<Vec<f32>, DeviceError> {
        match self {
            Self::Blocked(store) => Ok(store.weights()),
            Self::Host(store) => Ok(store.flat().weights.clone()),
            Self::Device(store) => read(&store.mlp.layers).await,
            #[cfg(feature = "gpu")]
            Self::Fused(store) => store.weights().await,
        }
    }

    /// Weights and moments.
    pub async fn flat(&self) -> Result<Flat, DeviceError> {
        match self {
            Self::Blocked(store) => Ok(store.flat()),
            Self::Host(store) => Ok(store.flat().clone()),
            Self::Device(store) => Ok(Flat {
                weights: read(&store.mlp.layers).await?,
                first: read(&store.first).await?,
                second: read(&store.second).await?,
            }),
            #[cfg(feature = "gpu")]
            Self::Fused(store) => store.flat().await,
        }
    }
}

/// A store of fused kernels.
///
/// # Errors
/// Why there is none, as a part of a sentence; empty if the processor is to do without.
#[cfg(feature = "gpu")]
fn fused(
    processor: &Processor,
    architecture: Architecture,
    flat: &Flat,
    batch: usize,
) -> Result<Store, String> {
    let gpu = processor.kernels().ok_or_else(String::new)?;
    let store = FusedStore::new(gpu, architecture, flat, batch)?;
    Ok(Store::Fused(Box::new(store)))
}

/// This program has no kernels of its own.
#[cfg(not(feature = "gpu"))]
fn fused(_: &Processor, _: Architecture, _: &Flat, _: usize) -> Result<Store, String> {
    Err(String::new())
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

pub(super) fn on_device(batch: &Batch, device: &Device) -> network::Batch {
    let rows = batch.weight.len();
    let tensor = |values: &[f32]| matrix(values, [rows, values.len() / rows], device);
    network::Batch {
        input: tensor(&batch.input),
        target: tensor(&batch.target),
        weight: tensor(&batch.weight),
    }
}
