//! Jobs of the page and of the API, one after the other.

use super::jobs::{self, Context};
use super::session::{Engine, Outcome};
use super::slices::Sliced;
use protocol::{Answer, Job, JobId, LaneId, Refusal, Reply};
use std::collections::VecDeque;

/// A job, who asked it, and about which lane.
struct Question {
    id: JobId,
    lane: LaneId,
    job: Job,
}

/// A question that is being answered, and the lane it is about.
type Pending = (JobId, LaneId, Sliced<Result<Answer, Refusal>>);

/// The questions not answered yet.
#[derive(Default)]
pub(crate) struct Questions {
    waiting: VecDeque<Question>,
    /// The one that is being answered: its number, its lane, and the work.
    current: Option<Pending>,
}

impl Questions {
    pub(crate) fn ask(&mut self, id: JobId, lane: LaneId, job: Job) {
        self.waiting.push_back(Question { id, lane, job });
    }

    pub(crate) fn waiting(&self) -> bool {
        self.current.is_some() || !self.waiting.is_empty()
    }

    /// Answers all questions about a lane by saying that it has changed.
    pub(crate) fn give_up(&mut self, lane: LaneId, replies: &mut Vec<Reply>) {
        let current = self.current.take_if(|(_, of, _)| *of == lane);
        let waiting = core::mem::take(&mut self.waiting).into_iter();
        let (gone, staying): (VecDeque<_>, _) = waiting.partition(|question| question.lane == lane);
        self.waiting = staying;
        let ids = current.map(|(id, ..)| id).into_iter();
        for id in ids.chain(gone.into_iter().map(|question| question.id)) {
            let answer = Err(Refusal::Changed(lane));
            replies.push(Reply::Done { id, answer });
        }
    }
}

impl Engine {
    /// Works on the oldest question until about `deadline`.
    pub(super) async fn answer(&mut self, deadline: f64, replies: &mut Vec<Reply>) -> Outcome {
        if self.questions.current.is_none() {
            self.take_up(replies).await?;
        }
        let Self { questions, now, .. } = self;
        if let Some((id, _, work)) = &mut questions.current
            && let Some(answer) = work.drive(|| now() < deadline).await
        {
            replies.push(Reply::Done { id: *id, answer });
            questions.current = None;
        }
        Ok(())
    }

    /// Begins with the oldest question that can be answered.
    async fn take_up(&mut self, replies: &mut Vec<Reply>) -> Outcome {
        let Some(Question { id, lane, job }) = self.questions.waiting.pop_front() else {
            return Ok(());
        };
        match self.context(lane, replies).await? {
            Ok(context) => {
                let work = Sliced::new(jobs::answer(context, job));
                self.questions.current = Some((id, lane, work));
            }
            Err(refusal) => replies.push(Reply::Done {
                id,
                answer: Err(refusal),
            }),
        }
        Ok(())
    }

    /// What is known about a lane now; or that it is not there.
    async fn context(
        &mut self,
        number: LaneId,
        replies: &mut Vec<Reply>,
    ) -> Outcome<Result<Context, Refusal>> {
        let Some(snapshot) = self.network(number, replies).await? else {
            return Ok(Err(Refusal::NotShown(number)));
        };
        let (clock, accelerator) = (self.now.clone(), self.accelerator.clone());
        let lane = self.lanes[number].as_ref();
        let lane = lane.expect("it has a network");
        let lender = self.lanes[LaneId::A]
            .as_ref()
            .and_then(|lane| lane.training_run.as_ref());
        let training_run = lane.training_run.as_ref().or(lender);
        Ok(Ok(Context {
            pace: training_run.map_or(0.0, |training_run| training_run.pace),
            round: training_run
                .map(|training_run| training_run.round().clone())
                .unwrap_or_default(),
            baseline: training_run.and_then(|training_run| training_run.baseline.done().cloned()),
            clock,
            lane: number,
            run: lane.run,
            experiment: lane.experiment.clone(),
            sampling: lane.sampling,
            network: snapshot.network,
            classifier: snapshot.classifier,
            step: snapshot.step,
            accelerator,
        }))
    }
}
