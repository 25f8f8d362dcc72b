//! The engine driven as a worker drives it, by a clock that ticks when it is read.

use super::session::Engine;
use flow::spec::*;
use protocol::*;
use std::cell::Cell;
use std::rc::Rc;
use train::choice::StepperChoice;
use train::device::Processor;

#[cfg(feature = "gpu")]
mod acceleration;
mod guidance;
mod helpers;
mod questions;
mod rounds;
mod studies;

/// Seconds that pass whenever the clock is read.
const TICK: f64 = 0.001;

struct Bench {
    engine: Engine,
    replies: Vec<Reply>,
}

impl Bench {
    fn new() -> Self {
        let tested = Processor::tested_cpu("a test", StepperChoice::Auto);
        Self::on(pollster::block_on(tested))
    }

    fn on(processor: Processor) -> Self {
        let time = Rc::new(Cell::new(0.0));
        let now = move || {
            time.set(time.get() + TICK);
            time.get()
        };
        Self {
            engine: Engine::new(processor, Box::new(now)),
            replies: Vec::new(),
        }
    }

    fn ask(&mut self, request: Request) {
        self.engine.handle(request, &mut self.replies);
    }

    fn configure(&mut self, lane: LaneId, run: RunId, spec: LaneSpec, borrow: bool) {
        self.ask(Request::Configure {
            lane,
            run,
            spec,
            drawn: Drawn::default(),
            borrow,
        });
    }

    fn train(&mut self, lane: LaneId, run: RunId, training: Training) {
        self.ask(Request::Train {
            lane,
            run,
            training,
        });
    }

    /// Works until there is nothing left to do; what was said since this was last called.
    fn finish(&mut self) -> Vec<Reply> {
        for _ in 0..100_000 {
            if self.engine.idle() {
                return std::mem::take(&mut self.replies);
            }
            self.replies
                .extend(pollster::block_on(self.engine.tick(0.012)));
        }
        panic!("the engine does not come to rest");
    }

    fn answer(&mut self, lane: LaneId, job: Job) -> Result<Answer, Refusal> {
        self.ask(Request::Job { id: 9, lane, job });
        let replies = self.finish();
        let mut answers = replies.into_iter().filter_map(|reply| match reply {
            Reply::Done { id: 9, answer } => Some(answer),
            _ => None,
        });
        answers.next().expect("every job is answered")
    }
}

/// Small enough for many tests.
fn spec() -> LaneSpec {
    let mut spec = LaneSpec::default();
    spec.data.target = Target::Moons;
    spec.model.width = 16;
    spec.model.depth = 2;
    spec.training.batch = 32;
    spec.training.limit = 0;
    spec.sampling.particles = 150;
    spec
}

fn progress(replies: &[Reply]) -> Vec<Progress> {
    let progress = |reply: &Reply| match reply {
        Reply::Progress(progress) => Some(*progress),
        _ => None,
    };
    replies.iter().filter_map(progress).collect()
}

fn ensembles(replies: &[Reply]) -> Vec<&Ensemble> {
    let mut ensembles = Vec::new();
    for reply in replies {
        if let Reply::Ensemble(ensemble) = reply {
            ensembles.push(ensemble);
        }
    }
    ensembles
}

fn weights(replies: &[Reply]) -> Vec<(u32, &Floats)> {
    let mut sent = Vec::new();
    for reply in replies {
        if let Reply::Weights { step, weights, .. } = reply {
            sent.push((*step, weights));
        }
    }
    sent
}

#[test]
fn a_lane_shows_itself_at_once_then_carefully() {
    let mut bench = Bench::new();
    bench.configure(LaneId::A, 1, spec(), false);
    let replies = bench.finish();
    let pictures = ensembles(&replies);
    assert_eq!(pictures.len(), 2);
    let [quick, full] = [pictures[0], pictures[1]];
    assert!(quick.nfe < full.nfe, "{} {}", quick.nfe, full.nfe);
    assert_eq!((full.nfe, full.times.len(), full.step), (64, 33, Some(0)));
    assert_eq!(full.frames.0.len(), 33 * 150 * 2);
    assert_eq!((full.times[0], full.times[32]), (0.0, 1.0));
    assert_eq!(
        quick.frames.0[..300],
        full.frames.0[..300],
        "the same particles"
    );
    assert_eq!(weights(&replies).len(), 1);
    assert!(progress(&replies).is_empty(), "nothing has been learnt");
}

#[test]
fn training_goes_as_far_as_it_should_and_reports() {
    let mut bench = Bench::new();
    bench.configure(LaneId::A, 1, spec(), false);
    bench.train(LaneId::A, 1, Training::Until(300));
    let replies = bench.finish();
    let reports = progress(&replies);
    let last = reports.last().unwrap();
    assert_eq!((last.step, last.running, last.run), (300, false, 1));
    assert!(last.loss > last.floor.unwrap() && last.excess.unwrap() > 0.0);
    assert!(last.straightness.is_some() && reports[0].running);
    assert!(reports.windows(2).all(|w| w[0].step <= w[1].step));
    // The last picture and the last weights are of the last step.
    assert_eq!(ensembles(&replies).last().unwrap().step, Some(300));
    assert_eq!(weights(&replies).last().unwrap().0, 300);
    assert!(bench.engine.idle());
}

#[test]
fn reports_come_at_most_ten_times_a_second() {
    let mut bench = Bench::new();
    bench.configure(LaneId::A, 1, spec(), false);
    bench.train(LaneId::A, 1, Training::Until(2000));
    let replies = bench.finish();
    // Every step reads the clock once, so the 2,000 steps last at least two seconds.
    let running = progress(&replies).iter().filter(|p| p.running).count();
    assert!((10..=60).contains(&running), "{running}");
}

#[test]
fn pausing_keeps_the_weights_and_going_on_goes_on() {
    let mut bench = Bench::new();
    bench.configure(LaneId::A, 1, spec(), false);
    bench.train(LaneId::A, 1, Training::Until(u32::MAX));
    for _ in 0..20 {
        let replies = pollster::block_on(bench.engine.tick(0.012));
        bench.replies.extend(replies);
    }
    bench.train(LaneId::A, 1, Training::Pause);
    let paused = bench.finish();
    let step = progress(&paused).last().unwrap().step;
    assert!(step > 0 && !progress(&paused).last().unwrap().running);
    bench.train(LaneId::A, 1, Training::Until(step + 5));
    assert_eq!(progress(&bench.finish()).last().unwrap().step, step + 5);
}

#[test]
fn requests_about_an_older_run_are_dropped() {
    let mut bench = Bench::new();
    bench.configure(LaneId::A, 1, spec(), false);
    bench.configure(LaneId::A, 2, spec(), false);
    bench.train(LaneId::A, 1, Training::Until(50));
    let replies = bench.finish();
    assert!(progress(&replies).is_empty());
    assert!(ensembles(&replies).iter().all(|ensemble| ensemble.run == 2));
}

#[test]
fn sampling_changes_the_picture_and_not_the_network() {
    let mut bench = Bench::new();
    bench.configure(LaneId::A, 1, spec(), false);
    bench.train(LaneId::A, 1, Training::Until(40));
    bench.finish();
    let sampling = SamplingSpec {
        sample_schedule: SampleSchedule::Cosine,
        solver: SolverKind::Rk4,
        steps: 20,
        particles: 70,
        ..spec().sampling
    };
    bench.ask(Request::Sampling {
        lane: LaneId::A,
        run: 1,
        sampling,
    });
    let replies = bench.finish();
    let full = ensembles(&replies).last().copied().unwrap();
    assert_eq!((full.nfe, full.step, full.times.len()), (80, Some(40), 21));
    assert_eq!(full.frames.0.len(), 21 * 70 * 2);
    assert!(weights(&replies).is_empty());
}

#[test]
fn a_borrowing_lane_follows_the_other_lanes_network() {
    let mut bench = Bench::new();
    bench.configure(LaneId::A, 1, spec(), false);
    let mut borrowed = spec();
    borrowed.sampling.steps = 4;
    bench.configure(LaneId::B, 2, borrowed, true);
    bench.train(LaneId::B, 2, Training::Until(10));
    assert!(
        progress(&bench.finish()).is_empty(),
        "it has nothing to train"
    );
    bench.train(LaneId::A, 1, Training::Until(30));
    let replies = bench.finish();
    let of_b = ensembles(&replies)
        .into_iter()
        .rfind(|e| e.lane == LaneId::B)
        .unwrap();
    assert_eq!((of_b.run, of_b.step, of_b.nfe), (2, Some(30), 8));
    let figures = progress(&replies)
        .into_iter()
        .rfind(|p| p.lane == LaneId::B)
        .unwrap();
    assert_eq!((figures.run, figures.step), (2, 30));
    let answer = bench.answer(LaneId::B, Job::Metrics);
    assert!(matches!(
        answer,
        Ok(Answer::Metrics(metrics)) if metrics.step == 30
    ));
}

#[test]
fn two_lanes_take_turns() {
    let mut bench = Bench::new();
    bench.configure(LaneId::A, 1, spec(), false);
    bench.configure(LaneId::B, 2, spec(), false);
    bench.finish();
    bench.train(LaneId::A, 1, Training::Until(u32::MAX));
    bench.train(LaneId::B, 2, Training::Until(u32::MAX));
    for _ in 0..200 {
        let replies = pollster::block_on(bench.engine.tick(0.012));
        bench.replies.extend(replies);
    }
    bench.train(LaneId::A, 1, Training::Pause);
    bench.train(LaneId::B, 2, Training::Pause);
    let replies = bench.finish();
    let steps = LaneId::ALL.map(|k| {
        progress(&replies)
            .iter()
            .rfind(|p| p.lane == k)
            .unwrap()
            .step
    });
    assert!(
        steps[0].abs_diff(steps[1]) < 50 && steps[0] > 500,
        "{steps:?}"
    );
    for k in LaneId::ALL {
        assert!(ensembles(&replies).iter().filter(|e| e.lane == k).count() > 2);
    }
}

#[test]
fn no_lane_waits_while_the_other_is_drawn_again_and_again() {
    let mut bench = Bench::new();
    let mut matched = spec();
    // A baseline in closed form and one that is estimated: the second asks for many slices.
    matched.data.coupling = CouplingKind::Ot;
    bench.configure(LaneId::A, 1, spec(), false);
    bench.configure(LaneId::B, 2, matched, false);
    bench.train(LaneId::A, 1, Training::Until(u32::MAX));
    bench.train(LaneId::B, 2, Training::Until(u32::MAX));
    for _ in 0..1500 {
        let replies = pollster::block_on(bench.engine.tick(0.012));
        bench.replies.extend(replies);
    }
    let drawn: Vec<LaneId> = ensembles(&bench.replies).iter().map(|e| e.lane).collect();
    let longest = drawn.chunk_by(|a, b| a == b).map(<[LaneId]>::len).max();
    assert!(drawn.len() > 8 && longest <= Some(4), "{drawn:?}");
}

#[test]
fn no_baseline_keeps_the_first_steps_from_being_seen() {
    for coupling in [CouplingKind::Independent, CouplingKind::Ot] {
        let mut spec = spec();
        spec.data.coupling = coupling;
        steps_are_soon_seen(spec);
    }
}

fn steps_are_soon_seen(spec: LaneSpec) {
    let mut bench = Bench::new();
    bench.configure(LaneId::A, 1, spec, false);
    bench.train(LaneId::A, 1, Training::Until(u32::MAX));
    let shown = |bench: &Bench| {
        let pictures = ensembles(&bench.replies);
        pictures.iter().filter(|e| e.step > Some(0)).count()
    };
    let mut ticks = 0;
    while shown(&bench) == 0 {
        let replies = pollster::block_on(bench.engine.tick(0.012));
        bench.replies.extend(replies);
        ticks += 1;
    }
    // A picture has three ticks in ten; with the baseline before it, it came after 106 and more.
    assert!(ticks < 50, "{ticks}");
}

#[test]
fn the_excess_is_measured_even_if_training_ends_before_its_baseline_is_made() {
    for (first, second) in [(20, 60), (60, 20), (1, 1)] {
        let mut bench = Bench::new();
        for (lane, steps) in [(LaneId::A, first), (LaneId::B, second)] {
            bench.configure(lane, 1, spec(), false);
            bench.train(lane, 1, Training::Until(steps));
        }
        let replies = bench.finish();
        for (lane, steps) in [(LaneId::A, first), (LaneId::B, second)] {
            let all = progress(&replies);
            let last = all.iter().rfind(|p| p.lane == lane).expect("a report");
            assert_eq!((last.step, last.accuracy.measured_at), (steps, steps));
            assert!(last.excess.is_some_and(|excess| excess > 0.0));
        }
    }
}

#[test]
fn a_diverging_lane_stops_and_says_at_which_step() {
    let mut bench = Bench::new();
    let mut wild = spec();
    wild.training.lr = 1e30;
    bench.configure(LaneId::A, 1, wild, false);
    bench.train(LaneId::A, 1, Training::Until(u32::MAX));
    let replies = bench.finish();
    let step = progress(&replies).last().unwrap().step;
    let (lane, run, fault) = (LaneId::A, 1, LaneFault::Diverged { step });
    assert!(replies.contains(&Reply::LaneFailed { lane, run, fault }));
    assert!(!progress(&replies).last().unwrap().running);
}

#[test]
fn a_gpu_takes_as_many_steps_as_it_is_asked_for() {
    let mut bench = Bench::on(Processor::cpu_as_if_it_were_a_gpu());
    bench.configure(LaneId::A, 1, spec(), false);
    bench.train(LaneId::A, 1, Training::Until(100));
    let replies = bench.finish();
    let last = progress(&replies).pop().unwrap();
    assert_eq!((last.step, last.running), (100, false));
    let mut cpu = Bench::new();
    cpu.configure(LaneId::A, 1, spec(), false);
    cpu.train(LaneId::A, 1, Training::Until(100));
    let expected = progress(&cpu.finish()).pop().unwrap();
    assert!((last.excess.unwrap() / expected.excess.unwrap() - 1.0).abs() < 0.02);
}

#[test]
fn a_gpu_that_is_lost_is_replaced_by_the_cpu_with_the_last_weights() {
    let mut bench = Bench::on(Processor::cpu_as_if_it_were_a_gpu());
    bench.configure(LaneId::A, 1, spec(), false);
    bench.train(LaneId::A, 1, Training::Until(60));
    let before = progress(&bench.finish()).pop().unwrap();
    bench.train(LaneId::A, 1, Training::Until(200));
    bench.ask(Request::Checkpoint { lane: LaneId::A });
    let mut replies = Vec::new();
    bench
        .engine
        .go_on_without(Failure::Processor("It is lost.".into()), &mut replies);
    let reason = CpuReason::Lost("It is lost.".into());
    assert_eq!(replies[0], Reply::FellBack(Backend::Cpu(reason)));
    let told = Reply::Method {
        lane: LaneId::A,
        run: 1,
        method: StepMethod::Burn(BackendKind::Cpu, WhyBurn::Chosen),
        sampler_fault: None,
    };
    assert_eq!(replies[1..], [told]);
    let replies = bench.finish();
    let checkpoint = replies.iter().find_map(|reply| match reply {
        Reply::Checkpoint { checkpoint, .. } => Some(checkpoint.step),
        _ => None,
    });
    assert_eq!(checkpoint, Some(60), "it goes on where it was");
    let after = progress(&replies).pop().unwrap();
    assert_eq!((after.step, after.running), (200, false));
    assert!(after.excess < before.excess, "{before:?} {after:?}");
    // The CPU itself cannot be replaced.
    let mut replies = Vec::new();
    bench
        .engine
        .go_on_without(Failure::Processor("It is lost.".into()), &mut replies);
    let failure = Failure::Processor("It is lost.".into());
    assert_eq!(replies, [Reply::Failed(failure)]);
}

/// The weights of a lane after that many steps, trained in two engines if `hand_over`.
fn trained(steps: u32, hand_over: Option<u32>) -> Floats {
    let mut bench = Bench::new();
    bench.configure(LaneId::A, 1, spec(), false);
    bench.train(LaneId::A, 1, Training::Until(hand_over.unwrap_or(steps)));
    bench.finish();
    bench.ask(Request::Checkpoint { lane: LaneId::A });
    let Some(Reply::Checkpoint { checkpoint, .. }) = bench.finish().pop() else {
        panic!("no checkpoint")
    };
    if hand_over.is_none() {
        return checkpoint.weights;
    }
    let mut other = Bench::new();
    other.configure(LaneId::A, 1, spec(), false);
    other.ask(Request::Resume {
        lane: LaneId::A,
        checkpoint,
    });
    other.train(LaneId::A, 1, Training::Until(steps));
    let replies = other.finish();
    assert_eq!(progress(&replies).last().unwrap().step, steps);
    weights(&replies).last().unwrap().1.clone()
}

#[test]
fn a_run_handed_over_ends_as_if_it_had_not_been() {
    assert_eq!(trained(60, Some(25)), trained(60, None));
    assert_eq!(trained(10, Some(0)), trained(10, None));
}

#[test]
fn a_checkpoint_of_another_network_is_refused() {
    let mut bench = Bench::new();
    bench.configure(LaneId::A, 1, spec(), false);
    bench.finish();
    let checkpoint = Checkpoint {
        run: 1,
        step: 3,
        weights: Floats(vec![0.0; 5]),
        moment_1: Floats::default(),
        moment_2: Floats::default(),
        decay: (0, 0),
        round: 0,
        pool: Default::default(),
        classifier: Default::default(),
    };
    bench.ask(Request::Resume {
        lane: LaneId::A,
        checkpoint,
    });
    let replies = bench.finish();
    assert!(matches!(
        &replies[0],
        Reply::LaneFailed {
            fault: LaneFault::Checkpoint,
            ..
        }
    ));
}

#[test]
fn a_measurement_is_a_rate() {
    let mut bench = Bench::new();
    bench.ask(Request::Measure { spec: spec() });
    let replies = bench.finish();
    assert!(
        matches!(replies[..], [Reply::Measured { steps_per_second }] if steps_per_second > 0.0)
    );
}
