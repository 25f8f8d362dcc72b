//! JavaScript values in, JavaScript values out; points as flat `Float32Array`s.

use super::super::dom::{property, set_property};
use super::super::json::{self, js};
use app::api::Beside;
use app::api_error::ApiError;
use app::snapshot;
use app::user_data::Imported;
use flow::distribution::Estimate;
use js_sys::{Array, ArrayBuffer, Float32Array, JSON, Object};
use protocol::{Answer, Ensemble, Metrics};
use serde_json::Value as Json;
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
        bytes: super::super::user_data::bytes(&property(args, "bytes")),
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
    let json = text.and_then(|text| json::read(&text));
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
        Answer::TransferGap { gap, steps, .. } => {
            let gap = snapshot::object(vec![("gap", gap.into()), ("steps", steps.into())]);
            js(&gap)
        }
    }
}

/// What became of points that were brought: `{kept, read, refused: [{count, reason}], fitted}`.
pub fn of_brought(imported: &Imported) -> Json {
    let refused = imported.refused.iter();
    let refused = refused.map(|(why, count)| {
        let reason = ApiError::from(*why).message.into();
        snapshot::object(vec![("count", (*count).into()), ("reason", reason)])
    });
    snapshot::object(vec![
        ("kept", imported.points.len().into()),
        ("read", imported.read.into()),
        ("refused", refused.collect()),
        ("fitted", imported.fitted.into()),
    ])
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
    snapshot::object(vec![
        ("step", metrics.step.into()),
        ("samples", metrics.samples.into()),
        ("label", metrics.label.into()),
        ("loss", metrics.loss.into()),
        ("floor", value(metrics.floor).into()),
        ("floorError", error(metrics.floor).into()),
        ("excess", value(metrics.excess).into()),
        ("excessError", error(metrics.excess).into()),
        ("estimated", metrics.estimated.into()),
        ("nll", metrics.nll.value.into()),
        ("nllError", metrics.nll.error.into()),
        ("unreachable", metrics.unreachable.into()),
        ("likelihoodSamples", metrics.likelihood_samples.into()),
        ("entropy", value(metrics.entropy).into()),
        ("entropyError", error(metrics.entropy).into()),
        ("w2", metrics.w2.into()),
        ("w2Floor", metrics.w2_floor.into()),
        ("energyDistance", metrics.energy_distance.into()),
        ("energyFloor", metrics.energy_floor.into()),
        ("onSupport", metrics.on_support.into()),
        ("straightness", metrics.straightness.into()),
        ("kinetic", metrics.kinetic.into()),
        ("npe", metrics.npe.into()),
        ("w2OfEnds", metrics.w2_of_ends.into()),
        ("couplingCost", metrics.coupling_cost.into()),
        ("crossings", metrics.crossings.into()),
        ("nfe", metrics.nfe.into()),
    ])
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
