//! A lane's own network in training.

use super::acceleration::Accelerator;
use super::baseline::{Baseline, BaselineTask};
use super::batch_queue::{BatchQueue, Made, Next, make};
use super::reflow_round::{ReflowRound, pool};
use super::report::Report;
use super::sampling_task::{flat as floats, points};
use super::slices::Sliced;
use super::snapshot::Snapshot;
use flow::batch::Objective;
use flow::distribution::Estimate;
use flow::experiment::Experiment;
use flow::network::Network;
use flow::pairs::Pairs;
use protocol::{self, Accuracy, Floats, LaneFault, LaneId, Progress, RunId, Training};
use std::rc::Rc;
use train::classifier::Classification;
use train::device::Processor;
use train::flat::{DeviceError, Flat};
use train::stepper::Method;
use train::trainer::{Trainer, TrainerState};

/// Trainer, batches, and what is known about the network.
pub(crate) struct TrainingRun {
    trainer: Trainer,
    /// The classifier that guides the lane, if one does.
    classification: Option<Classification>,
    objective: Objective,
    batch_queue: BatchQueue,
    /// Steps to have taken in the end; none to take if that many are taken.
    goal: u32,
    snapshot: Snapshot,
    pub baseline: BaselineTask,
    pub report: Report,
    /// The excess loss, and the steps that had been taken when it was measured.
    pub excess: Option<(Estimate, u32)>,
    /// Decay window `(start, end)` of the learning rate in steps; equal ends mean a constant rate.
    decay: (u32, u32),
    /// Which pairs it learns from, and those of the next round in the making.
    round: ReflowRound,
    pool: Option<Sliced<Pairs>>,
    /// Steps in a second of nothing else, as last seen; 0 before the first.
    pub pace: f64,
    /// When a GPU was last seen to have done some.
    done: f64,
}

impl TrainingRun {
    /// A training run at step 0, paused.
    pub(crate) fn new(lane: &Rc<Experiment>, processor: &Processor, now: f64) -> Self {
        let network = lane.network();
        let classifier = lane.classifier();
        Self {
            classification: classifier
                .map(|first| Classification::new(processor, &first, lane.schedule())),
            trainer: Trainer::new(processor, &network, lane.spec().training),
            objective: Objective::of(Experiment::clone(lane)),
            batch_queue: BatchQueue::default(),
            goal: 0,
            snapshot: Snapshot::new(network, None, 0),
            baseline: BaselineTask::begin(lane.clone(), ReflowRound::default()),
            report: Report::new(now, 0),
            excess: None,
            decay: (0, lane.spec().training.limit),
            round: ReflowRound::default(),
            pool: None,
            pace: 0.0,
            done: now,
        }
    }

    /// How its steps are taken.
    pub(crate) fn method(&self) -> Method {
        self.trainer.method()
    }

    /// Steps taken.
    pub(crate) fn steps(&self) -> u32 {
        self.trainer.steps()
    }

    /// Steps to take.
    pub(crate) fn steps_left(&self) -> u32 {
        self.goal.saturating_sub(self.steps())
    }

    pub(crate) fn running(&self) -> bool {
        self.steps_left() > 0
    }

    /// Sets how far to train. A report follows, whatever comes of it.
    pub(crate) fn aim(&mut self, training: Training) {
        if !self.running() {
            self.report.pause();
        }
        self.goal = match training {
            Training::Pause => self.steps(),
            Training::Until(step) => step,
        };
        self.extend_decay();
        self.report.ask();
    }

    /// Steps beyond the limit learn too: the learning rate decays over them, from its full value if
    /// the limit is reached already, else more slowly than it would have. Without a goal it stays.
    fn extend_decay(&mut self) {
        let (from, to) = self.decay;
        if from == to || self.goal <= to {
            return;
        }
        let steps = self.steps();
        self.decay = match self.goal {
            u32::MAX => (0, 0),
            goal if steps >= to => (steps, goal),
            goal => (from, goal),
        };
        self.trainer.decay_over(self.decay);
    }

    /// The round of a rectified flow.
    pub(crate) fn round(&self) -> &ReflowRound {
        &self.round
    }

    /// Steps that may be taken before the next round of a rectified flow begins.
    pub(crate) fn steps_in_round(&self) -> u32 {
        let end = self.round.end(self.objective.lane());
        end.map_or(u32::MAX, |end| end.saturating_sub(self.steps()))
    }

    /// Goes on making the pairs of the next round, and begins it when they are there.
    pub(crate) async fn rectify(
        &mut self,
        accelerator: &Accelerator,
        time_left: impl Fn() -> bool,
    ) -> Result<(), DeviceError> {
        let snapshot = self.snapshot().await?.clone();
        let lane = Rc::new(self.objective.lane().clone());
        let number = self.round.number + 1;
        let work = self
            .pool
            .get_or_insert_with(|| Sliced::new(pool(lane, snapshot, number, accelerator.clone())));
        if let Some(pairs) = work.drive(time_left).await {
            self.pool = None;
            self.begin_round(number, pairs);
            self.report.hurry();
        }
        Ok(())
    }

    /// What is learnt changes, and with it what it is measured against.
    fn begin_round(&mut self, number: u32, pairs: Pairs) {
        self.objective.learn_from(pairs.clone());
        let pool = Some(Rc::new(pairs));
        self.round = ReflowRound { number, pool };
        self.excess = None;
        let lane = Rc::new(self.objective.lane().clone());
        self.baseline = BaselineTask::begin(lane, self.round.clone());
    }

    /// Takes no more steps.
    pub(crate) fn stop(&mut self) {
        self.aim(Training::Pause);
    }

    /// Closes the interval of the report, if it is time to; whether it was.
    pub(crate) fn close_report(&mut self, now: f64) -> bool {
        let due = self.report.is_due(now);
        if due {
            self.report.close(now, self.steps());
        }
        due
    }

    /// The figures last reported, under a lane's name.
    pub(crate) fn progress(&self, lane: LaneId, run: RunId) -> Progress {
        let (loss, steps_per_second) = self.report.last();
        let baseline = self.baseline.done();
        let floor = baseline.and_then(|made| made.floor);
        Progress {
            lane,
            run,
            step: self.steps(),
            loss,
            floor: floor.map(|floor| floor.value),
            excess: self.excess.map(|(excess, _)| excess.value),
            straightness: None,
            kinetic: None,
            steps_per_second,
            running: self.running(),
            round: self.round.number,
            accuracy: Accuracy {
                floor_error: floor.map(|floor| floor.error),
                excess_error: self.excess.map(|(excess, _)| excess.error),
                estimated: baseline.is_some_and(Baseline::estimated),
                measured_at: self.excess.map_or(0, |(_, step)| step),
            },
        }
    }

    /// Takes one step; on a GPU, queues it. If a helper is still at its batch, makes another one
    /// instead. Whether a step was taken.
    pub(crate) fn step(&mut self) -> bool {
        let step = self.steps();
        let (batch, labels) = match self.batch_queue.take(step, self.goal) {
            Next::Ready(made) => made,
            Next::Make => make(&mut self.objective, step),
            Next::Meanwhile(later) => {
                let made = make(&mut self.objective, later);
                self.batch_queue.put(later, made);
                return false;
            }
        };
        self.trainer.step(&batch);
        if let Some(classification) = &mut self.classification {
            classification.step(&batch, &labels);
        }
        true
    }

    /// Whether making a batch takes so long that it is worth having it made elsewhere: where points
    /// are matched.
    pub(crate) fn wants_help(&self) -> bool {
        self.running() && self.objective.lane().spec().data.coupling.matches()
    }

    /// Orders at most so many batches: the step of the first, and how many.
    pub(crate) fn order(&mut self, most: u32) -> (u32, u32) {
        self.batch_queue.order(self.steps(), self.goal, most)
    }

    /// Batches made or ordered.
    pub(crate) fn ahead(&self) -> u32 {
        self.batch_queue.ahead(self.steps())
    }

    /// The batch of a step is there.
    pub(crate) fn put(&mut self, step: u32, made: Made) {
        self.batch_queue.put(step, made);
    }

    /// What was ordered will not come.
    pub(crate) fn forget_orders(&mut self) {
        self.batch_queue.forget_orders();
    }

    /// Waits for the steps taken and books their losses. Whether these are finite.
    pub(crate) async fn settle(&mut self) -> Result<bool, DeviceError> {
        let losses = self.trainer.take_losses().await?;
        Ok(self.book(losses))
    }

    /// Waits until a GPU has taken the steps before those just queued, or these too if there are no
    /// more. Whether all losses were finite.
    pub(crate) async fn wait_for_gpu(
        &mut self,
        now: &dyn Fn() -> f64,
    ) -> Result<bool, DeviceError> {
        let (steps, finite) = self.settle_earlier().await?;
        let done = now();
        if steps > 0 {
            self.pace = f64::from(steps) / (done - self.done).max(1e-6);
        }
        self.done = done;
        match self.running() {
            true => Ok(finite),
            false => Ok(self.settle().await? && finite),
        }
    }

    /// Lets a GPU go on, and does the same with those before. How many they were, and whether their
    /// losses are finite.
    pub(crate) async fn settle_earlier(&mut self) -> Result<(u32, bool), DeviceError> {
        let losses = self.trainer.take_earlier_losses().await?;
        Ok((losses.1, self.book(losses)))
    }

    fn book(&mut self, (sum, steps): (f64, u32)) -> bool {
        self.report.add(sum, steps);
        sum.is_finite()
    }

    /// The network as it is now.
    pub(crate) async fn snapshot(&mut self) -> Result<&mut Snapshot, DeviceError> {
        if self.snapshot.step != self.steps() {
            let weights = self.trainer.weights().await?;
            let architecture = self.snapshot.network.architecture();
            let network = Network::new(architecture, weights).expect("the trainer keeps its shape");
            self.snapshot = Snapshot::new(network, self.classification.as_ref(), self.steps());
        }
        Ok(&mut self.snapshot)
    }

    /// Goes on elsewhere from the last snapshot, as nothing newer can be had.
    pub(crate) fn move_to(&mut self, processor: &Processor, now: f64) {
        let Snapshot { network, step, .. } = &self.snapshot;
        let training = self.objective.lane().spec().training;
        self.trainer = Trainer::restart(processor, network, training, *step);
        self.trainer.decay_over(self.decay);
        self.batch_queue = BatchQueue::default();
        self.report = Report::new(now, *step);
    }

    /// Everything needed to go on elsewhere.
    pub(crate) async fn checkpoint(&self, run: RunId) -> Result<protocol::Checkpoint, DeviceError> {
        let TrainerState { step, flat } = self.trainer.state().await?;
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
            decay: self.decay,
            round: self.round.number,
            pool: self
                .round
                .pool
                .as_ref()
                .map_or_else(Default::default, |pool| {
                    [floats(&pool.x0), floats(&pool.x1)]
                }),
            classifier: match &self.classification {
                Some(classification) => {
                    let Flat {
                        weights,
                        first,
                        second,
                    } = classification.flat();
                    [weights, first, second].map(Floats)
                }
                None => Default::default(),
            },
        })
    }

    /// Goes on, paused, from another engine's checkpoint.
    ///
    /// # Errors
    /// If that is of a network of another shape.
    pub(crate) fn resume(
        &mut self,
        checkpoint: protocol::Checkpoint,
        processor: &Processor,
        now: f64,
    ) -> Result<(), LaneFault> {
        let (step, decay, round) = (checkpoint.step, checkpoint.decay, checkpoint.round);
        let [x0, x1] = checkpoint.pool.each_ref().map(points);
        let classifier = checkpoint.classifier;
        let architecture = self.snapshot.network.architecture();
        let network =
            Network::new(architecture, checkpoint.weights.0).map_err(|_| LaneFault::Checkpoint)?;
        let mut flat = Flat::start(network.parameters().to_vec());
        if step > 0 {
            (flat.first, flat.second) = (checkpoint.moment_1.0, checkpoint.moment_2.0);
        }
        if !flat.fits(architecture.parameter_count()) {
            return Err(LaneFault::Checkpoint);
        }
        let training = self.objective.lane().spec().training;
        self.trainer = Trainer::resume(processor, &network, training, TrainerState { step, flat });
        self.decay = decay;
        self.trainer.decay_over(decay);
        self.pool = None;
        if !x0.is_empty() && x0.len() == x1.len() {
            self.begin_round(round, Pairs { x0, x1 });
        }
        self.batch_queue = BatchQueue::default();
        self.goal = step;
        self.resume_classifier(processor, classifier, step);
        self.snapshot = Snapshot::new(network, self.classification.as_ref(), step);
        self.report = Report::new(now, step);
        Ok(())
    }

    /// The classifier goes on too; without a fitting one in the checkpoint it begins anew, as beside
    /// weights that were brought from elsewhere.
    fn resume_classifier(
        &mut self,
        processor: &Processor,
        [weights, first, second]: [Floats; 3],
        step: u32,
    ) {
        let (weights, first, second) = (weights.0, first.0, second.0);
        let flat = Flat {
            weights,
            first,
            second,
        };
        let lane = self.objective.lane();
        self.classification = lane.classifier().map(|network| {
            let mut classification = Classification::new(processor, &network, lane.schedule());
            classification.resume(&flat, step);
            classification
        });
    }
}
