//! What a screen reader says about the stage: sentences as keys and values. A value that is a key
//! itself (`choice.moons`) is translated by `app::text`.
//!
//! Steps and excess change many times a second while a lane trains, faster than anybody could
//! follow by ear: how often to speak is for the page to decide.

mod views;

use super::frames::Paths;
use super::numbers::three;
use app::notice::Notice;
use app::state::{LaneState, State};
use protocol::LaneId;

/// The description of the stage, sentence by sentence.
pub fn describe(state: &State) -> Vec<Notice> {
    let mut sentences = Vec::new();
    for lane in LaneId::ALL.into_iter().filter(|&lane| state.shown(lane)) {
        sentences.push(flow(state, lane));
        sentences.extend(spread(state, lane));
        sentences.extend(training(state, lane));
        sentences.extend(views::layers(state, lane));
        sentences.extend(views::charts(state, lane));
    }
    sentences.extend(difference(state));
    sentences
}

/// Which lane's stage this is, for the name of its canvas.
pub fn name(state: &State, lane: LaneId) -> Notice {
    let key = match (state.settings.lanes, lane) {
        (..=1, _) => "describe.stage",
        (_, LaneId::A) => "describe.stage-a",
        _ => "describe.stage-b",
    };
    let spec = state.spec(lane);
    let ends = [spec.data.source.name(), spec.data.target.name()];
    say(key, ends.map(choice))
}

fn say<const N: usize>(key: &'static str, values: [String; N]) -> Notice {
    let values = values.into();
    Notice { key, values }
}

/// The key of a choice's name.
fn choice(name: &str) -> String {
    format!("choice.{name}")
}

/// The key of a lane's name; with one lane, of what it is called then.
fn lane_name(state: &State, lane: LaneId) -> String {
    let key = match (state.settings.lanes, lane) {
        (..=1, _) => "describe.flow",
        (_, LaneId::A) => "describe.lane-a",
        _ => "describe.lane-b",
    };
    key.to_owned()
}

/// What is to be seen of a lane at this time.
fn flow(state: &State, lane: LaneId) -> Notice {
    let (own, spec) = (&state.lanes[lane], state.spec(lane));
    let name = lane_name(state, lane);
    if own.problem.is_some() {
        return say("describe.problem", [name]);
    }
    let ends = [spec.data.source.name(), spec.data.target.name()].map(choice);
    let [source, target] = ends;
    let time = format!("{:.2}", state.settings.t);
    match particles(own) {
        Some(count) => say("describe.particles", [name, count, time, source, target]),
        None => say("describe.waiting", [name, source, target]),
    }
}

/// The number of particles on a lane's stage.
fn particles(lane: &LaneState) -> Option<String> {
    let paths = Paths::of(lane.ensemble.as_ref()?)?;
    Some(paths.count.to_string())
}

/// Where the particles are: their mean, and the root of their mean variance over both axes.
fn spread(state: &State, lane: LaneId) -> Option<Notice> {
    let paths = Paths::of(state.lanes[lane].ensemble.as_ref()?)?;
    let bracket = paths.bracket(state.settings.t);
    let (mut count, mut sum, mut square) = (0.0, [0.0; 2], 0.0);
    for particle in 0..paths.count {
        let [x, y] = paths.between(bracket, particle).map(f64::from);
        if x.is_finite() && y.is_finite() {
            count += 1.0;
            sum = [sum[0] + x, sum[1] + y];
            square += x * x + y * y;
        }
    }
    let [x, y] = sum.map(|sum| sum / count);
    let spread = ((square / count - x * x - y * y) / 2.0).max(0.0).sqrt();
    let text = [x, y, spread].map(|value| format!("{value:.1}").replace("-0.0", "0.0"));
    (count > 0.0).then(|| say("describe.spread", text))
}

/// What the particles follow, and how good it is.
fn training(state: &State, lane: LaneId) -> Option<Notice> {
    let own = &state.lanes[lane];
    let ensemble = own.ensemble.as_ref()?;
    let step = own.step.to_string();
    if ensemble.step.is_none() {
        return Some(say("describe.exact", []));
    }
    if state.settings.borrows(lane) {
        return Some(say("describe.borrows", []));
    }
    Some(match own.history.excess.last() {
        Some(&(_, excess)) if excess.is_finite() => {
            say("describe.trained-excess", [step, three(excess)])
        }
        _ => say("describe.trained", [step]),
    })
}

/// What measured difference two lanes have.
fn difference(state: &State) -> Option<Notice> {
    let shown = LaneId::ALL
        .into_iter()
        .rev()
        .filter(|&lane| state.shown(lane));
    let gap = shown
        .filter_map(|lane| state.lanes[lane].transfer.as_ref())
        .next()?;
    Some(say("describe.gap", [three(gap.gap)]))
}
