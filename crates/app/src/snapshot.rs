//! The state as JSON, for the API and for saved files.

use super::schema::PARAMS;
use super::state::{EngineState, State};
use super::statuses;
use super::update::link_of;
use super::value::Value;
use protocol::{Backend, BackendKind, LaneId};
use serde_json::{Map, Value as Json};

/// The whole state: every parameter by its schema name (`b.` where lane B differs), the link, and
/// the figures of each lane on the stage.
pub fn snapshot(state: &State) -> Json {
    let mut map = parameters(state);
    map.insert("hash".into(), format!("#{}", link_of(state)).into());
    map.insert("playing".into(), state.playing.into());
    map.insert("engine".into(), engine(state));
    let figures = LaneId::ALL
        .into_iter()
        .filter(|&l| state.shown(l))
        .map(|l| lane(state, l));
    map.insert("figures".into(), Json::Array(figures.collect()));
    Json::Object(map)
}

fn parameters(state: &State) -> Map<String, Json> {
    let mut map = Map::new();
    for param in PARAMS {
        let a = (param.get)(&state.settings, LaneId::A);
        let b = (param.get)(&state.settings, LaneId::B);
        if param.per_lane && a != b && state.settings.lanes == 2 {
            map.insert(format!("b.{}", param.name), json_of(&b));
        }
        map.insert(param.name.to_owned(), json_of(&a));
    }
    map
}

fn json_of(value: &Value) -> Json {
    match value {
        Value::Whole(x) => (*x).into(),
        Value::Real(x) => (*x).into(),
        Value::Flag(x) => (*x).into(),
        Value::Label(x) => (*x).into(),
        other => other.print().into(),
    }
}

/// The text that a JSON value of a patch stands for; `None` for what no parameter can be.
pub(crate) fn text_of(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(match number.as_i64() {
            Some(whole) => whole.to_string(),
            None => number.as_f64()?.to_string(),
        }),
        Json::Bool(flag) => Some(flag.to_string()),
        Json::Array(items) => items
            .iter()
            .map(text_of)
            .collect::<Option<Vec<_>>>()
            .map(|v| v.join(",")),
        _ => None,
    }
}

/// An object of these entries. Less of a program than what `json!` makes of them.
pub fn object(entries: Vec<(&str, Json)>) -> Json {
    let mut map = Map::new();
    for (name, value) in entries {
        map.insert(name.to_owned(), value);
    }
    Json::Object(map)
}

/// Where the engine stands: `{state, backend, detail}`.
pub fn engine(state: &State) -> Json {
    match &state.engine {
        EngineState::Loading { fraction } => object(vec![
            ("state", "loading".into()),
            ("fraction", (*fraction).into()),
        ]),
        EngineState::Ready(backend) => object(vec![
            ("state", "ready".into()),
            ("backend", backend_name(backend.kind()).into()),
            ("detail", detail(backend).into()),
        ]),
        EngineState::Lost(fault) => object(vec![
            ("state", "lost".into()),
            ("detail", statuses::engine_fault(fault).into()),
        ]),
    }
}

/// The adapter's name, or the code of why the CPU was taken; nothing where nothing else was asked for.
fn detail(backend: &Backend) -> &str {
    match backend {
        Backend::Cpu(reason) => statuses::cpu_reason(reason).unwrap_or_default(),
        Backend::WebGpu { adapter } => adapter,
    }
}

/// The name of a backend in the API and in host options.
pub(crate) fn backend_name(kind: BackendKind) -> &'static str {
    match kind {
        BackendKind::Cpu => "cpu",
        BackendKind::WebGpu => "webgpu",
    }
}

/// The figures of a lane: `{step, training, loss, floor, excess, straightness, stepsPerSecond, ...}`.
pub fn lane(state: &State, lane: LaneId) -> Json {
    let own = &state.lanes[lane];
    let last = |curve: &[(u32, f64)]| curve.last().map(|&(_, value)| value);
    object(vec![
        ("lane", lane.index().into()),
        ("step", own.step.into()),
        ("training", own.training.into()),
        (
            "exact",
            own.ensemble
                .as_ref()
                .is_some_and(|e| e.step.is_none())
                .into(),
        ),
        ("loss", last(&own.history.loss).into()),
        ("floor", own.history.floor.into()),
        ("floorError", own.accuracy.floor_error.into()),
        ("excess", last(&own.history.excess).into()),
        ("excessError", own.accuracy.excess_error.into()),
        ("estimated", own.accuracy.estimated.into()),
        ("round", own.round.into()),
        ("straightness", last(&own.history.straightness).into()),
        ("stepsPerSecond", own.steps_per_second.into()),
        ("nfe", own.ensemble.as_ref().map(|e| e.nfe).into()),
        ("cost", own.pairs.as_ref().map(|p| p.cost).into()),
        ("crossings", own.pairs.as_ref().map(|p| p.crossings).into()),
        ("gap", own.transfer.as_ref().map(|t| t.gap).into()),
    ])
}
