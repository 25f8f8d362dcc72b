//! Training, a slice at a time, the lanes in turn.

use super::lanes::LaneState;
use super::session::{Engine, Outcome, broken};
use super::training_run::TrainingRun;
use flow::spec::{Drawn, LaneSpec};
use protocol::{LaneFault, LaneId, Reply, Training};

/// Fewest steps queued on a GPU; as many as before its pace is known.
const FIRST_STEPS: u32 = 1;

/// Most steps queued on a GPU before they are waited for.
const MOST_STEPS: u32 = 512;

/// Seconds of steps queued on a GPU at a time. It works on them while pictures are drawn and the next
/// are queued, so that it may be longer than a slice; and what it costs to wait for a GPU is spread over
/// more steps.
const GPU_SLICE: f64 = 0.1;

/// Steps before the clock of a measurement starts: pipelines are compiled in them.
const WARM_UP: u32 = 3;

/// Seconds a measurement takes.
const MEASUREMENT: f64 = 0.3;

impl Engine {
    /// Trains the next lane until about `deadline`.
    ///
    /// A lane that diverges stops, and says so; the other does not.
    pub(super) async fn train(&mut self, deadline: f64, replies: &mut Vec<Reply>) -> Outcome {
        let Some(number) = self.next_to_train() else {
            return Ok(());
        };
        self.turn = number;
        let in_main_memory = self.processor.in_main_memory();
        let Self {
            lanes,
            now,
            accelerator,
            ..
        } = self;
        let lane = lanes[number].as_mut().expect("it has steps to take");
        let training_run = lane.training_run.as_mut().expect("it has steps to take");
        if training_run.steps_in_round() == 0 {
            let rectified = training_run.rectify(accelerator, || now() < deadline);
            rectified.await.map_err(broken)?;
            return Ok(());
        }
        let begin = now();
        training_run.report.resume(begin, training_run.steps());
        let finite = if in_main_memory {
            let taken = take_steps(training_run, u32::MAX, || now() < deadline);
            if taken > 0 {
                training_run.pace = f64::from(taken) / (now() - begin).max(1e-6);
            }
            training_run.settle().await.map_err(broken)?
        } else {
            take_steps(training_run, steps_at_once(training_run.pace), || true);
            training_run.wait_for_gpu(&**now).await.map_err(broken)?
        };
        if !finite {
            training_run.stop();
            replies.push(Reply::LaneFailed {
                lane: number,
                run: lane.run,
                fault: LaneFault::Diverged {
                    step: training_run.steps(),
                },
            });
        }
        if !training_run.running() {
            training_run.report.hurry();
        }
        self.network_changed(number, false);
        Ok(())
    }

    /// The lane that is behind, so that two lanes are compared after equal numbers of steps,
    /// whatever a step costs in each; at a tie the one that did not train last.
    fn next_to_train(&self) -> Option<LaneId> {
        let trains = |&k: &LaneId| self.lanes[k].as_ref().is_some_and(LaneState::trains);
        let steps = |&k: &LaneId| Some(self.lanes[k].as_ref()?.training_run.as_ref()?.steps());
        let order = [self.turn.other(), self.turn].into_iter();
        order.filter(trains).min_by_key(steps)
    }

    /// Times the training of a network that no lane has.
    pub(super) async fn measure(&mut self, spec: &LaneSpec, replies: &mut Vec<Reply>) -> Outcome {
        let mut spec = *spec;
        spec.training.limit = 0;
        // What it is trained on does not matter, and there may be nothing drawn.
        spec.data = LaneSpec::default().data;
        let data = (&spec, &Drawn::default());
        let lane = LaneState::new(0, data, false, &self.processor, 0.0);
        let lane = lane.expect("the default data can be trained on");
        let mut training_run = TrainingRun::new(&lane.experiment, &self.processor, 0.0);
        training_run.aim(Training::Until(u32::MAX));
        take_steps(&mut training_run, WARM_UP, || true);
        training_run.settle().await.map_err(broken)?;
        let (begin, mut taken, mut steps) = ((self.now)(), 0, 1);
        while (self.now)() < begin + MEASUREMENT {
            taken += take_steps(&mut training_run, steps, || true);
            training_run.settle_earlier().await.map_err(broken)?;
            steps = (2 * steps).min(64);
        }
        training_run.settle().await.map_err(broken)?;
        let steps_per_second = f64::from(taken) / ((self.now)() - begin);
        replies.push(Reply::Measured { steps_per_second });
        Ok(())
    }
}

/// How many steps a GPU is given that takes `pace` of them a second.
fn steps_at_once(pace: f64) -> u32 {
    ((pace * GPU_SLICE) as u32).clamp(FIRST_STEPS, MOST_STEPS)
}

/// Takes at most `most` steps of those left, at least one unless a helper is still at its batch; how
/// many.
fn take_steps(training_run: &mut TrainingRun, most: u32, time_left: impl Fn() -> bool) -> u32 {
    let most = most
        .min(training_run.steps_left())
        .min(training_run.steps_in_round());
    for taken in 0..most {
        if !training_run.step() {
            return taken;
        }
        if !time_left() {
            return taken + 1;
        }
    }
    most
}
