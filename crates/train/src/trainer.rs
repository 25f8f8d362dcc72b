//! One network in training: batches in, weights and losses out.

use super::adam::Rate;
use super::device::Processor;
use super::flat::{DeviceError, Flat, LossSum};
use super::stepper::{Method, Stepper};
use flow::batch::Batch;
use flow::network::Network;
use flow::spec::TrainingSpec;

/// A network, its optimiser, and the steps it has taken.
pub struct Trainer {
    stepper: Box<dyn Stepper>,
    training: TrainingSpec,
    /// Decay window `(start, end)` of the learning rate in steps; equal ends mean a constant rate.
    decay: (u32, u32),
    step: u32,
    /// Steps that Adam's moments know nothing of.
    forgotten: u32,
    /// Steps whose losses nobody has asked for yet.
    unreported: u32,
    /// Losses on their way, and of how many steps.
    coming: Option<(LossSum, u32)>,
}

/// What training needs to go on elsewhere: the steps taken, weights and moments.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainerState {
    pub step: u32,
    pub flat: Flat,
}

impl Trainer {
    /// Training from this network on, before the first step.
    pub fn new(processor: &Processor, network: &Network, training: TrainingSpec) -> Self {
        let flat = Flat::start(network.parameters().to_vec());
        let state = TrainerState { step: 0, flat };
        Self::resume(processor, network, training, state)
    }

    /// Training from such a state of a network of this shape on.
    ///
    /// # Panics
    /// If it has not as many numbers as the network; see [`Flat::fits`].
    pub fn resume(
        processor: &Processor,
        network: &Network,
        training: TrainingSpec,
        state: TrainerState,
    ) -> Self {
        let architecture = network.architecture();
        let batch = training.batch.max(1) as usize;
        Self {
            stepper: processor.stepper(architecture, &state.flat, batch),
            training,
            decay: (0, training.limit),
            step: state.step,
            forgotten: 0,
            unreported: 0,
            coming: None,
        }
    }

    /// Training from this network on after so many steps, of which nothing else is left.
    pub fn restart(
        processor: &Processor,
        network: &Network,
        training: TrainingSpec,
        step: u32,
    ) -> Self {
        Self {
            step,
            forgotten: step,
            ..Self::new(processor, network, training)
        }
    }

    /// Steps taken.
    pub fn steps(&self) -> u32 {
        self.step
    }

    /// How its steps are taken.
    pub fn method(&self) -> Method {
        self.stepper.method()
    }

    /// From now on the learning rate decays to zero from the first to the second of these steps; if
    /// they are as many, it stays what it is.
    pub fn decay_over(&mut self, steps: (u32, u32)) {
        self.decay = steps;
    }

    /// One gradient of the batch's loss and one update. On a GPU this only queues the work.
    ///
    /// # Panics
    /// If the batch has more samples than [`TrainingSpec::batch`] says.
    pub fn step(&mut self, batch: &Batch) {
        let averaged = self.step - self.forgotten;
        let rate = Rate::decayed(self.step, averaged, &self.training, self.decay);
        self.stepper.step(batch, rate);
        self.step += 1;
        self.unreported += 1;
    }

    /// The sum of the losses of the steps since this was last asked, and their number. On a GPU
    /// this waits until they are done.
    pub async fn take_losses(&mut self) -> Result<(f64, u32), DeviceError> {
        let (earlier, before) = self.take_earlier_losses().await?;
        let (sum, steps) = self.take_earlier_losses().await?;
        Ok((earlier + sum, before + steps))
    }

    /// The same without the steps since this was last asked, which a GPU goes on taking.
    pub async fn take_earlier_losses(&mut self) -> Result<(f64, u32), DeviceError> {
        let steps = core::mem::take(&mut self.unreported);
        match self.coming.replace((self.stepper.take_loss_sum(), steps)) {
            Some((sum, steps)) => Ok((sum.await?, steps)),
            None => Ok((0.0, 0)),
        }
    }

    /// The current weights, in [`Network`]'s order.
    pub async fn weights(&self) -> Result<Vec<f32>, DeviceError> {
        self.stepper.weights().await
    }

    /// Everything needed to go on elsewhere.
    pub async fn state(&self) -> Result<TrainerState, DeviceError> {
        Ok(TrainerState {
            step: self.step,
            flat: self.stepper.flat().await?,
        })
    }
}
