//! A classifier of noisy points in training, beside the network of its lane.
//!
//! It is small and always trains on the CPU, by the processor's [`Stepper`] there: a step of it for each step of the
//! network, on points of the network's own batch. Its loss is the cross-entropy `-mean log p(y_b | x_b, t_b)` of the
//! labels (Dhariwal and Nichol, *Diffusion Models Beat GANs on Image Synthesis*, 2021, section 4).

use super::adam::Rate;
use super::device::Processor;
use super::flat::{Flat, Reading};
use super::stepper::{Criterion, Stepper};
use core::task::{Context, Poll, Waker};
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
    processor: Processor,
    stepper: Box<dyn Stepper>,
    step: u32,
}

impl Classification {
    /// Training from this network of logits on, before the first step, for points on the path of a
    /// schedule.
    pub fn new(processor: &Processor, network: &Network, schedule: Schedule) -> Self {
        let architecture = network.architecture();
        let flat = Flat::start(network.parameters().to_vec());
        Self {
            architecture,
            schedule,
            processor: processor.clone(),
            stepper: processor.cpu_stepper(architecture, &flat, Criterion::CrossEntropy),
            step: 0,
        }
    }

    /// Goes on from these weights and moments after that many steps; whether they fit. If they do
    /// not, nothing changes.
    pub fn resume(&mut self, flat: &Flat, step: u32) -> bool {
        let fits = flat.fits(self.architecture.parameter_count());
        if fits {
            let (architecture, criterion) = (self.architecture, Criterion::CrossEntropy);
            self.stepper = self.processor.cpu_stepper(architecture, flat, criterion);
            self.step = step;
        }
        fits
    }

    /// Weights and moments.
    pub fn flat(&self) -> Flat {
        in_main_memory(self.stepper.flat())
    }

    /// What has been learned so far; `None` before the first step.
    pub fn snapshot(&self) -> Option<Classifier> {
        let labels = self.architecture.outputs as u32;
        let snapshot = || {
            Classifier::new(
                self.schedule,
                labels,
                in_main_memory(self.stepper.weights()),
            )
        };
        (self.step > 0).then(|| snapshot().expect("training keeps the shape"))
    }

    /// One gradient and one update on the points of a batch, which have these labels. Does nothing
    /// with points that have none.
    pub fn step(&mut self, batch: &Batch, labels: &[u32]) {
        if batch.is_empty() || labels.len() != batch.len() {
            return;
        }
        let rate = Rate::after(self.step, &TRAINING);
        self.stepper.step(&self.labelled(batch, labels), rate);
        self.step += 1;
    }

    /// What is shown, `[B, 3]`, and the labels as rows of one 1 among zeros, `[B, K]`.
    fn labelled(&self, batch: &Batch, labels: &[u32]) -> Batch {
        let columns = batch.input.len() / batch.len();
        let stride = batch.len().div_ceil(MOST);
        let mut labelled = Batch::default();
        let samples = batch.input.chunks(columns).zip(labels).step_by(stride);
        for (row, &label) in samples {
            let scale = scale(self.schedule, row[2].into()) as f32;
            let input = [scale * row[0], scale * row[1], row[2]];
            labelled.input.extend(input);
            let classes = 0..self.architecture.outputs as u32;
            let one_hot = classes.map(|class| f32::from(u8::from(class == label)));
            labelled.target.extend(one_hot);
            labelled.weight.push(1.0);
        }
        labelled
    }
}

/// What a stepper on the CPU holds; reading it waits for nothing.
fn in_main_memory<T>(mut reading: Reading<'_, T>) -> T {
    match reading
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(value) => value.expect("main memory can be read"),
        Poll::Pending => unreachable!("main memory is there at once"),
    }
}

#[cfg(test)]
mod tests;
