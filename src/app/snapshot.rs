//! The state as JSON, for the API and for saved files.

use super::schema::PARAMS;
use super::state::{EngineState, State};
use super::update::link_of;
use super::value::Value;
use crate::engine::protocol::BackendKind;
use serde_json::{Map, Value as Json, json};

/// The whole state: every parameter by its schema name (`b.` where lane B differs), the link, and
/// the figures of each lane on the stage.
pub fn snapshot(state: &State) -> Json {
    let mut map = parameters(state);
    map.insert("hash".into(), json!(format!("#{}", link_of(state))));
    map.insert("playing".into(), json!(state.playing));
    map.insert("engine".into(), engine(state));
    let figures = (0..2).filter(|&l| state.shown(l)).map(|l| lane(state, l));
    map.insert("figures".into(), Json::Array(figures.collect()));
    Json::Object(map)
}

fn parameters(state: &State) -> Map<String, Json> {
    let mut map = Map::new();
    for param in PARAMS {
        let a = (param.get)(&state.settings, 0);
        let b = (param.get)(&state.settings, 1);
        if param.per_lane && a != b && state.settings.lanes == 2 {
            map.insert(format!("b.{}", param.name), json_of(&b));
        }
        map.insert(param.name.to_owned(), json_of(&a));
    }
    map
}

fn json_of(value: &Value) -> Json {
    match value {
        Value::Whole(x) => json!(x),
        Value::Real(x) => json!(x),
        Value::Flag(x) => json!(x),
        Value::Label(x) => json!(x),
        other => json!(other.print()),
    }
}

/// The text that a JSON value of a patch stands for; `None` for what no parameter can be.
pub fn text_of(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Number(_) | Json::Bool(_) => Some(json.to_string()),
        Json::Array(items) => items
            .iter()
            .map(text_of)
            .collect::<Option<Vec<_>>>()
            .map(|v| v.join(",")),
        _ => None,
    }
}

/// Where the engine stands: `{state, backend, detail}`.
pub fn engine(state: &State) -> Json {
    match &state.engine {
        EngineState::Loading { fraction } => json!({"state": "loading", "fraction": fraction}),
        EngineState::Ready(backend) => json!({
            "state": "ready",
            "backend": backend_name(backend.kind),
            "detail": backend.detail,
        }),
        EngineState::Lost(reason) => json!({"state": "lost", "detail": reason}),
    }
}

/// The name of a backend in the API and in host options.
pub fn backend_name(kind: BackendKind) -> &'static str {
    match kind {
        BackendKind::Cpu => "cpu",
        BackendKind::WebGpu => "webgpu",
    }
}

/// The figures of a lane: `{step, training, loss, floor, excess, straightness, stepsPerSecond, ...}`.
pub fn lane(state: &State, lane: usize) -> Json {
    let own = &state.lanes[lane];
    let last = |curve: &[(u32, f64)]| curve.last().map(|&(_, value)| value);
    json!({
        "lane": lane,
        "step": own.step,
        "training": own.training,
        "exact": own.ensemble.as_ref().is_some_and(|e| e.step.is_none()),
        "loss": last(&own.history.loss),
        "floor": own.history.floor,
        "floorError": own.accuracy.floor_error,
        "excess": last(&own.history.excess),
        "excessError": own.accuracy.excess_error,
        "estimated": own.accuracy.estimated,
        "round": own.round,
        "straightness": last(&own.history.straightness),
        "stepsPerSecond": own.steps_per_second,
        "nfe": own.ensemble.as_ref().map(|e| e.nfe),
        "cost": own.pairs.as_ref().map(|p| p.cost),
        "crossings": own.pairs.as_ref().map(|p| p.crossings),
        "gap": own.transfer.as_ref().map(|t| t.gap),
    })
}
