//! JavaScript values in, JavaScript values out; points as flat `Float32Array`s.

use super::super::dom::{js, property, set_property};
use crate::app::api::Beside;
use crate::app::own::Brought;
use crate::engine::protocol::{Answer, Ensemble, Metrics};
use crate::flow::distribution::Estimate;
use js_sys::{Array, ArrayBuffer, Float32Array, JSON, Object};
use serde_json::{Value as Json, json};
use wasm_bindgen::{JsCast, JsValue};

/// A call's arguments: JSON, and what would be long in JSON, or is none.
///
/// # Errors
/// If they are no data (functions, cycles).
pub fn read_args(args: &JsValue) -> Result<(Json, Beside), String> {
    if args.is_undefined() || args.is_null() {
        return Ok((Json::Null, Beside::default()));
    }
    let beside = Beside {
        points: read_points(&property(args, "points")),
        bytes: super::super::own::bytes(&property(args, "bytes")),
    };
    let mut plain = args.clone();
    for (name, read) in [
        ("points", beside.points.is_some()),
        ("bytes", beside.bytes.is_some()),
    ] {
        if read {
            plain = without(&plain, name);
        }
    }
    let text = JSON::stringify(&plain)
        .ok()
        .and_then(|text| text.as_string());
    let json = text.and_then(|text| serde_json::from_str(&text).ok());
    let json = json.ok_or("The arguments must be one object of plain values.")?;
    Ok((json, beside))
}

fn read_points(points: &JsValue) -> Option<Vec<f32>> {
    let list = Array::is_array(points) || ArrayBuffer::is_view(points);
    list.then(|| Float32Array::new(points).to_vec())
}

fn without(args: &JsValue, name: &str) -> JsValue {
    let copy = Object::assign(&Object::new(), args.unchecked_ref());
    let _ = js_sys::Reflect::delete_property(&copy, &name.into());
    copy.into()
}

/// An answer of the engine's.
pub fn of_answer(answer: Answer) -> JsValue {
    match answer {
        Answer::Sample { ensemble } => of_sample(&ensemble),
        Answer::Field(values) | Answer::Grid(values) => floats(&values.0),
        Answer::Likelihood {
            log_densities,
            errors,
            nfe,
        } => object(&[
            ("logDensities", floats(&log_densities.0)),
            ("errors", floats(&errors.0)),
            ("nfe", nfe.into()),
        ]),
        // The page's own; no verb asks for one.
        Answer::Study(_) => JsValue::UNDEFINED,
        Answer::Couple {
            x0,
            x1,
            cost,
            crossings,
            crossing_sample,
        } => object(&[
            ("x0", floats(&x0.0)),
            ("x1", floats(&x1.0)),
            ("cost", cost.into()),
            ("crossings", crossings.into()),
            ("crossingSample", crossing_sample.into()),
        ]),
        Answer::Metrics(metrics) => js(&of_metrics(&metrics)),
        Answer::TransferGap { gap, steps, .. } => js(&json!({"gap": gap, "steps": steps})),
    }
}

/// What became of points that were brought: `{kept, read, refused: [{count, reason}], fitted}`.
pub fn of_brought(brought: &Brought) -> Json {
    let refused = brought.refused.iter();
    let refused = refused.map(|(why, count)| json!({"count": count, "reason": why.sentence()}));
    json!({
        "kept": brought.points.len(),
        "read": brought.read,
        "refused": refused.collect::<Vec<_>>(),
        "fitted": brought.fitted,
    })
}

fn of_sample(ensemble: &Ensemble) -> JsValue {
    let frames = &ensemble.frames.0;
    let size = frames.len() / ensemble.times.len().max(1);
    let sample = [
        ("x0", floats(&frames[..size])),
        ("x1", floats(&frames[frames.len() - size..])),
        ("nfe", ensemble.nfe.into()),
    ];
    let sample = object(&sample);
    // With two frames these are `x0` and `x1` once more.
    if ensemble.times.len() > 2 {
        set_property(&sample, "times", &floats(&ensemble.times));
        set_property(&sample, "trajectories", &floats(frames));
    }
    sample
}

fn of_metrics(metrics: &Metrics) -> Json {
    json!({
        "step": metrics.step,
        "samples": metrics.samples,
        "label": metrics.label,
        "loss": metrics.loss,
        "floor": value(metrics.floor),
        "floorError": error(metrics.floor),
        "excess": value(metrics.excess),
        "excessError": error(metrics.excess),
        "estimated": metrics.estimated,
        "nll": metrics.nll.value,
        "nllError": metrics.nll.error,
        "unreachable": metrics.unreachable,
        "likelihoodSamples": metrics.likelihood_samples,
        "entropy": value(metrics.entropy),
        "entropyError": error(metrics.entropy),
        "w2": metrics.w2,
        "w2Floor": metrics.w2_floor,
        "energyDistance": metrics.energy_distance,
        "energyFloor": metrics.energy_floor,
        "onSupport": metrics.on_support,
        "straightness": metrics.straightness,
        "kinetic": metrics.kinetic,
        "npe": metrics.npe,
        "w2OfEnds": metrics.w2_of_ends,
        "couplingCost": metrics.coupling_cost,
        "crossings": metrics.crossings,
        "nfe": metrics.nfe,
    })
}

fn value(estimate: Option<Estimate>) -> Option<f64> {
    estimate.map(|estimate| estimate.value)
}

fn error(estimate: Option<Estimate>) -> Option<f64> {
    estimate.map(|estimate| estimate.error)
}

fn floats(values: &[f32]) -> JsValue {
    Float32Array::from(values).into()
}

fn object(entries: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in entries {
        set_property(&object, name, value);
    }
    object.into()
}
