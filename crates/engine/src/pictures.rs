//! The pictures of the lanes, kept up with their training.

use super::display::{Detail, EnsembleResult, FRAMES, picture};
use super::helper::{RenderRequest, Work};
use super::lanes::LaneState;
use super::sampling_task::{SamplingTask, noise};
use super::session::{Engine, Outcome, broken};
use super::slices::Sliced;
use super::snapshot::Snapshot;
use super::training_run::TrainingRun;
use protocol::{Ensemble, Floats, LaneId, Progress, Reply};

/// Slices of work on a baseline between two pictures; a picture takes about four.
const SLICES_FOR_BASELINE: u32 = 8;

impl Engine {
    /// Draws on one lane's picture until about `deadline`.
    pub(super) async fn draw(&mut self, deadline: f64, replies: &mut Vec<Reply>) -> Outcome {
        let Some(number) = self.next_to_draw() else {
            return Ok(());
        };
        self.drawn = number;
        if self.make_baseline(number, deadline).await {
            return Ok(());
        }
        self.begin_picture(number, replies).await?;
        let Self { lanes, now, .. } = self;
        let lane = lanes[number].as_mut().expect("it has a picture to draw");
        if let Some(picture) = lane.display.drive(|| now() < deadline).await {
            self.show(number, picture, replies);
        }
        Ok(())
    }

    /// A quick picture first, then the lanes in turn: to finish what one lane has begun before the other
    /// gets its turn would let the pictures of one follow each other while the other waits.
    fn next_to_draw(&self) -> Option<LaneId> {
        let find = |f: &dyn Fn(&LaneState) -> bool| {
            let mut order = [self.drawn.other(), self.drawn].into_iter();
            order.find(|&k| self.lanes[k].as_ref().is_some_and(f))
        };
        let training = self.trains();
        find(&|lane| lane.display.urgent()).or_else(|| find(&|lane| lane.draws(training)))
    }

    /// Goes on making a lane's baseline; whether it did. It is made between pictures, since somebody is
    /// watching what the lane learns; one in closed form of a lane at rest before its careful picture.
    async fn make_baseline(&mut self, number: LaneId, deadline: f64) -> bool {
        let (training, elsewhere) = (self.trains(), self.ensemble_helper().is_some());
        let Self { lanes, now, .. } = self;
        let lane = lanes[number].as_mut().expect("it has a picture to draw");
        if lane.display.urgent() || lane.display.under_way() {
            return false;
        }
        let Some(training_run) = &mut lane.training_run else {
            return false;
        };
        let estimated = !training_run.baseline.soon();
        let first_a_picture = (estimated || training)
            && lane.display.waits(training)
            && (lane.slices_for_baseline == 0 || training && elsewhere);
        if training_run.baseline.done().is_some() || first_a_picture {
            return false;
        }
        lane.slices_for_baseline = lane.slices_for_baseline.saturating_sub(1);
        training_run.baseline.drive(|| now() < deadline).await;
        if training_run.baseline.done().is_some() {
            // The next picture measures the excess, even if it is the last.
            lane.display.refresh();
        }
        true
    }

    async fn begin_picture(&mut self, number: LaneId, replies: &mut Vec<Reply>) -> Outcome {
        let begun = self.lane(number).and_then(|lane| lane.display.begin());
        let Some(detail) = begun else {
            return Ok(());
        };
        let Some(snapshot) = self.network(number, replies).await? else {
            return Ok(());
        };
        let detail = match detail {
            Detail::Full if self.trains() => Detail::Live,
            other => other,
        };
        let accelerator = self.accelerator.clone();
        let ensemble_helper = self.ensemble_helper().filter(|_| detail == Detail::Live);
        let now = (self.now)();
        let lane = self.lane(number).expect("it has a picture to draw");
        let baseline = lane.training_run.as_ref().and_then(|c| c.baseline.done());
        let evaluation = baseline.and_then(|made| made.evaluation.clone());
        let round = lane
            .training_run
            .as_ref()
            .map_or(0, |training_run| training_run.round().number);
        if let Some(helper) = ensemble_helper {
            let classifier = snapshot.classifier.as_ref();
            let request = RenderRequest {
                ticket: lane.display.remote_render(helper, now),
                step: snapshot.step,
                round,
                weights: Floats(snapshot.network.parameters().to_vec()),
                classifier: classifier.map(|own| Floats(own.parameters().to_vec())),
                sampling: lane.sampling,
                evaluation: evaluation.as_deref().cloned(),
            };
            let run = lane.run;
            self.helper_pool
                .order(helper, (number, run), Work::Render(Box::new(request)));
            return Ok(());
        }
        let sampling_task = SamplingTask {
            noise: noise(&lane.experiment, &lane.sampling),
            lane: lane.experiment.clone(),
            network: snapshot.network,
            classifier: snapshot.classifier,
            sampling: lane.sampling,
            keep: FRAMES,
            accelerator,
        };
        let work = picture(sampling_task, (snapshot.step, round), detail, evaluation);
        lane.display.draw(detail, Sliced::new(work));
        Ok(())
    }

    /// The network a lane shows as it is now: its own, or lane A's. New weights go
    /// to the page as well. `None` if there is no such lane.
    pub(super) async fn network(
        &mut self,
        number: LaneId,
        replies: &mut Vec<Reply>,
    ) -> Outcome<Option<Snapshot>> {
        let owner = match self.lane(number) {
            Some(lane) if lane.training_run.is_none() => LaneId::A,
            _ => number,
        };
        let Some(lane) = self.lane(owner) else {
            return Ok(None);
        };
        let run = lane.run;
        let Some(training_run) = &mut lane.training_run else {
            return Ok(None);
        };
        let snapshot = training_run.snapshot().await.map_err(broken)?;
        if !core::mem::replace(&mut snapshot.sent, true) {
            replies.push(Reply::Weights {
                lane: owner,
                run,
                step: snapshot.step,
                weights: Floats(snapshot.network.parameters().to_vec()),
            });
        }
        Ok(Some(snapshot.clone()))
    }

    /// Sends a finished picture, and keeps the figures that came with it.
    pub(super) fn show(
        &mut self,
        number: LaneId,
        picture: EnsembleResult,
        replies: &mut Vec<Reply>,
    ) {
        let Some(lane) = self.lane(number) else {
            return;
        };
        replies.push(Reply::Ensemble(Ensemble {
            lane: number,
            run: lane.run,
            step: Some(picture.step),
            times: picture.times,
            frames: picture.frames,
            nfe: picture.nfe,
        }));
        lane.straightness = Some(picture.straightness);
        lane.kinetic = Some(picture.kinetic);
        // What follows a quick picture is waited for.
        lane.slices_for_baseline = match picture.detail {
            Detail::Quick => 0,
            Detail::Live | Detail::Full => SLICES_FOR_BASELINE,
        };
        match &mut lane.training_run {
            Some(training_run) => {
                // A picture begun in the round before says nothing of this one.
                if let Some(excess) = picture
                    .excess
                    .filter(|_| picture.round == training_run.round().number)
                {
                    training_run.excess = Some((excess, picture.step));
                }
                if !training_run.running() {
                    training_run.report.hurry();
                }
            }
            None => replies.extend(self.borrowed_progress(number).map(Reply::Progress)),
        }
    }

    /// The figures of a lane that borrows lane A's network: lane A's, but for the straightness of
    /// its own paths.
    fn borrowed_progress(&self, number: LaneId) -> Option<Progress> {
        let lane = self.lanes[number].as_ref()?;
        let training_run: &TrainingRun = self.lanes[LaneId::A].as_ref()?.training_run.as_ref()?;
        if training_run.steps() == 0 {
            return None;
        }
        Some(Progress {
            straightness: lane.straightness,
            kinetic: lane.kinetic,
            ..training_run.progress(number, lane.run)
        })
    }
}
