//! A helper: it makes batches that an engine will train on, and computes ensembles for it.
//!
//! A helper is the engine's program in another worker, which gets [`HelperRequest`]s. They are plain
//! messages: shared memory needs headers that few servers send.

use super::acceleration::Accelerator;
use super::batch_queue::{WireBatch, make};
use super::display::{Detail, EnsembleResult, picture};
use super::sampling_task::{SamplingTask, noise};
use super::slices::Sliced;
use flow::batch::Objective;
use flow::classifier::Classifier;
use flow::evaluation::EvaluationSet;
use flow::experiment::Experiment;
use flow::network::Network;
use flow::spec::{Drawn, LaneSpec, SamplingSpec};
use protocol::{Floats, LaneId, RunId};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::rc::Rc;

/// Something to do for a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HelperRequest {
    pub lane: LaneId,
    pub run: RunId,
    /// What the run is, where the helper has not been told yet.
    pub task: Option<Box<(LaneSpec, Drawn)>>,
    pub work: Work,
}

/// What there is to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Work {
    /// The batches of `count` steps.
    Batches { first: u32, count: u32 },
    /// A picture. Those ordered before it for the lane are no longer wanted.
    Render(Box<RenderRequest>),
}

/// What a picture is to show, and by which number it is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RenderRequest {
    pub ticket: u32,
    /// The network: its training steps, and the round of a rectified flow.
    pub step: u32,
    pub round: u32,
    pub weights: Floats,
    /// The parameters of the classifier that guides it, if one does.
    pub classifier: Option<Floats>,
    pub sampling: SamplingSpec,
    /// What its excess loss is measured on, where that is known.
    pub evaluation: Option<EvaluationSet>,
}

/// What has been done. The first response of a helper is empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HelperResponse {
    pub lane: LaneId,
    pub run: RunId,
    /// Batches, by step.
    pub batches_made: Vec<(u32, WireBatch)>,
    /// A picture, by its ticket.
    pub picture: Option<(u32, EnsembleResult)>,
    /// How many of the requested batches and ensembles are settled: made, or no longer wanted.
    pub settled: u32,
}

/// The helper's side.
#[derive(Default)]
pub struct Helper {
    runs: [Option<Run>; 2],
    tasks: VecDeque<Task>,
    /// Batches and pictures that are no longer wanted, not reported yet.
    dropped: u32,
}

/// What the helper knows of a run.
struct Run {
    id: RunId,
    lane: Rc<Experiment>,
    objective: Objective,
}

/// An order, taken on.
struct Task {
    lane: LaneId,
    run: RunId,
    work: Doing,
}

enum Doing {
    Batches {
        first: u32,
        count: u32,
    },
    Render {
        ticket: u32,
        work: Sliced<EnsembleResult>,
    },
}

impl Doing {
    /// Batches and pictures still to be made.
    fn left(&self) -> u32 {
        match self {
            Self::Batches { count, .. } => *count,
            Self::Render { .. } => 1,
        }
    }
}

impl Helper {
    /// Takes note of an order. What was ordered of an earlier run of that lane is dropped, and a
    /// picture makes earlier ones of the lane needless.
    pub fn accept(&mut self, order: HelperRequest) {
        let HelperRequest {
            lane,
            run,
            task,
            work,
        } = order;
        if let Some(task) = task {
            self.runs[lane] = Run::new(run, &task);
            self.drop_tasks(|other| other.lane == lane && other.run != run);
        }
        let work = match work {
            Work::Batches { first, count } => Some(Doing::Batches { first, count }),
            Work::Render(request) => {
                self.drop_tasks(|other| {
                    other.lane == lane && matches!(other.work, Doing::Render { .. })
                });
                self.run(lane, run).and_then(|run| run.draw(*request))
            }
        };
        match work {
            Some(work) => self.tasks.push_back(Task { lane, run, work }),
            None => self.dropped += 1,
        }
    }

    fn drop_tasks(&mut self, unwanted: impl Fn(&Task) -> bool) {
        let dropped = self.tasks.iter().filter(|task| unwanted(task));
        self.dropped += dropped.map(|task| task.work.left()).sum::<u32>();
        self.tasks.retain(|task| !unwanted(task));
    }

    fn run(&mut self, lane: LaneId, run: RunId) -> Option<&mut Run> {
        let place = self.runs[lane].as_mut();
        place.filter(|known| known.id == run)
    }

    /// Whether there is nothing to do until the next order.
    pub fn idle(&self) -> bool {
        self.tasks.is_empty() && self.dropped == 0
    }

    /// Works on the oldest order while there is time, at least a little. What there is to deliver,
    /// if there is anything.
    pub async fn work(&mut self, time_left: impl Fn() -> bool) -> Option<HelperResponse> {
        let mut delivery = HelperResponse {
            settled: std::mem::take(&mut self.dropped),
            ..HelperResponse::default()
        };
        if let Some(mut task) = self.tasks.pop_front() {
            (delivery.lane, delivery.run) = (task.lane, task.run);
            match &mut task.work {
                Doing::Batches { first, count } => match self.run(task.lane, task.run) {
                    Some(run) => make_batches(run, first, count, time_left, &mut delivery),
                    None => delivery.settled += std::mem::take(count),
                },
                Doing::Render { ticket, work } => {
                    let drawn = work.drive(time_left).await;
                    delivery.picture = drawn.map(|picture| (*ticket, picture));
                    delivery.settled += u32::from(delivery.picture.is_some());
                }
            }
            if task.work.left() > 0 && delivery.picture.is_none() {
                self.tasks.push_front(task);
            }
        }
        (delivery.settled > 0).then_some(delivery)
    }
}

/// Makes batches while there is time, at least one.
fn make_batches(
    run: &mut Run,
    first: &mut u32,
    count: &mut u32,
    time_left: impl Fn() -> bool,
    delivery: &mut HelperResponse,
) {
    while *count > 0 {
        let wire_batch = make(&mut run.objective, *first).into();
        delivery.batches_made.push((*first, wire_batch));
        delivery.settled += 1;
        (*first, *count) = (*first + 1, *count - 1);
        if !time_left() {
            break;
        }
    }
}

impl Run {
    /// `None` if there is nothing to train on.
    fn new(id: RunId, (spec, drawn): &(LaneSpec, Drawn)) -> Option<Self> {
        let lane = Experiment::new(spec, drawn).ok()?;
        Some(Self {
            id,
            objective: Objective::of(lane.clone()),
            lane: Rc::new(lane),
        })
    }

    /// The picture of a network in training; `None` if its weights are not those of such a network.
    fn draw(&self, request: RenderRequest) -> Option<Doing> {
        let lane = self.lane.clone();
        let network = Network::new(lane.architecture(), request.weights.0).ok()?;
        let classifier = match (request.classifier, lane.classifier()) {
            (Some(Floats(parameters)), Some(first)) => {
                let labels = first.architecture().outputs as u32;
                Some(Classifier::new(lane.schedule(), labels, parameters).ok()?)
            }
            _ => None,
        };
        let sampling_task = SamplingTask {
            noise: noise(&lane, &request.sampling),
            sampling: request.sampling,
            keep: super::display::FRAMES,
            accelerator: Accelerator::none(),
            network: Rc::new(network),
            classifier: classifier.map(Rc::new),
            lane,
        };
        let of = (request.step, request.round);
        let evaluation = request.evaluation.map(Rc::new);
        let work = picture(sampling_task, of, Detail::Live, evaluation);
        Some(Doing::Render {
            ticket: request.ticket,
            work: Sliced::new(work),
        })
    }
}
