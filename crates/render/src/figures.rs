//! The numbers beside the stage, as data: keys of their names and formatted values.

use super::charts::Chart;
use super::numbers::three;
use app::settings::Layer;
use app::state::{LaneState, State};
use protocol::LaneId;

/// A number shown beside the stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Key of its name; with `.help` appended, of its explanation.
    pub key: &'static str,
    pub value: String,
    /// Key of a remark on how the number is known, if it needs one.
    pub note: Option<&'static str>,
}

/// The figures of a lane that are known, in the order they are shown.
pub fn figures(state: &State, lane: LaneId) -> Vec<Figure> {
    let mut list = Vec::new();
    let own = &state.lanes[lane];
    if !state.settings.borrows(lane) {
        training(own, &mut list);
    }
    sampling(own, &mut list);
    let layers = state.settings.layers;
    let paired = layers.has(Layer::Pairs) || layers.has(Layer::Matching);
    if paired || Chart::Costs.belongs(state) {
        couples(own, &mut list);
    }
    let gap = own.transfer.as_ref().map(|transfer| transfer.gap);
    add(&mut list, "figure.gap", gap, None);
    let trip = own.views.round_trip.as_ref().map(|trip| trip.error);
    let trip = trip.filter(|_| layers.has(Layer::FlowMap));
    add(&mut list, "figure.round-trip", trip, None);
    if Chart::Gradients.belongs(state) {
        losses(own, &mut list);
    }
    if Chart::Likelihood.belongs(state) {
        steps(own, &mut list);
    }
    list
}

/// What the training has come to.
fn training(lane: &LaneState, list: &mut Vec<Figure>) {
    let history = &lane.history;
    let last = |values: &[(u32, f64)]| values.last().map(|&(_, value)| value);
    list.push(Figure {
        key: "figure.step",
        value: lane.step.to_string(),
        note: None,
    });
    // A raw loss says nothing without the floor it stands on.
    if let (Some(loss), Some(floor)) = (last(&history.loss), history.floor) {
        add(list, "figure.loss", Some(loss), None);
        add(list, "figure.floor", Some(floor), None);
    }
    add(list, "figure.excess", last(&history.excess), None);
    let speed = lane.training.then_some(lane.steps_per_second);
    add(
        list,
        "figure.speed",
        speed.filter(|&speed| speed > 0.0),
        None,
    );
}

/// What is known of the flow on the stage.
fn sampling(lane: &LaneState, list: &mut Vec<Figure>) {
    if let Some(ensemble) = &lane.ensemble {
        list.push(Figure {
            key: "figure.nfe",
            value: ensemble.nfe.to_string(),
            note: ensemble.step.is_none().then_some("note.exact"),
        });
    }
    let straightness = lane.history.straightness.last().map(|&(_, value)| value);
    add(list, "figure.straightness", straightness, None);
}

/// What is known of the pairs, and the energy that their cost bounds.
fn couples(lane: &LaneState, list: &mut Vec<Figure>) {
    if let Some(pairs) = &lane.pairs {
        add(list, "figure.kinetic", lane.kinetic, None);
        add(list, "figure.cost", Some(pairs.cost), None);
        percent(list, "figure.crossings", pairs.crossings);
    }
}

/// How far the losses of flow matching and of conditional flow matching are apart, beside what they
/// should be.
fn losses(lane: &LaneState, list: &mut Vec<Figure>) {
    let comparisons = lane.views.gradients.as_ref().map(|view| &view.comparisons);
    let Some(last) = comparisons.and_then(|all| all.last()) else {
        return;
    };
    let apart = last.loss_cfm - last.loss_fm;
    if apart.is_finite() && last.floor.is_finite() {
        list.push(Figure {
            key: "figure.losses-apart",
            value: format!("{}, {}", three(apart), three(last.floor)),
            note: None,
        });
    }
}

/// What a training step costs, and what one of maximum likelihood would.
fn steps(lane: &LaneState, list: &mut Vec<Figure>) {
    let Some(cost) = &lane.views.step_cost else {
        return;
    };
    let milliseconds = |seconds: f64| format!("{} ms", three(1000.0 * seconds));
    let mut told = |key, value| {
        list.push(Figure {
            key,
            value,
            note: None,
        });
    };
    if cost.matching > 0.0 {
        told("figure.step-matching", milliseconds(cost.matching));
    }
    let (ratio, nfe) = (cost.ratio(), cost.nfe);
    if ratio.is_finite() {
        let times = format!("{}× (NFE {nfe})", three(ratio));
        told("figure.step-likelihood", times);
    }
}

/// Adds a number that is known and is one.
fn add(list: &mut Vec<Figure>, key: &'static str, value: Option<f64>, note: Option<&'static str>) {
    if let Some(value) = value.filter(|value| value.is_finite()) {
        let value = three(value);
        list.push(Figure { key, value, note });
    }
}

/// Adds a share, as a percentage.
fn percent(list: &mut Vec<Figure>, key: &'static str, share: f64) {
    add(list, key, Some(100.0 * share), None);
    if let Some(figure) = list.last_mut().filter(|figure| figure.key == key) {
        figure.value.push('%');
    }
}
