//! Parameters in the blocks of a step, and the losses that are learned from.

use super::layout::Layout;
use super::pass::{Loss, Pass};
use super::product::Lanes;
use crate::adam::{self, Rate};
use crate::flat::{Flat, LossSum, Reading, known};
use crate::stepper::{Criterion, Method, Stepper};
use flow::batch::{Batch, OUTPUTS};
use flow::network::Architecture;

/// Parameters in main memory, trained by blocked steps.
pub struct BlockedStepper {
    layout: Layout,
    pass: Pass,
    criterion: Criterion,
    weights: Vec<Lanes>,
    first: Vec<Lanes>,
    second: Vec<Lanes>,
    gradient: Vec<Lanes>,
    loss_sum: f64,
}

impl BlockedStepper {
    /// Goes on from these weights and moments.
    ///
    /// # Panics
    /// If `flat` has not as many numbers as the network.
    pub fn new(architecture: &Architecture, flat: &Flat, criterion: Criterion) -> Self {
        let layout = Layout::new(architecture);
        Self {
            pass: Pass::new(architecture, &layout),
            criterion,
            weights: layout.pad(&flat.weights),
            first: layout.pad(&flat.first),
            second: layout.pad(&flat.second),
            gradient: layout.pad(&vec![0.0; flat.weights.len()]),
            layout,
            loss_sum: 0.0,
        }
    }

    /// One gradient of a loss, one update; the loss.
    fn learn(&mut self, input: &[f32], loss: &impl Loss, rate: Rate) -> f64 {
        let gradient = &mut self.gradient;
        let loss = self.pass.gradient(&self.weights, input, loss, gradient);
        adam::update(
            rate,
            self.weights.as_flattened_mut(),
            self.first.as_flattened_mut(),
            self.second.as_flattened_mut(),
            gradient.as_flattened(),
        );
        loss
    }
}

impl Stepper for BlockedStepper {
    fn step(&mut self, batch: &Batch, rate: Rate) {
        let input = &batch.input;
        self.loss_sum += match self.criterion {
            Criterion::SquaredError => self.learn(input, &SquaredError { batch }, rate),
            Criterion::CrossEntropy => self.learn(input, &CrossEntropy { batch }, rate),
        };
    }

    fn take_loss_sum(&mut self) -> LossSum {
        known(core::mem::take(&mut self.loss_sum))
    }

    fn weights(&self) -> Reading<'_, Vec<f32>> {
        known(self.layout.flatten(&self.weights))
    }

    fn flat(&self) -> Reading<'_, Flat> {
        let [weights, first, second] =
            [&self.weights, &self.first, &self.second].map(|blocks| self.layout.flatten(blocks));
        known(Flat {
            weights,
            first,
            second,
        })
    }

    fn method(&self) -> Method {
        Method::Blocked
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

/// The weighted cross-entropy of the softmax of a batch's outputs, mean over samples.
///
/// Its derivative by an output is `w (softmax - target) / B`.
struct CrossEntropy<'a> {
    batch: &'a Batch,
}

impl Loss for CrossEntropy<'_> {
    fn backward(
        &self,
        (first, count): (usize, usize),
        outputs: &[Lanes],
        errors: &mut [Lanes],
    ) -> f64 {
        let samples = self.batch.len();
        let classes = self.batch.target.len() / samples;
        let targets = self.batch.target[classes * first..].chunks_exact(classes);
        let weights = &self.batch.weight[first..];
        let mut loss = 0.0;
        for (lane, (weight, target)) in weights.iter().zip(targets).take(count).enumerate() {
            let outputs = &outputs[..classes];
            let largest = outputs.iter().map(|row| row[lane]).fold(f32::MIN, f32::max);
            let exponentials = outputs.iter().map(|row| libm::expf(row[lane] - largest));
            let log_sum = largest + libm::logf(exponentials.sum());
            let weight = weight / samples as f32;
            for (k, goal) in target.iter().enumerate() {
                let log_probability = outputs[k][lane] - log_sum;
                errors[k][lane] = weight * (libm::expf(log_probability) - goal);
                loss -= weight * goal * log_probability;
            }
        }
        f64::from(loss)
    }
}
