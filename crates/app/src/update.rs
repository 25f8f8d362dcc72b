//! The state machine: a message in, a changed state and effects out.

use super::link::owned;
use super::msg::{Effect, Event, Msg};
use super::notice::Notice;
use super::scenes::{self, COMPARISONS, Comparison, SCENES, scene};
use super::settings::Settings;
use super::settle::{notify, settle, train_request};
use super::state::{EngineState, State};
use super::user_data::{self, Endpoint, Imported, Pen};
use super::{
    exact_preview, handover, link, pictures, points, posterior, replies, rules, suspend, tour,
};
use protocol::LaneId;

/// Seconds that time rests at `t = 1` before it starts again, so that the data can be seen.
const REST: f64 = 1.2;
/// A passage from 0 to 1 at speed 1, in seconds.
const PASSAGE: f64 = 10.0;

/// Lets something happen to the page.
pub fn update(state: &mut State, msg: Msg) -> Vec<Effect> {
    let mut effects = Vec::new();
    let out = &mut effects;
    state.tour.touring &= !tour::ended_by(&msg);
    match msg {
        Msg::Tick { dt } => {
            tick(state, dt, out);
            if let Some(next) = tour::tick(state, dt) {
                open_scene(state, next, out);
            }
        }
        Msg::Set { lane, name, text } => {
            let prefix = if lane == LaneId::B { "b." } else { "" };
            patch(state, &[(format!("{prefix}{name}"), text)], out);
        }
        Msg::Patch(values) => patch(state, &values, out),
        Msg::OpenLink(fragment) => open_link(state, &fragment, out),
        Msg::Play => play(state, true, out),
        Msg::Pause => play(state, false, out),
        Msg::TogglePlay => play(state, !state.playing, out),
        Msg::StepTime(dt) => seek(state, state.settings.t + dt, out),
        Msg::Seek(t) => seek(state, t, out),
        Msg::Train { lane, steps } => train(state, lane, steps, out),
        Msg::StopTraining { lane } => stop(state, lane, out),
        Msg::ToggleTraining => toggle_training(state, out),
        Msg::Reset => reset(state, out),
        Msg::Compare(name) => compare(state, &name, out),
        Msg::ToggleCompare => toggle_compare(state, out),
        Msg::OpenScene(number) => open_scene(state, number, out),
        Msg::TurnScene(by) => turn_scene(state, by, out),
        Msg::ToggleTour => {
            if let Some(first) = tour::toggle(state) {
                open_scene(state, first, out);
            }
        }
        Msg::Highlight(term) => state.highlight = term,
        Msg::ToggleLayer(layer) => {
            let mut settings = state.settings.clone();
            settings.layers.set(layer, !settings.layers.has(layer));
            change(state, settings, out);
        }
        Msg::Draw(points) => draw(state, &points, out),
        Msg::ClearDrawing => {
            let mut settings = state.settings.clone();
            drawn(state).points_mut(&mut settings).clear();
            change(state, settings, out);
        }
        Msg::Pick(role) => state.drawing = role,
        Msg::Take(pen) => state.pen = pen,
        Msg::Bring { role, imported } => bring(state, role, &imported, out),
        Msg::Load { lane, weights } => suspend::load(state, lane, weights, out),
        Msg::Notify(notice) => notify(state, notice, out),
        Msg::Lock(names) => state.locks = names,
        Msg::Release => suspend::release(state, out),
        Msg::Recall => suspend::recall(state, out),
        Msg::Pointer(pointer) => state.pointer = pointer,
        Msg::Charts(charts) => state.charts = charts,
        Msg::RetryEngine => replies::retry(state, out),
        Msg::Dismiss => state.notices.clear(),
        Msg::ReducedMotion(on) => {
            state.reduced_motion = on;
            state.playing &= !on;
        }
        Msg::Engine(reply) => replies::engine(state, reply, out),
        Msg::EngineLoading { fraction } => {
            if !matches!(state.engine, EngineState::Ready(_)) {
                state.engine = EngineState::Loading { fraction };
            }
        }
        Msg::EngineLost(reason) => replies::lost(state, reason, out),
        Msg::Candidate(reply) => handover::candidate(state, reply, out),
        Msg::CandidateLost(reason) => handover::candidate_lost(state, reason),
    }
    posterior::refresh(state);
    pictures::refresh(state, out);
    effects
}

fn tick(state: &mut State, dt: f64, effects: &mut Vec<Effect>) {
    exact_preview::advance(state);
    if !state.playing || !dt.is_finite() {
        return;
    }
    let settings = &mut state.settings;
    if settings.t < 1.0 {
        settings.t = (settings.t + dt.clamp(0.0, 0.25) * settings.speed / PASSAGE).min(1.0);
        state.rest = 0.0;
        effects.push(Effect::Emit(Event::Time));
        return;
    }
    state.rest += dt;
    if state.rest >= REST && settings.repeat {
        settings.t = 0.0;
    } else if !settings.repeat {
        state.playing = false;
    }
}

/// New settings, whatever they came from.
fn change(state: &mut State, mut settings: Settings, effects: &mut Vec<Effect>) {
    for notice in kept(state, &mut settings) {
        notify(state, notice, effects);
    }
    if settings == state.settings {
        return;
    }
    settle(state, settings, effects);
    changed(state, effects);
}

/// Takes back what is locked or cannot be combined, and says so.
fn kept(state: &State, settings: &mut Settings) -> Vec<Notice> {
    let mut notices = rules::keep(&state.settings, settings);
    notices.extend(rules::keep_locked(&state.settings, settings, &state.locks));
    notices
}

/// Link and listeners hear of a change.
fn changed(state: &mut State, effects: &mut Vec<Effect>) {
    handover::reconsider(state, effects);
    effects.push(Effect::WriteLink(link_of(state)));
    effects.push(Effect::Emit(Event::State));
}

/// The link to what is shown. While time runs, where it happens to be is no part of it.
pub(crate) fn link_of(state: &State) -> String {
    let mut settings = state.settings.clone();
    if state.playing {
        settings.t = 0.0;
    }
    link::print(&settings)
}

fn patch(state: &mut State, values: &[(String, String)], effects: &mut Vec<Effect>) {
    let mut settings = state.settings.clone();
    for notice in link::apply(&mut settings, values) {
        notify(state, notice, effects);
    }
    change(state, settings, effects);
}

/// What a patch would have to tell.
pub fn notices_of(state: &State, values: &[(String, String)]) -> Vec<Notice> {
    let mut settings = state.settings.clone();
    let mut notices = link::apply(&mut settings, values);
    notices.extend(kept(state, &mut settings));
    notices
}

fn open_link(state: &mut State, fragment: &str, effects: &mut Vec<Effect>) {
    let (mut settings, mut notices) = link::parse(fragment);
    notices.extend(rules::keep(&link::defaults(fragment), &mut settings));
    state.kept_drawing = None;
    for notice in notices {
        notify(state, notice, effects);
    }
    if settings.t > 0.0 {
        state.playing = false;
    }
    // A link comes from the host, which is not bound by its own locks.
    if settings != state.settings {
        settle(state, settings, effects);
        changed(state, effects);
    }
}

fn play(state: &mut State, on: bool, effects: &mut Vec<Effect>) {
    if on && state.settings.t >= 1.0 {
        state.settings.t = 0.0;
    }
    state.playing = on;
    changed(state, effects);
}

fn seek(state: &mut State, t: f64, effects: &mut Vec<Effect>) {
    if !t.is_finite() {
        return;
    }
    if refused(state, "t", effects) {
        return;
    }
    // Four digits are more than the eye sees and keep the link short.
    state.settings.t = (t.clamp(0.0, 1.0) * 1e4).round() / 1e4;
    state.playing = false;
    effects.push(Effect::Emit(Event::Time));
    changed(state, effects);
}

/// Whether the host has locked a parameter; the user is told.
fn refused(state: &mut State, name: &str, effects: &mut Vec<Effect>) -> bool {
    let locked = state.locks.iter().any(|lock| lock == name || lock == "all");
    if locked {
        let notice = Notice {
            key: "notice.locked",
            values: vec![name.to_owned()],
        };
        notify(state, notice, effects);
    }
    locked
}

/// The lanes meant by `lane`, or all that train networks of their own.
fn trained_lanes(state: &State, lane: Option<LaneId>) -> Vec<LaneId> {
    let settings = &state.settings;
    match lane {
        Some(lane) => vec![settings.trained_lane(lane)],
        None => LaneId::ALL
            .into_iter()
            .filter(|&l| state.shown(l) && !settings.borrows(l))
            .collect(),
    }
}

fn train(state: &mut State, lane: Option<LaneId>, steps: Option<u32>, effects: &mut Vec<Effect>) {
    for lane in trained_lanes(state, lane) {
        let limit = state.spec(lane).training.limit;
        let own = &mut state.lanes[lane];
        own.training = true;
        // Asked to go on at the limit, a lane trains as many steps again.
        own.goal = match steps {
            Some(steps) => Some(own.step.saturating_add(steps)),
            None if limit > 0 && own.step >= limit => Some(own.step.saturating_add(limit)),
            None => None,
        };
        if state.engine_ready() && state.lanes[lane].problem.is_none() {
            effects.push(Effect::Send(train_request(state, lane)));
        }
    }
    effects.push(Effect::Emit(Event::State));
}

fn stop(state: &mut State, lane: Option<LaneId>, effects: &mut Vec<Effect>) {
    for lane in trained_lanes(state, lane) {
        state.lanes[lane].training = false;
        if state.engine_ready() && state.lanes[lane].problem.is_none() {
            effects.push(Effect::Send(train_request(state, lane)));
        }
    }
    effects.push(Effect::Emit(Event::State));
}

fn toggle_training(state: &mut State, effects: &mut Vec<Effect>) {
    if state.lanes.iter().any(|own| own.training) {
        stop(state, None, effects);
    } else {
        train(state, None, None, effects);
    }
}

/// New networks from the same seed; what trained goes on training from the start.
fn reset(state: &mut State, effects: &mut Vec<Effect>) {
    let settings = state.settings.clone();
    state.settings.lanes = 0;
    settle(state, settings, effects);
    changed(state, effects);
}

fn compare(state: &mut State, name: &str, effects: &mut Vec<Effect>) {
    let Some(comparison) = COMPARISONS.iter().find(|c| c.key == name) else {
        return;
    };
    let mut settings = state.settings.clone();
    settings.lanes = 2;
    settings.lane[1] = settings.lane[0];
    link::apply(&mut settings, &owned(comparison.patch));
    make_them_differ(&mut settings, comparison);
    change(state, settings, effects);
}

/// If lane A already has what the comparison gives lane B, lane B gets the default instead.
fn make_them_differ(settings: &mut Settings, comparison: &Comparison) {
    if settings.lane[0] == settings.lane[1] {
        let default = Settings::default();
        for param in comparison
            .patch
            .iter()
            .filter_map(|(name, _)| super::schema::param(name.strip_prefix("b.")?))
        {
            (param.set)(settings, LaneId::B, (param.get)(&default, LaneId::A));
        }
    }
}

fn toggle_compare(state: &mut State, effects: &mut Vec<Effect>) {
    if state.settings.lanes == 2 {
        let settings = Settings {
            lanes: 1,
            ..state.settings.clone()
        };
        change(state, settings, effects);
    } else if state.settings.lane[0] == state.settings.lane[1] {
        compare(state, COMPARISONS[0].key, effects);
    } else {
        let settings = Settings {
            lanes: 2,
            ..state.settings.clone()
        };
        change(state, settings, effects);
    }
}

/// Opens a scene: what it sets, whether it plays and whether it trains.
fn open_scene(state: &mut State, number: u32, effects: &mut Vec<Effect>) {
    let Some(scene) = scene(number) else {
        return;
    };
    if refused(state, "scene", effects) {
        return;
    }
    let drawn = visitors_drawing(state, number);
    let Some(settings) = link::scene_settings(number, drawn) else {
        return;
    };
    state.playing = settings.t == 0.0 && !state.reduced_motion;
    for own in &mut state.lanes {
        own.training = scene.trains;
    }
    change(state, settings, effects);
    if scene.trains {
        go_on(state, effects);
    } else {
        stop(state, None, effects);
    }
}

/// Trains the lanes that have not come to their limit: a scene that goes on with the networks of the one
/// before it shows them as they are.
fn go_on(state: &mut State, effects: &mut Vec<Effect>) {
    for lane in trained_lanes(state, None) {
        let limit = state.spec(lane).training.limit;
        let own = &mut state.lanes[lane];
        own.training = limit == 0 || own.step < limit;
        if own.training {
            train(state, Some(lane), None, effects);
        }
    }
}

/// The visitor's own drawing, which is kept aside while a scene shows another.
fn visitors_drawing(state: &mut State, next: u32) -> flow::spec::Drawn {
    let kept = state.kept_drawing.take();
    let drawn = kept.unwrap_or_else(|| state.settings.drawn.clone());
    if scenes::brings_drawing(next) {
        state.kept_drawing = Some(drawn.clone());
    }
    drawn
}

fn turn_scene(state: &mut State, by: i32, effects: &mut Vec<Effect>) {
    let next = state.settings.scene as i32 + by;
    open_scene(state, next.clamp(1, SCENES.len() as i32) as u32, effects);
}

/// The drawing that strokes go to.
fn drawn(state: &State) -> Endpoint {
    let lanes = LaneId::ALL.into_iter().filter(|&lane| state.shown(lane));
    let mut roles = lanes.filter_map(|lane| user_data::role(&state.settings, lane, state.drawing));
    roles.next().unwrap_or(state.drawing)
}

/// How far the eraser reaches, as a share of the stage's half-width.
const ERASER: f64 = 0.05;

fn draw(state: &mut State, points: &[flow::Point], effects: &mut Vec<Effect>) {
    let mut settings = state.settings.clone();
    let kept = drawn(state).points_mut(&mut settings);
    if state.pen == Pen::Erase {
        *kept = user_data::erased(kept, points, ERASER * state.extent);
        return change(state, settings, effects);
    }
    kept.extend(points.iter().copied().map(points::quantise));
    if kept.len() > points::MOST {
        kept.truncate(points::MOST);
        let notice = Notice {
            key: "notice.points",
            values: vec![points::MOST.to_string()],
        };
        notify(state, notice, effects);
    }
    change(state, settings, effects);
}

/// Points that were brought along take the place of a drawing, and lane A, if no lane does yet, has
/// them as its data.
fn bring(state: &mut State, role: Endpoint, imported: &Imported, effects: &mut Vec<Effect>) {
    for notice in imported.notices() {
        notify(state, notice, effects);
    }
    let mut settings = state.settings.clone();
    role.points_mut(&mut settings).clone_from(&imported.points);
    if !role.in_use(&settings) {
        let pairs = [(role.name().to_owned(), "drawn".to_owned())];
        link::apply(&mut settings, &pairs);
    }
    state.drawing = role;
    change(state, settings, effects);
}
