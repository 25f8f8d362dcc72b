//! What the page asks the engine for only to be drawn, replayed without a browser.

use app::link;
use app::msg::{Effect, Msg};
use app::settings::Layer;
use app::state::{EngineState, State};
use app::update::update;
use protocol::{
    Accuracy, Answer, Backend, CpuReason, EngineFault, Ensemble, Finding, Floats, Job, JobId,
    LaneFault, LaneId, Map, Progress, Reply, Request, Study,
};

fn visit(fragment: &str) -> State {
    let mut state = State::new(link::parse(fragment).0);
    let backend = Backend::Cpu(CpuReason::Chosen);
    update(&mut state, Msg::Engine(Reply::Ready(backend)));
    state
}

fn jobs(effects: &[Effect]) -> Vec<(JobId, Job)> {
    let job = |effect: &Effect| match effect {
        Effect::Send(Request::Job { id, job, .. }) => Some((*id, job.clone())),
        _ => None,
    };
    effects.iter().filter_map(job).collect()
}

/// A picture of the particles after that many steps.
fn picture(state: &State, step: u32) -> Msg {
    Msg::Engine(Reply::Ensemble(Ensemble {
        lane: LaneId::A,
        run: state.lanes[0].run,
        step: Some(step),
        times: vec![0.0, 1.0],
        frames: Floats(vec![0.0, 0.0, 1.0, 1.0]),
        nfe: 64,
    }))
}

fn map_of(job: &Job) -> Option<(Map, f64)> {
    match job {
        Job::Grid { map, extent, .. } => Some((*map, *extent)),
        _ => None,
    }
}

#[test]
fn every_layer_asks_for_what_it_shows_once_there_is_a_network() {
    let layers = [
        (Layer::Error, Map::Error),
        (Layer::Divergence, Map::Divergence),
        (Layer::Score, Map::Score),
        (Layer::Magnitude, Map::Velocity),
    ];
    for (layer, map) in layers {
        let mut state = visit("layers=particles");
        let asked = jobs(&update(&mut state, Msg::ToggleLayer(layer)));
        assert!(asked.is_empty(), "there is no network yet");
        let picture = picture(&state, 10);
        let asked = jobs(&update(&mut state, picture));
        assert_eq!(map_of(&asked[0].1).unwrap().0, map);
        assert!(
            jobs(&update(&mut state, Msg::Tick { dt: 0.1 })).is_empty(),
            "once"
        );
    }
    let is_it = |layer: Layer, study: &Study| match layer {
        Layer::Grid => matches!(study, Study::Mesh { .. }),
        Layer::Matching => matches!(study, Study::Matching { .. }),
        Layer::Region => matches!(study, Study::Balance { .. }),
        _ => matches!(study, Study::RoundTrip { .. }),
    };
    for layer in [Layer::Grid, Layer::Matching, Layer::Region, Layer::FlowMap] {
        let mut state = visit("layers=particles");
        let first = picture(&state, 10);
        update(&mut state, first);
        let asked = jobs(&update(&mut state, Msg::ToggleLayer(layer)));
        assert!(
            matches!(&asked[0].1, Job::Study(study) if is_it(layer, study)),
            "{layer:?}"
        );
    }
}

#[test]
fn a_picture_of_another_way_to_sample_is_not_shown() {
    let mut state = visit("layers=particles");
    let first = picture(&state, 10);
    update(&mut state, first);
    let asked = jobs(&update(&mut state, Msg::ToggleLayer(Layer::Error)));
    let (id, _) = asked[0];
    let patch = vec![("sample_schedule".to_owned(), "cosine".to_owned())];
    update(&mut state, Msg::Patch(patch));
    let answer = Ok(Answer::Grid(Floats(vec![0.0; 19 * 19 * 17 * 2])));
    let again = jobs(&update(&mut state, Msg::Engine(Reply::Done { id, answer })));
    assert!(state.lanes[0].views.error.is_none());
    assert!(
        again
            .iter()
            .any(|(_, job)| matches!(map_of(job), Some((Map::Error, _))))
    );
}

#[test]
fn charts_ask_while_they_are_on_the_page() {
    let mut state = visit("layers=particles");
    let first = picture(&state, 10);
    update(&mut state, first);
    let names = ["errors", "costs", "likelihood", "gradients", "stepcost"];
    let charts = names.map(str::to_owned).to_vec();
    let asked = jobs(&update(&mut state, Msg::Charts(charts)));
    assert_eq!(asked.len(), names.len());
    let (id, _) = asked
        .iter()
        .find(|(_, job)| matches!(job, Job::Study(Study::Costs { .. })))
        .unwrap();
    let points = vec![(16, 10.2)];
    let independent = 35.3;
    let answer = Ok(Answer::Study(Finding::Costs {
        points,
        independent,
    }));
    update(&mut state, Msg::Engine(Reply::Done { id: *id, answer }));
    assert_eq!(
        state.lanes[0].views.costs.as_ref().unwrap().independent,
        35.3
    );
    // What the data alone decide is not asked again when the network has moved on.
    update(&mut state, Msg::Charts(vec!["costs".into()]));
    let next = picture(&state, 20);
    assert!(jobs(&update(&mut state, next)).is_empty());
}

#[test]
fn the_table_of_figures_is_measured_rarely_while_a_lane_trains() {
    let mut state = visit("layers=particles");
    state.lanes[0].training = true;
    let first = picture(&state, 10);
    update(&mut state, first);
    let measured = |effects: &[Effect]| {
        let asked = jobs(effects);
        let asked = asked.into_iter().filter(|(_, job)| *job == Job::Metrics);
        asked.map(|(id, _)| id).collect::<Vec<_>>()
    };
    let mut ids = measured(&update(&mut state, Msg::Charts(vec!["measures".into()])));
    assert!(
        ids.is_empty(),
        "a network that has hardly begun is not measured"
    );
    for (step, times) in [(255, 0), (300, 1), (400, 0), (600, 1)] {
        if let Some(id) = ids.pop() {
            let answer = Err(protocol::Refusal::NoPoints);
            update(&mut state, Msg::Engine(Reply::Done { id, answer }));
        }
        let next = picture(&state, step);
        ids = measured(&update(&mut state, next));
        assert_eq!(ids.len(), times, "after {step} steps");
    }
}

#[test]
fn a_density_is_asked_again_when_the_stage_shows_more_of_the_plane() {
    let mut state = visit("layers=density,particles&target=moons");
    let again = jobs(&update(&mut state, Msg::ToggleLayer(Layer::Arrows)));
    assert!(
        again
            .iter()
            .all(|(_, job)| map_of(job).map(|m| m.0) != Some(Map::Density))
    );
    let before = state.extent;
    let mut effects = Vec::new();
    for (name, text) in [
        ("lanes", "2"),
        ("b.target", "8gaussians"),
        ("b.source", "8gaussians"),
    ] {
        let patch = vec![(name.to_owned(), text.to_owned())];
        effects.extend(update(&mut state, Msg::Patch(patch)));
    }
    assert!(state.extent > before);
    // The first question is still open; once it is answered the other is asked, for lane A too.
    let first = 1 << 31;
    for id in first..first + 20 {
        let answer = Ok(Answer::Grid(Floats(vec![0.0; 96 * 96 * 25])));
        effects.extend(update(&mut state, Msg::Engine(Reply::Done { id, answer })));
    }
    let asked = jobs(&effects);
    let of_extent = |(_, job): &&(JobId, Job)| map_of(job) == Some((Map::Density, state.extent));
    assert!(asked.iter().filter(of_extent).count() >= 2, "{asked:?}");
    assert_eq!(
        state.lanes[0].density.as_ref().unwrap().extent,
        state.extent
    );
}

fn progress(state: &State, round: u32, excess: f64) -> Msg {
    Msg::Engine(Reply::Progress(Progress {
        lane: LaneId::A,
        run: state.lanes[0].run,
        step: 100 * (round + 1),
        loss: 2.0,
        floor: Some(1.0),
        excess: Some(excess),
        straightness: None,
        kinetic: None,
        steps_per_second: 100.0,
        running: true,
        round,
        accuracy: Accuracy {
            floor_error: Some(0.01),
            excess_error: Some(0.02),
            estimated: round > 0,
            measured_at: 100 * (round + 1) - 7,
        },
    }))
}

#[test]
fn another_round_has_other_pairs_and_another_excess() {
    let mut state = visit("coupling=reflow&layers=particles");
    let first = progress(&state, 0, 0.5);
    assert!(
        jobs(&update(&mut state, first)).is_empty(),
        "the pairs have been asked for"
    );
    let own = &state.lanes[0];
    assert_eq!(
        (own.history.excess.clone(), own.round),
        (vec![(93, 0.5)], 0)
    );
    let answer = Err(protocol::Refusal::NoPoints);
    update(
        &mut state,
        Msg::Engine(Reply::Done {
            id: (1 << 31) + 1,
            answer,
        }),
    );
    let second = progress(&state, 1, 0.1);
    let asked = jobs(&update(&mut state, second));
    assert!(matches!(asked[..], [(_, Job::Couple { .. })]), "{asked:?}");
    let own = &state.lanes[0];
    assert_eq!(
        (own.history.excess.clone(), own.round),
        (vec![(193, 0.1)], 1)
    );
    assert!(own.accuracy.estimated);
}

#[test]
fn one_lane_fails_and_the_other_trains_on() {
    let mut state = visit("lanes=2&b.lr=0.1");
    update(
        &mut state,
        Msg::Train {
            lane: None,
            steps: None,
        },
    );
    let failed = Reply::LaneFailed {
        lane: LaneId::B,
        run: state.lanes[1].run,
        fault: LaneFault::Diverged { step: 9 },
    };
    update(&mut state, Msg::Engine(failed.clone()));
    assert_eq!(
        state.lanes.each_ref().map(|own| own.training),
        [true, false]
    );
    assert_eq!(state.notices.len(), 1);
    // A run that is no more cannot fail.
    update(
        &mut state,
        Msg::Train {
            lane: None,
            steps: None,
        },
    );
    update(&mut state, Msg::Reset);
    update(&mut state, Msg::Engine(failed));
    assert!(state.lanes[1].training);
}

#[test]
fn a_lost_engine_is_started_again_when_the_user_asks() {
    let mut state = visit("");
    assert!(
        update(&mut state, Msg::RetryEngine).is_empty(),
        "it is not lost"
    );
    update(&mut state, Msg::EngineLost(EngineFault::Crashed));
    assert_eq!(state.notices.len(), 1);
    let effects = update(&mut state, Msg::RetryEngine);
    assert!(effects.contains(&Effect::Load) && state.notices.is_empty());
    assert_eq!(state.engine, EngineState::Loading { fraction: None });
    let backend = Backend::Cpu(CpuReason::Chosen);
    let effects = update(&mut state, Msg::Engine(Reply::Ready(backend)));
    assert!(
        effects
            .iter()
            .any(|e| matches!(e, Effect::Send(Request::Configure { .. })))
    );
}
