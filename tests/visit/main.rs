//! Visits replayed without a browser: messages in, state and effects out.

mod candidate;

use app::link;
use app::msg::{Effect, Msg};
use app::scenes::SCENES;
use app::settings::{Layer, Settings};
use app::state::{EngineState, FIRST_PAGE_JOB, State};
use app::update::update;
use flow::random::Rng;
use protocol::{
    Accuracy, Backend, CpuReason, EngineFault, Ensemble, Floats, LaneId, Progress, Reply, Request,
    Training,
};

fn open(fragment: &str) -> State {
    State::new(link::parse(fragment).0)
}

fn cpu() -> Backend {
    Backend::Cpu(CpuReason::Chosen)
}

/// A visit whose engine has arrived.
fn with_engine(fragment: &str) -> (State, Vec<Effect>) {
    let mut state = open(fragment);
    let effects = update(&mut state, Msg::Engine(Reply::Ready(cpu())));
    (state, effects)
}

fn requests(effects: &[Effect]) -> Vec<&Request> {
    let request = |effect: &'_ Effect| matches!(effect, Effect::Send(_));
    let sent = effects.iter().filter(|e| request(e));
    sent.map(|e| match e {
        Effect::Send(request) => request,
        _ => unreachable!(),
    })
    .collect()
}

fn configured(effects: &[Effect]) -> Vec<LaneId> {
    let lane = |r: &&Request| match r {
        Request::Configure { lane, .. } => Some(*lane),
        _ => None,
    };
    requests(effects).iter().filter_map(lane).collect()
}

fn set(state: &mut State, lane: LaneId, name: &str, text: &str) -> Vec<Effect> {
    let (name, text) = (name.to_owned(), text.to_owned());
    update(state, Msg::Set { lane, name, text })
}

fn progress(state: &State, lane: LaneId, step: u32, running: bool) -> Reply {
    Reply::Progress(Progress {
        lane,
        run: state.lanes[lane].run,
        step,
        loss: 5.0,
        floor: Some(3.7),
        excess: Some(1.3),
        straightness: None,
        kinetic: None,
        steps_per_second: 400.0,
        running,
        round: 0,
        accuracy: Accuracy {
            measured_at: step,
            ..Accuracy::default()
        },
    })
}

fn ensemble(state: &State, lane: LaneId, step: u32) -> Reply {
    Reply::Ensemble(Ensemble {
        lane,
        run: state.lanes[lane].run,
        step: Some(step),
        times: vec![0.0, 1.0],
        frames: Floats(vec![0.0, 0.0, 1.0, 1.0]),
        nfe: 64,
    })
}

#[test]
fn before_the_engine_the_exact_flow_is_on_the_stage() {
    let mut state = open("");
    for _ in 0..200 {
        update(&mut state, Msg::Tick { dt: 0.02 });
    }
    let ensemble = state.lanes[0].ensemble.as_ref().unwrap();
    assert_eq!(ensemble.step, None);
    let n = ensemble.frames.0.len() / ensemble.times.len() / 2;
    assert!(n >= 1000, "{n} particles");
    assert_eq!(
        (ensemble.times[0], *ensemble.times.last().unwrap()),
        (0.0, 1.0)
    );
    assert!(ensemble.frames.0.iter().all(|x| x.is_finite()));
    assert!(state.settings.t > 0.0);
}

#[test]
fn every_target_and_schedule_has_an_exact_flow() {
    use flow::spec::{ScheduleKind, Target};
    for target in Target::NAMES.iter().filter(|name| **name != "drawn") {
        for schedule in ScheduleKind::NAMES {
            let mut state = open(&format!(
                "target={target}&schedule={schedule}&particles=100&steps=8"
            ));
            for _ in 0..2000 {
                update(&mut state, Msg::Tick { dt: 0.0 });
            }
            let frames = &state.lanes[0].ensemble.as_ref().unwrap().frames.0;
            assert!(
                frames.iter().all(|x| x.is_finite()),
                "{target} under {schedule}"
            );
        }
    }
}

#[test]
fn the_engine_is_told_of_every_lane_once() {
    let (_, effects) = with_engine("lanes=2&b.coupling=ot");
    assert_eq!(configured(&effects), LaneId::ALL);
}

#[test]
fn a_training_parameter_starts_the_lane_anew_and_sampling_does_not() {
    let (mut state, _) = with_engine("lanes=2&b.coupling=ot");
    let runs = [state.lanes[0].run, state.lanes[1].run];
    assert_eq!(
        configured(&set(&mut state, LaneId::A, "width", "32")),
        LaneId::ALL
    );
    assert!(state.lanes[0].run > runs[0] && state.lanes[1].run > runs[1]);
    let effects = set(&mut state, LaneId::B, "steps", "7");
    assert!(configured(&effects).is_empty());
    assert!(matches!(
        requests(&effects)[0],
        Request::Sampling {
            lane: LaneId::B,
            ..
        }
    ));
}

#[test]
fn a_borrowing_lane_has_the_other_lanes_experiment() {
    let (mut state, _) = with_engine("lanes=2&borrow=1&b.sample_schedule=vp&b.width=16");
    assert_eq!(state.spec(LaneId::B).model, state.spec(LaneId::A).model);
    assert_eq!(state.spec(LaneId::B).sampling.sample_schedule.name(), "vp");
    // Its training is lane A's.
    let effects = update(
        &mut state,
        Msg::Train {
            lane: Some(LaneId::B),
            steps: Some(5),
        },
    );
    assert!(matches!(
        requests(&effects)[0],
        Request::Train {
            lane: LaneId::A,
            training: Training::Until(5),
            ..
        }
    ));
}

#[test]
fn replies_of_an_older_run_are_dropped() {
    let (mut state, _) = with_engine("");
    let old = [
        progress(&state, LaneId::A, 900, true),
        ensemble(&state, LaneId::A, 900),
    ];
    update(&mut state, Msg::Reset);
    for reply in old {
        update(&mut state, Msg::Engine(reply));
    }
    assert_eq!(state.lanes[0].step, 0);
    assert!(state.lanes[0].ensemble.is_none());
}

#[test]
fn training_stops_where_the_engine_says_so() {
    let (mut state, _) = with_engine("limit=300");
    let effects = update(
        &mut state,
        Msg::Train {
            lane: None,
            steps: None,
        },
    );
    assert!(matches!(
        requests(&effects)[0],
        Request::Train {
            training: Training::Until(300),
            ..
        }
    ));
    let reply = progress(&state, LaneId::A, 300, false);
    update(&mut state, Msg::Engine(reply));
    assert!(!state.lanes[0].training);
    assert_eq!(state.lanes[0].history.loss, [(300, 5.0)]);
    // Asked again, it goes on beyond the limit.
    let effects = update(&mut state, Msg::ToggleTraining);
    assert!(matches!(
        requests(&effects)[0],
        Request::Train {
            training: Training::Until(600),
            ..
        }
    ));
}

#[test]
fn a_late_progress_of_a_pause_does_not_stop_a_new_start() {
    let (mut state, _) = with_engine("");
    update(
        &mut state,
        Msg::Train {
            lane: None,
            steps: None,
        },
    );
    update(&mut state, Msg::StopTraining { lane: None });
    update(&mut state, Msg::Reset);
    update(
        &mut state,
        Msg::Train {
            lane: None,
            steps: None,
        },
    );
    let reply = progress(&state, LaneId::A, 0, false);
    update(&mut state, Msg::Engine(reply));
    assert!(state.lanes[0].training);
}

#[test]
fn pictures_are_asked_for_once_and_again_when_the_field_has_moved_on() {
    let (mut state, effects) = with_engine("layers=arrows,particles");
    let jobs = |effects: &[Effect]| {
        let is_job = |r: &&&Request| matches!(r, Request::Job { .. });
        requests(effects).iter().filter(is_job).count()
    };
    assert_eq!(jobs(&effects), 1, "pairs only: there is no field yet");
    let reply = ensemble(&state, LaneId::A, 10);
    assert_eq!(jobs(&update(&mut state, Msg::Engine(reply.clone()))), 1);
    assert_eq!(jobs(&update(&mut state, Msg::Engine(reply))), 0);
    let done = Reply::Done {
        id: FIRST_PAGE_JOB + 2,
        answer: Err(protocol::Refusal::NoPoints),
    };
    update(&mut state, Msg::Engine(done));
    let reply = ensemble(&state, LaneId::A, 20);
    assert_eq!(jobs(&update(&mut state, Msg::Engine(reply))), 1);
}

#[test]
fn a_lost_engine_leaves_the_exact_flow_and_a_sentence() {
    let (mut state, _) = with_engine("target=moons");
    let reply = ensemble(&state, LaneId::A, 50);
    update(&mut state, Msg::Engine(reply));
    update(&mut state, Msg::EngineLost(EngineFault::Crashed));
    for _ in 0..400 {
        update(&mut state, Msg::Tick { dt: 0.02 });
    }
    assert_eq!(state.lanes[0].ensemble.as_ref().unwrap().step, None);
    assert_eq!(state.notices[0].key, "notice.no-engine");
}

#[test]
fn a_drawing_is_needed_before_it_can_be_learned() {
    let (mut state, effects) = with_engine("target=drawn");
    assert!(configured(&effects).is_empty());
    assert!(state.lanes[0].problem.is_some());
    let effects = update(&mut state, Msg::Draw(vec![[1.0, 1.0], [1.1, 1.0]]));
    assert_eq!(configured(&effects), [LaneId::A]);
    assert!(state.lanes[0].problem.is_none());
    update(&mut state, Msg::ClearDrawing);
    assert!(state.lanes[0].problem.is_some());
}

#[test]
fn time_runs_rests_and_starts_again() {
    let mut state = open("speed=10");
    let mut seen = Vec::new();
    for _ in 0..300 {
        update(&mut state, Msg::Tick { dt: 0.02 });
        seen.push(state.settings.t);
    }
    assert!(
        seen.iter().filter(|&&t| t == 1.0).count() > 20,
        "it rests at 1"
    );
    assert!(seen.windows(2).any(|w| w[1] < w[0]), "it starts again");
    set(&mut state, LaneId::A, "loop", "0");
    for _ in 0..200 {
        update(&mut state, Msg::Tick { dt: 0.02 });
    }
    assert_eq!((state.settings.t, state.playing), (1.0, false));
}

#[test]
fn comparing_differs_in_what_it_says() {
    let mut state = open("coupling=ot");
    update(&mut state, Msg::Compare("coupling".into()));
    let names = |s: &Settings| {
        link::lane_differences(s)
            .map(|p| p.name)
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&state.settings), ["coupling"]);
    update(&mut state, Msg::Compare("solver".into()));
    assert!(state.settings.borrow && names(&state.settings).contains(&"solver"));
}

/// Any visit at all: no panic, no time out of range, no notice without end.
#[test]
fn a_monkey_does_no_harm() {
    use app::schema::PARAMS;
    for seed in 0..12 {
        let mut rng = Rng::new(seed);
        let mut state = open("particles=100&steps=4");
        for _ in 0..250 {
            let msg = match rng.below(16) {
                0 => Msg::Tick {
                    dt: rng.normal() * 10.0,
                },
                1 => Msg::Seek(rng.normal() * 3.0),
                2 => Msg::TogglePlay,
                3 => Msg::ToggleTraining,
                4 => Msg::Reset,
                5 => Msg::ToggleCompare,
                6 => Msg::OpenScene(rng.below(SCENES.len() + 2) as u32),
                7 => Msg::TurnScene(rng.below(3) as i32 - 1),
                8 => Msg::ToggleLayer(Layer::ALL[rng.below(Layer::ALL.len())]),
                9 => Msg::Draw(vec![[rng.normal() * 9.0, f64::NAN]; rng.below(3)]),
                10 => Msg::Engine(Reply::Ready(cpu())),
                11 => Msg::EngineLost(EngineFault::Crashed),
                12 => Msg::Engine(progress(
                    &state,
                    LaneId::ALL[rng.below(2)],
                    rng.below(400) as u32,
                    rng.below(2) == 0,
                )),
                _ => {
                    let param = &PARAMS[rng.below(PARAMS.len())];
                    let (name, lane) = (param.name.to_owned(), LaneId::ALL[rng.below(2)]);
                    let heavy = ["particles", "steps"].contains(&param.name);
                    let text = if heavy {
                        "50".into()
                    } else {
                        link::sample_text(&param.kind, rng.below(12))
                    };
                    Msg::Set { lane, name, text }
                }
            };
            update(&mut state, msg);
            assert!((0.0..=1.0).contains(&state.settings.t));
            assert!(state.notices.len() <= 4);
            let (read, _) = link::parse(&link::print(&state.settings));
            assert_eq!(link::print(&read), link::print(&state.settings));
        }
    }
}
