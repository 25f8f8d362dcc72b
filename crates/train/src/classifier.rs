//! A classifier of noisy points in training, beside the network of its lane.
//!
//! It is small and always trains on the CPU, by the same written-out gradient and the same Adam: a
//! step of it for each step of the network, on points of the network's own batch. Its loss is the
//! cross-entropy `-mean log p(y_b | x_b, t_b)` of the labels (Dhariwal and Nichol, *Diffusion Models
//! Beat GANs on Image Synthesis*, 2021, section 4), whose gradient in the logits is
//! `(softmax - one_hot) / B`.

use super::adam::{self, Rate};
use super::network::{Layer, Mlp, matrix};
use super::store::Flat;
use burn::tensor::{Device, Tensor, activation::softmax};
use flow::batch::Batch;
use flow::classifier::{Classifier, scale};
use flow::network::{Architecture, Network};
use flow::schedule::Schedule;
use flow::spec::TrainingSpec;

/// The constant learning rate; independent of the network's, which people move about.
const TRAINING: TrainingSpec = TrainingSpec {
    lr: 3e-3,
    batch: MOST as u32,
    limit: 0,
};

/// Most samples of a step: of larger batches, evenly spread ones are taken.
const MOST: usize = 256;

/// A classifier, its optimiser, and the steps it has taken.
pub struct Classification {
    architecture: Architecture,
    schedule: Schedule,
    flat: Flat,
    step: u32,
    device: Device,
}

impl Classification {
    /// Training from this network of logits on, before the first step, for points on the path of a
    /// schedule.
    pub fn new(network: &Network, schedule: Schedule) -> Self {
        Self {
            architecture: network.architecture(),
            schedule,
            flat: Flat::start(network.parameters().to_vec()),
            step: 0,
            device: Device::flex(),
        }
    }

    /// Goes on from these weights and moments after that many steps; whether they fit. If they do
    /// not, nothing changes.
    pub fn resume(&mut self, flat: Flat, step: u32) -> bool {
        let count = self.architecture.parameter_count();
        let fits = [&flat.weights, &flat.first, &flat.second].map(|values| values.len() == count);
        let fits = fits == [true; 3];
        if fits {
            (self.flat, self.step) = (flat, step);
        }
        fits
    }

    /// Weights and moments.
    pub fn flat(&self) -> &Flat {
        &self.flat
    }

    /// What has been learned so far; `None` before the first step.
    pub fn snapshot(&self) -> Option<Classifier> {
        let (labels, weights) = (self.architecture.outputs as u32, self.flat.weights.clone());
        let classifier = Classifier::new(self.schedule, labels, weights);
        (self.step > 0).then(|| classifier.expect("training keeps the shape"))
    }

    /// One gradient and one update on the points of a batch, which have these labels. Does nothing
    /// with points that have none.
    pub fn step(&mut self, batch: &Batch, labels: &[u32]) {
        if batch.is_empty() || labels.len() != batch.len() {
            return;
        }
        let (input, goal) = self.lesson(batch, labels);
        let mlp = Mlp::from_flat(&self.architecture, &self.flat.weights, &self.device);
        let gradient = flatten(cross_entropy_gradient(&mlp, input, goal));
        let rate = Rate::after(self.step, &TRAINING);
        let flat = &mut self.flat;
        adam::update(
            rate,
            &mut flat.weights,
            &mut flat.first,
            &mut flat.second,
            &gradient,
        );
        self.step += 1;
    }

    /// What is shown, `[B, 3]`, and the labels as rows of one 1 among zeros, `[B, K]`.
    fn lesson(&self, batch: &Batch, labels: &[u32]) -> (Tensor<2>, Tensor<2>) {
        let columns = batch.input.len() / batch.len();
        let stride = batch.len().div_ceil(MOST);
        let (mut input, mut goal) = (Vec::new(), Vec::new());
        let samples = batch.input.chunks(columns).zip(labels).step_by(stride);
        for (row, &label) in samples {
            let scale = scale(self.schedule, row[2].into()) as f32;
            input.extend([scale * row[0], scale * row[1], row[2]]);
            let classes = 0..self.architecture.outputs as u32;
            goal.extend(classes.map(|class| f32::from(u8::from(class == label))));
        }
        let rows = input.len() / 3;
        (
            matrix(&input, [rows, 3], &self.device),
            matrix(&goal, [rows, self.architecture.outputs], &self.device),
        )
    }
}

/// The gradient of `-mean log softmax(z)` at the right labels.
fn cross_entropy_gradient(mlp: &Mlp, input: Tensor<2>, goal: Tensor<2>) -> Vec<Layer> {
    let share = 1.0 / input.dims()[0] as f64;
    mlp.backpropagate(input, |z| (softmax(z, 1) - goal) * share)
}

/// All numbers of some layers, in the order of [`flow::network`](flow::network).
fn flatten(layers: Vec<Layer>) -> Vec<f32> {
    let numbers = |data: burn::tensor::TensorData| -> Vec<f32> {
        data.try_into_vec().expect("the tensor holds f32")
    };
    let of_layer = |layer: Layer| {
        let mut all = numbers(layer.weight.into_data());
        all.extend(numbers(layer.bias.into_data()));
        all
    };
    layers.into_iter().flat_map(of_layer).collect()
}

#[cfg(test)]
mod tests;
