//! Makes the state follow a change of settings: which lanes start anew, which are only sampled
//! otherwise, which leave the stage.

use super::centres;
use super::exact_preview;
use super::msg::{Effect, Event};
use super::notice::Notice;
use super::settings::Settings;
use super::state::handover::Handover;
use super::state::presence::Presence;
use super::state::preview::Preview;
use super::state::tour::Progress;
use super::state::views::Views;
use super::state::{EngineState, FIRST_PAGE_JOB, LaneState, State};
use super::user_data::{Endpoint, Pen};
use flow::experiment::Experiment;
use flow::spec::{Drawn, LaneSpec, Source, Target};
use protocol::{LaneId, Request, Training};

/// Notices kept at once; older ones go.
const NOTICES: usize = 4;

impl State {
    /// The state of a visit that starts with these settings.
    pub fn new(settings: Settings) -> Self {
        let mut state = Self {
            settings: Settings {
                lanes: 0,
                ..settings.clone()
            },
            lanes: [LaneState::default(), LaneState::default()],
            playing: settings.t == 0.0,
            reduced_motion: false,
            engine: EngineState::Loading { fraction: None },
            notices: Vec::new(),
            extent: 4.0,
            pointer: None,
            charts: Vec::new(),
            highlight: None,
            tour: Progress::default(),
            kept_drawing: None,
            rest: 0.0,
            runs: 0,
            jobs: FIRST_PAGE_JOB,
            handover: Handover::None,
            race: None,
            locks: Vec::new(),
            drawing: Endpoint::default(),
            pen: Pen::default(),
            presence: Presence::default(),
        };
        // No lane was shown before, so this starts every lane of the settings.
        settle(&mut state, settings, &mut Vec::new());
        state
    }
}

/// Shows a sentence to the user, once.
pub(crate) fn notify(state: &mut State, notice: Notice, effects: &mut Vec<Effect>) {
    if state.notices.contains(&notice) {
        return;
    }
    if state.notices.len() == NOTICES {
        state.notices.remove(0);
    }
    effects.push(Effect::Emit(Event::Error(notice.clone())));
    state.notices.push(notice);
}

/// What a change of settings means for a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Nothing,
    /// The field is followed otherwise; the network stays.
    Sampling,
    /// A new network.
    Restart,
    /// The lane leaves the stage.
    Leave,
}

/// Puts new settings into force.
pub fn settle(state: &mut State, settings: Settings, effects: &mut Vec<Effect>) {
    let before = std::mem::replace(&mut state.settings, settings);
    for lane in LaneId::ALL {
        match change(&before, &state.settings, lane) {
            Change::Nothing => {}
            Change::Sampling => resample(state, lane, effects),
            Change::Restart => restart(state, lane, effects),
            Change::Leave => leave(state, lane, effects),
        }
    }
    state.extent = extent(state);
    if before.spec(LaneId::A).training.limit != state.spec(LaneId::A).training.limit
        || before.spec(LaneId::B).training.limit != state.spec(LaneId::B).training.limit
    {
        retrain(state, effects);
    }
    exact_preview::refresh(state);
}

fn change(before: &Settings, now: &Settings, lane: LaneId) -> Change {
    match (before.shown(lane), now.shown(lane)) {
        (_, false) if !before.shown(lane) => Change::Nothing,
        (_, false) => Change::Leave,
        (false, true) => Change::Restart,
        (true, true) => difference(before, now, lane),
    }
}

fn difference(before: &Settings, now: &Settings, lane: LaneId) -> Change {
    let (old, new) = (before.spec(lane), now.spec(lane));
    let redrawn = redrawn(&new, &before.drawn, &now.drawn);
    if redrawn || before.borrows(lane) != now.borrows(lane) || !old.same_training(&new) {
        Change::Restart
    } else if old.sampling != new.sampling {
        Change::Sampling
    } else {
        Change::Nothing
    }
}

/// Whether the lane's data have been drawn, moved or written anew.
fn redrawn(spec: &LaneSpec, before: &Drawn, now: &Drawn) -> bool {
    let source = match spec.data.source {
        Source::Drawn => before.source != now.source,
        Source::Gmm => before.source_centres != now.source_centres,
        _ => false,
    };
    let target = match spec.data.target {
        Target::Drawn => before.target != now.target,
        Target::Gmm => before.centres != now.centres,
        Target::Letters => before.letters != now.letters,
        _ => false,
    };
    source || target
}

/// Starts a lane anew, and tells the engine.
fn restart(state: &mut State, lane: LaneId, effects: &mut Vec<Effect>) {
    renew(state, lane);
    configure(state, lane, effects);
}

/// Gives a lane a new run; whether the user wants it to train stays as it is.
pub(crate) fn renew(state: &mut State, lane: LaneId) {
    state.runs += 1;
    let spec = state.spec(lane);
    let training = if lane == LaneId::B && state.lanes[1].run == 0 {
        state.lanes[0].training
    } else {
        state.lanes[lane].training
    };
    let mut fresh = LaneState {
        run: state.runs,
        training,
        ..LaneState::default()
    };
    match Experiment::new(&spec, &state.settings.drawn) {
        Ok(math) => {
            fresh.data = exact_preview::data_sample(&math, spec.seed);
            fresh.math = Some(math);
        }
        Err(_) => {
            let role = Endpoint::ALL.into_iter().find(|role| {
                role.drawn_in(&state.settings, lane) && role.points(&state.settings).is_empty()
            });
            fresh.problem = Some(Notice {
                key: match role {
                    Some(Endpoint::Source) => "problem.draw-source",
                    _ => "problem.draw",
                },
                values: Vec::new(),
            });
        }
    }
    // The picture stays until the first one of the new run comes, so that nothing flickers.
    let old = std::mem::replace(&mut state.lanes[lane], fresh);
    if state.lanes[lane].problem.is_none() && state.engine_ready() {
        state.lanes[lane].ensemble = old.ensemble.filter(|e| e.step.is_some());
    }
    begin_preview(state, lane);
}

/// Tells the engine of a lane, if there is an engine and the lane can run.
pub fn configure(state: &mut State, lane: LaneId, effects: &mut Vec<Effect>) {
    if !state.engine_ready() {
        return;
    }
    if state.lanes[lane].problem.is_some() {
        effects.push(Effect::Send(Request::Drop { lane }));
        return;
    }
    effects.push(Effect::Send(configuration(state, lane)));
    resume(state, lane, effects);
    if state.lanes[lane].training {
        effects.push(Effect::Send(train_request(state, lane)));
    }
}

/// Everything the engine has to know when it arrives.
pub(crate) fn configure_all(state: &mut State, effects: &mut Vec<Effect>) {
    for lane in LaneId::ALL {
        if state.shown(lane) {
            state.lanes[lane].pictures.clear();
            configure(state, lane, effects);
        }
    }
}

/// What is kept of the run goes on in the engine.
fn resume(state: &mut State, lane: LaneId, effects: &mut Vec<Effect>) {
    let own = &mut state.lanes[lane];
    let run = own.run;
    if let Some(checkpoint) = own.kept.take().filter(|kept| kept.run == run) {
        effects.push(Effect::Send(Request::Resume { lane, checkpoint }));
    }
}

/// The request that sets a lane up in an engine.
pub(crate) fn configuration(state: &State, lane: LaneId) -> Request {
    Request::Configure {
        lane,
        run: state.lanes[lane].run,
        spec: state.spec(lane),
        drawn: state.settings.drawn.clone(),
        borrow: state.settings.borrows(lane),
    }
}

/// The request that has a lane train as far as its limit says.
pub(crate) fn train_request(state: &mut State, lane: LaneId) -> Request {
    let until = training_goal(state, lane);
    let own = &mut state.lanes[lane];
    own.running |= own.training;
    Request::Train {
        lane,
        run: own.run,
        training: if own.training {
            Training::Until(until)
        } else {
            Training::Pause
        },
    }
}

/// Steps that a lane trains to.
pub(crate) fn training_goal(state: &State, lane: LaneId) -> u32 {
    let limit = state.spec(lane).training.limit;
    let limit = if limit == 0 { u32::MAX } else { limit };
    state.lanes[lane].goal.unwrap_or(limit)
}

/// A new limit reaches the lanes that are training.
fn retrain(state: &mut State, effects: &mut Vec<Effect>) {
    for lane in LaneId::ALL {
        let own = &mut state.lanes[lane];
        own.goal = None;
        if own.training && state.shown(lane) && state.engine_ready() {
            effects.push(Effect::Send(train_request(state, lane)));
        }
    }
}

fn resample(state: &mut State, lane: LaneId, effects: &mut Vec<Effect>) {
    let spec = state.spec(lane);
    let sampling = spec.sampling;
    let own = &mut state.lanes[lane];
    own.sampling += 1;
    own.transfer = None;
    own.density = None;
    own.views = Views {
        // What depends on the data alone stays.
        costs: own.views.costs.take(),
        gradients: own.views.gradients.take(),
        matching: own.views.matching.take(),
        ..Views::default()
    };
    if let Ok(math) = Experiment::new(&state.settings.spec(lane), &state.settings.drawn) {
        state.lanes[lane].math = Some(math);
    }
    begin_preview(state, lane);
    if state.engine_ready() {
        effects.push(Effect::Send(Request::Sampling {
            lane,
            run: state.lanes[lane].run,
            sampling,
        }));
    }
}

fn leave(state: &mut State, lane: LaneId, effects: &mut Vec<Effect>) {
    state.lanes[lane] = LaneState::default();
    if state.engine_ready() {
        effects.push(Effect::Send(Request::Drop { lane }));
    }
}

/// Without an engine the page itself shows the exact flow.
pub(crate) fn begin_preview(state: &mut State, lane: LaneId) {
    if matches!(state.engine, EngineState::Ready(_)) {
        return;
    }
    let spec = state.spec(lane);
    let own = &mut state.lanes[lane];
    own.preview = own.math.as_ref().map(|math| Preview::new(math, &spec));
    own.ensemble = None;
    own.arrows = None;
    own.arrows_preview = None;
}

/// The stage shows both lanes at one scale, with some air around the data.
fn extent(state: &State) -> f64 {
    let lanes = state.lanes.iter().filter_map(|own| own.math.as_ref());
    let widest = lanes
        .map(|math| {
            let target = math.target().extent();
            // A variance-exploding path starts far outside; the data should still be seen.
            let start = math.schedule().sigma(0.0) * math.source().extent();
            start.min(FARTHEST * target).max(target)
        })
        .fold(0.0, f64::max);
    const AIR: f64 = 1.08;
    const FARTHEST: f64 = 2.5;
    /// Half-width of an empty stage.
    const SHEET: f64 = 4.0;
    let fitting = if widest > 0.0 { AIR * widest } else { SHEET };
    // What is drawn on must not move under the pen, nor under the hand that moves a centre.
    let drawn = Endpoint::ALL
        .iter()
        .any(|role| role.in_use(&state.settings));
    let least = match centres::roles(&state.settings)[..] {
        [] if drawn => SHEET,
        [] => 0.0,
        _ => centres::SHEET,
    };
    fitting.max(least)
}
