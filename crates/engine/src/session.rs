//! The engine: requests in, replies out, and the time between divided among what there is to do.

use super::acceleration::Accelerator;
use super::helper_pool::HelperPool;
use super::lanes::LaneState;
use super::methods;
use super::questions::Questions;
use super::scheduler::{Scheduler, Work};
use super::training_run::TrainingRun;
use flow::spec::{Drawn, LaneSpec};
use protocol::{Backend, Checkpoint, CpuReason, Failure, LaneId, Reply, Request, RunId};
use std::collections::VecDeque;
use std::rc::Rc;
use train::device::Processor;
use train::flat::DeviceError;
use train::origin::Origin;

/// Seconds since some moment. The engine reads no other clock.
pub type Clock = Box<dyn Fn() -> f64>;

/// What can be done on a processor that may fail.
pub(super) type Outcome<T = ()> = Result<T, Failure>;

/// Two lanes, their training, their pictures, and the questions about them.
///
/// Its owner calls [`tick`](Self::tick) again and again while [`idle`](Self::idle) is false,
/// and [`handle`](Self::handle) whenever a request has arrived; not to call is to pause it.
pub struct Engine {
    pub(super) processor: Processor,
    pub(super) accelerator: Accelerator,
    pub(super) now: Rc<dyn Fn() -> f64>,
    pub(super) lanes: [Option<LaneState>; 2],
    pub(super) questions: Questions,
    pub(super) helper_pool: HelperPool,
    /// The lane that trained last.
    pub(super) turn: LaneId,
    /// The lane drawn last.
    pub(super) drawn: LaneId,
    scheduler: Scheduler,
    control_requests: VecDeque<ControlRequest>,
}

/// A request that waits for the processor.
enum ControlRequest {
    Checkpoint(LaneId),
    Measure(Box<LaneSpec>),
}

impl Engine {
    /// An engine without lanes.
    pub fn new(processor: Processor, now: Clock) -> Self {
        let now: Rc<dyn Fn() -> f64> = now.into();
        Self {
            accelerator: Accelerator::new(&processor, now.clone()),
            processor,
            now,
            lanes: [None, None],
            questions: Questions::default(),
            helper_pool: HelperPool::default(),
            turn: LaneId::B,
            drawn: LaneId::B,
            scheduler: Scheduler::default(),
            control_requests: VecDeque::new(),
        }
    }

    /// The engine's first reply.
    pub fn ready(&self) -> Reply {
        Reply::Ready(self.backend())
    }

    fn backend(&self) -> Backend {
        let reason = match self.processor.origin().clone() {
            Origin::Adapter(adapter) => return Backend::WebGpu { adapter },
            Origin::Chosen | Origin::Native(_) => CpuReason::Chosen,
            Origin::CpuOnly => CpuReason::CpuOnly,
            Origin::NoAdapter => CpuReason::NoAdapter,
            Origin::NoTimestamps => CpuReason::NoTimestamps,
            Origin::NotStarted(detail) => CpuReason::NotStarted(detail),
            Origin::SelfTest { adapter, detail } => CpuReason::SelfTest { adapter, detail },
            Origin::Lost(detail) => CpuReason::Lost(detail),
        };
        Backend::Cpu(reason)
    }

    /// Whether there is nothing to do until the next request.
    pub fn idle(&self) -> bool {
        self.control_requests.is_empty() && self.waits() == [false; 3]
    }

    /// Takes note of a request. What takes time is left to [`tick`](Self::tick). Requests about an
    /// older run are dropped.
    pub fn handle(&mut self, request: Request, replies: &mut Vec<Reply>) {
        match request {
            Request::Configure {
                lane,
                run,
                spec,
                drawn,
                borrow,
            } => self.configure(lane, run, (&spec, &drawn), borrow, replies),
            Request::Sampling {
                lane,
                run,
                sampling,
            } => self.with_lane(lane, run, |lane| {
                lane.sampling = sampling;
                lane.display.redraw();
            }),
            Request::Train {
                lane,
                run,
                training,
            } => {
                self.with_lane(lane, run, |lane| {
                    lane.training_run.iter_mut().for_each(|c| c.aim(training));
                });
                // Pictures are drawn with fewer steps while a lane trains: a careful one is due.
                self.network_changed(lane, false);
            }
            Request::Drop { lane } => self.forget(lane, replies),
            Request::Job { id, lane, job } => self.questions.ask(id, lane, job),
            Request::Checkpoint { lane } => self
                .control_requests
                .push_back(ControlRequest::Checkpoint(lane)),
            Request::Resume { lane, checkpoint } => self.resume(lane, checkpoint, replies),
            Request::Measure { spec } => self
                .control_requests
                .push_back(ControlRequest::Measure(Box::new(spec))),
        }
    }

    /// Works for about `budget` seconds on what is most due, and says what came of it. On a GPU a
    /// tick may take longer, but others run while it waits.
    pub async fn tick(&mut self, budget: f64) -> Vec<Reply> {
        let mut replies = Vec::new();
        if let Err(failure) = self.work(budget, &mut replies).await {
            self.go_on_without(failure, &mut replies);
        }
        if self.accelerator.has_failed_anew() {
            self.tell_methods(&mut replies);
        }
        let now = (self.now)();
        for (number, lane) in LaneId::ALL.into_iter().zip(&mut self.lanes) {
            let progress = lane.as_mut().and_then(|lane| lane.progress(number, now));
            replies.extend(progress.map(Reply::Progress));
        }
        replies
    }

    async fn work(&mut self, budget: f64, replies: &mut Vec<Reply>) -> Outcome {
        if let Some(control_request) = self.control_requests.pop_front() {
            let run = self.run(&control_request, replies).await;
            if run.is_err() {
                self.control_requests.push_front(control_request);
            }
            return run;
        }
        self.look_for_helpers();
        let waits = self.waits();
        let Some(work) = self.scheduler.next(waits) else {
            return Ok(());
        };
        let urgent = self
            .lanes
            .iter()
            .flatten()
            .any(|lane| lane.display.urgent());
        let work = if urgent { Work::Display } else { work };
        let begin = (self.now)();
        match work {
            Work::Training => self.train(begin + budget, replies).await?,
            Work::Display => self.draw(begin + budget, replies).await?,
            Work::Job => self.answer(begin + budget, replies).await?,
        }
        self.scheduler.spend(work, (self.now)() - begin);
        Ok(())
    }

    /// Whether a lane has steps to take.
    pub(super) fn trains(&self) -> bool {
        self.lanes.iter().flatten().any(LaneState::trains)
    }

    /// Which kinds of [`Work`] there are.
    fn waits(&self) -> [bool; 3] {
        let training = self.trains();
        let draws = |lane: &LaneState| lane.draws(training);
        Work::ALL.map(|work| match work {
            Work::Training => training,
            Work::Display => self.lanes.iter().flatten().any(draws),
            Work::Job => self.questions.waiting(),
        })
    }

    fn configure(
        &mut self,
        number: LaneId,
        run: RunId,
        experiment: (&LaneSpec, &Drawn),
        borrow: bool,
        replies: &mut Vec<Reply>,
    ) {
        self.forget(number, replies);
        let now = (self.now)();
        match LaneState::new(run, experiment, borrow, &self.processor, now) {
            Ok(lane) => {
                self.lanes[number] = Some(lane);
                self.network_changed(number, true);
                self.tell_method(number, replies);
            }
            Err(fault) => replies.push(Reply::LaneFailed {
                lane: number,
                run,
                fault,
            }),
        }
    }

    fn resume(&mut self, number: LaneId, checkpoint: Checkpoint, replies: &mut Vec<Reply>) {
        let (now, run, processor) = ((self.now)(), checkpoint.run, self.processor.clone());
        let mut resumed = Ok(());
        self.with_lane(number, run, |lane| {
            if let Some(training_run) = &mut lane.training_run {
                resumed = training_run.resume(checkpoint, &processor, now);
            }
        });
        match resumed {
            Ok(()) => self.network_changed(number, true),
            Err(fault) => replies.push(Reply::LaneFailed {
                lane: number,
                run,
                fault,
            }),
        }
    }

    fn tell_methods(&mut self, replies: &mut Vec<Reply>) {
        for lane in LaneId::ALL {
            self.tell_method(lane, replies);
        }
    }

    /// Says how the lane trains, if it does.
    fn tell_method(&mut self, number: LaneId, replies: &mut Vec<Reply>) {
        let accelerator = self.accelerator.clone();
        if let Some(lane) = self.lane(number)
            && let Some(training_run) = &lane.training_run
        {
            let fault = accelerator.fault(lane.experiment.architecture());
            replies.push(Reply::Method {
                lane: number,
                run: lane.run,
                method: methods::step_method(training_run.method()),
                sampler_fault: fault.map(methods::sampler_fault),
            });
        }
    }

    /// Forgets a lane; questions about it are answered by saying so.
    fn forget(&mut self, number: LaneId, replies: &mut Vec<Reply>) {
        self.lanes[number] = None;
        self.questions.give_up(number, replies);
    }

    /// The lane's network is another one now: pictures that show it are out of date, altogether or
    /// by a little.
    pub(super) fn network_changed(&mut self, number: LaneId, altogether: bool) {
        for (k, lane) in LaneId::ALL.into_iter().zip(&mut self.lanes) {
            let Some(lane) = lane else { continue };
            let shows = k == number || lane.training_run.is_none();
            match (shows, altogether) {
                (true, true) => lane.display.redraw(),
                (true, false) => lane.display.refresh(),
                (false, _) => {}
            }
        }
    }

    pub(super) fn lane(&mut self, number: LaneId) -> Option<&mut LaneState> {
        self.lanes[number].as_mut()
    }

    fn with_lane(&mut self, number: LaneId, run: RunId, act: impl FnOnce(&mut LaneState)) {
        if let Some(lane) = self.lane(number).filter(|lane| lane.run == run) {
            act(lane);
        }
    }

    /// The processor has failed. Instead of a GPU the CPU goes on; without it there is no going on.
    pub(super) fn go_on_without(&mut self, failure: Failure, replies: &mut Vec<Reply>) {
        if self.processor.in_main_memory() {
            self.stop_training();
            self.control_requests.clear();
            return replies.push(Reply::Failed(failure));
        }
        let (Failure::Processor(detail) | Failure::Program(detail) | Failure::Message(detail)) =
            failure;
        self.processor = self.processor.cpu_instead(Origin::Lost(detail));
        self.accelerator = Accelerator::new(&self.processor, self.now.clone());
        replies.push(Reply::FellBack(self.backend()));
        let now = (self.now)();
        for lane in self.lanes.iter_mut().flatten() {
            lane.display.redraw();
            let courses = lane.training_run.iter_mut();
            courses.for_each(|training_run| training_run.move_to(&self.processor, now));
        }
        self.tell_methods(replies);
    }

    fn stop_training(&mut self) {
        for lane in self.lanes.iter_mut().flatten() {
            lane.training_run.iter_mut().for_each(TrainingRun::stop);
        }
    }

    async fn run(&mut self, control_request: &ControlRequest, replies: &mut Vec<Reply>) -> Outcome {
        match control_request {
            ControlRequest::Checkpoint(lane) => self.check_out(*lane, replies).await,
            ControlRequest::Measure(spec) => self.measure(spec, replies).await,
        }
    }

    async fn check_out(&mut self, number: LaneId, replies: &mut Vec<Reply>) -> Outcome {
        if let Some(lane) = self.lane(number)
            && let Some(training_run) = &lane.training_run
        {
            let checkpoint = training_run.checkpoint(lane.run).await.map_err(broken)?;
            replies.push(Reply::Checkpoint {
                lane: number,
                checkpoint,
            });
        }
        Ok(())
    }
}

/// A device that failed.
pub(super) fn broken(error: DeviceError) -> Failure {
    Failure::Processor(error.to_string())
}
