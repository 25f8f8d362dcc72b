//! Parameters in the blocks of a step, and the loss that is learned from.

use super::layout::Layout;
use super::pass::{Loss, Pass};
use super::product::Lanes;
use crate::adam::{self, Rate};
use crate::store::Flat;
use flow::batch::{Batch, OUTPUTS};
use flow::network::Architecture;

/// Parameters in main memory, trained by blocked steps.
pub struct BlockedStore {
    layout: Layout,
    pass: Pass,
    weights: Vec<Lanes>,
    first: Vec<Lanes>,
    second: Vec<Lanes>,
    gradient: Vec<Lanes>,
    loss_sum: f64,
}

impl BlockedStore {
    /// # Panics
    /// If `flat` has not as many numbers as the network.
    pub fn new(architecture: &Architecture, flat: &Flat) -> Self {
        let layout = Layout::new(architecture);
        Self {
            pass: Pass::new(architecture, &layout),
            weights: layout.pad(&flat.weights),
            first: layout.pad(&flat.first),
            second: layout.pad(&flat.second),
            gradient: layout.pad(&vec![0.0; flat.weights.len()]),
            layout,
            loss_sum: 0.0,
        }
    }

    /// One gradient of a batch's loss, one update.
    pub fn step(&mut self, batch: &Batch, rate: Rate) {
        self.loss_sum += self.learn(&batch.input, &SquaredError { batch }, rate);
    }

    /// One gradient of any loss, one update; the loss.
    pub fn learn(&mut self, input: &[f32], lesson: &impl Loss, rate: Rate) -> f64 {
        let gradient = &mut self.gradient;
        let loss = self.pass.gradient(&self.weights, input, lesson, gradient);
        adam::update(
            rate,
            self.weights.as_flattened_mut(),
            self.first.as_flattened_mut(),
            self.second.as_flattened_mut(),
            gradient.as_flattened(),
        );
        loss
    }

    /// The sum of the losses of all steps since it was last taken.
    pub fn take_loss_sum(&mut self) -> f64 {
        core::mem::take(&mut self.loss_sum)
    }

    pub fn weights(&self) -> Vec<f32> {
        self.layout.flatten(&self.weights)
    }

    /// Weights and moments.
    pub fn flat(&self) -> Flat {
        Flat {
            weights: self.weights(),
            first: self.layout.flatten(&self.first),
            second: self.layout.flatten(&self.second),
        }
    }
}

/// The weighted squared error of a batch, mean over samples and coordinates.
struct SquaredError<'a> {
    batch: &'a Batch,
}

impl Loss for SquaredError<'_> {
    fn backward(
        &self,
        (first, count): (usize, usize),
        outputs: &[Lanes],
        errors: &mut [Lanes],
    ) -> f64 {
        let scale = 1.0 / (OUTPUTS * self.batch.len()) as f32;
        let targets = self.batch.target[OUTPUTS * first..].chunks_exact(OUTPUTS);
        let samples = self.batch.weight[first..].iter().zip(targets);
        let mut loss = 0.0;
        for (lane, (weight, target)) in samples.take(count).enumerate() {
            for (k, goal) in target.iter().enumerate() {
                let error = outputs[k][lane] - goal;
                let weighted = weight * scale * error;
                errors[k][lane] = 2.0 * weighted;
                loss += weighted * error;
            }
        }
        f64::from(loss)
    }
}
