//! A lane's own network in training.

use super::protocol::{self, Floats, Progress, RunId, Training};
use super::report::Report;
use super::yardstick::Making;
use crate::flow::batch::Objective;
use crate::flow::lane::Lane;
use crate::flow::network::Network;
use crate::train::device::DeviceError;
use crate::train::device::Processor;
use crate::train::store::Flat;
use crate::train::trainer::{Checkpoint, Trainer};
use std::rc::Rc;

/// Trainer, batches, and what is known about the network.
pub struct Course {
    trainer: Trainer,
    objective: Objective,
    /// Steps to have taken in the end; none to take if that many are taken.
    goal: u32,
    snapshot: Snapshot,
    pub yardstick: Making,
    pub report: Report,
    pub excess: Option<f64>,
    /// Steps in a second of nothing else, as last seen; 0 before the first.
    pub pace: f64,
}

/// A network as it was after some steps.
#[derive(Clone)]
pub struct Snapshot {
    pub network: Rc<Network>,
    pub step: u32,
    /// Whether the page has its weights.
    pub sent: bool,
}

impl Snapshot {
    fn new(network: Network, step: u32) -> Self {
        Self {
            network: Rc::new(network),
            step,
            sent: false,
        }
    }
}

impl Course {
    /// A course at step 0, paused.
    pub fn new(lane: &Rc<Lane>, processor: &Processor, now: f64) -> Self {
        let network = lane.network();
        Self {
            trainer: Trainer::new(processor, &network, lane.spec().training),
            objective: Objective::of(Lane::clone(lane)),
            goal: 0,
            snapshot: Snapshot::new(network, 0),
            yardstick: Making::begin(lane.clone()),
            report: Report::new(now, 0),
            excess: None,
            pace: 0.0,
        }
    }

    /// Steps taken.
    pub fn steps(&self) -> u32 {
        self.trainer.steps()
    }

    /// Steps to take.
    pub fn steps_left(&self) -> u32 {
        self.goal.saturating_sub(self.steps())
    }

    pub fn running(&self) -> bool {
        self.steps_left() > 0
    }

    /// Sets how far to train. A report follows, whatever comes of it.
    pub fn aim(&mut self, training: Training) {
        if !self.running() {
            self.report.pause();
        }
        self.goal = match training {
            Training::Pause => self.steps(),
            Training::Until(step) => step,
        };
        self.report.hurry();
    }

    /// Takes no more steps.
    pub fn stop(&mut self) {
        self.aim(Training::Pause);
    }

    /// Closes the interval of the report, if it is time to; whether it was.
    pub fn close_report(&mut self, now: f64) -> bool {
        let due = self.report.is_due(now);
        if due {
            self.report.close(now, self.steps());
        }
        due
    }

    /// The figures last reported, under a lane's name; `None` before the first step.
    pub fn progress(&self, lane: u8, run: RunId) -> Option<Progress> {
        let (loss, steps_per_second) = self.report.last()?;
        Some(Progress {
            lane,
            run,
            step: self.steps(),
            loss,
            floor: self.yardstick.done().and_then(|made| made.floor),
            excess: self.excess,
            straightness: None,
            steps_per_second,
            running: self.running(),
        })
    }

    /// Takes one step; on a GPU, queues it.
    pub fn step(&mut self) {
        let size = self.objective.lane().spec().training.batch.max(1);
        let batch = self.objective.batch(size as usize);
        self.trainer.step(&batch);
    }

    /// Waits for the steps taken and books their losses. Whether these are finite.
    pub async fn settle(&mut self) -> Result<bool, DeviceError> {
        let (sum, steps) = self.trainer.take_losses().await?;
        self.report.add(sum, steps);
        Ok(sum.is_finite())
    }

    /// The network as it is now.
    pub async fn snapshot(&mut self) -> Result<&mut Snapshot, DeviceError> {
        if self.snapshot.step != self.steps() {
            let weights = self.trainer.weights().await?;
            let architecture = self.snapshot.network.architecture();
            let network = Network::new(architecture, weights).expect("the trainer keeps its shape");
            self.snapshot = Snapshot::new(network, self.steps());
        }
        Ok(&mut self.snapshot)
    }

    /// Everything needed to go on elsewhere.
    pub async fn checkpoint(&self, run: RunId) -> Result<protocol::Checkpoint, DeviceError> {
        let Checkpoint { step, flat } = self.trainer.checkpoint().await?;
        let [moment_1, moment_2] = if step > 0 {
            [flat.first, flat.second]
        } else {
            Default::default()
        };
        Ok(protocol::Checkpoint {
            run,
            step,
            weights: Floats(flat.weights),
            moment_1: Floats(moment_1),
            moment_2: Floats(moment_2),
        })
    }

    /// Goes on, paused, from another engine's checkpoint.
    ///
    /// # Errors
    /// If that is of a network of another shape.
    pub fn resume(
        &mut self,
        checkpoint: protocol::Checkpoint,
        processor: &Processor,
        now: f64,
    ) -> Result<(), String> {
        let step = checkpoint.step;
        let architecture = self.snapshot.network.architecture();
        let network = Network::new(architecture, checkpoint.weights.0)
            .map_err(|error| format!("The training could not be taken over. {error}"))?;
        let mut flat = Flat::start(network.parameters().to_vec());
        if step > 0 {
            (flat.first, flat.second) = (checkpoint.moment_1.0, checkpoint.moment_2.0);
        }
        let checkpoint = Checkpoint { step, flat };
        if !checkpoint.fits(architecture.parameter_count()) {
            return Err("The training could not be taken over: moments are missing.".into());
        }
        let training = self.objective.lane().spec().training;
        self.trainer = Trainer::resume(processor, &network, training, checkpoint);
        self.objective.skip_to(step.into());
        self.goal = step;
        self.snapshot = Snapshot::new(network, step);
        self.report = Report::new(now, step);
        Ok(())
    }
}
