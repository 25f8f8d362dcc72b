//! What the layers and charts show that go beyond particles and training, in numbers.

use super::say;
use crate::charts::Chart;
use crate::frames::Bracket;
use crate::layers::field;
use crate::numbers::three;
use app::notice::Notice;
use app::settings::Layer;
use app::state::views::Grid;
use app::state::{LaneState, State};
use protocol::LaneId;

/// The sentences about the layers of a lane's stage.
pub(super) fn layers(state: &State, lane: LaneId) -> Vec<Notice> {
    let own = &state.lanes[lane];
    let sentence = |layer: Layer| match layer {
        Layer::Error => scale("describe.error", own.views.error.as_ref(), 2),
        Layer::Divergence => scale("describe.divergence", own.views.divergence.as_ref(), 1),
        Layer::Magnitude => scale("describe.magnitude", own.arrows.as_ref(), 2),
        Layer::Matching => matching(own),
        Layer::Region => region(own, state.settings.t),
        Layer::FlowMap => round_trip(own),
        Layer::Particles => classes(own),
        _ => None,
    };
    let shown = |layer: &Layer| state.settings.layers.has(*layer);
    let layers = Layer::ALL.into_iter().filter(shown);
    layers.filter_map(sentence).collect()
}

/// The sentences about the charts that a lane has found something out for.
pub(super) fn charts(state: &State, lane: LaneId) -> Vec<Notice> {
    let own = &state.lanes[lane];
    let sentence = |chart: Chart| match chart {
        Chart::Errors => errors(own),
        Chart::Costs => costs(own),
        Chart::Likelihood => likelihood(own),
        Chart::Gradients => gradients(own),
        _ => None,
    };
    let charts = Chart::ALL.into_iter().filter(|c| c.belongs(state));
    charts.filter_map(sentence).collect()
}

/// Up to what a heat map goes.
fn scale(key: &'static str, grid: Option<&Grid>, channels: usize) -> Option<Notice> {
    let scale = field::scale(grid?, channels)?;
    Some(say(key, [three(scale.into())]))
}

fn matching(lane: &LaneState) -> Option<Notice> {
    let view = lane.views.matching.as_ref()?;
    let points = (view.source.len() / 2).to_string();
    Some(say("describe.matching", [points, three(view.cost)]))
}

/// The mass of the box, its rate of change and what flows in, at the time that is nearest.
fn region(lane: &LaneState, t: f64) -> Option<Notice> {
    let view = lane.views.region.as_ref()?;
    let bracket = Bracket::of(&view.times, t)?;
    let nearest = if bracket.weight < 0.5 {
        bracket.low
    } else {
        bracket.high
    };
    let balance = view.balances.get(nearest)?;
    let inflow = -balance.outflow.iter().sum::<f64>();
    let [mass, rate, inflow] = [100.0 * balance.mass, balance.rate, inflow].map(three);
    Some(say("describe.region", [mass, rate, inflow]))
}

fn round_trip(lane: &LaneState) -> Option<Notice> {
    let view = lane.views.round_trip.as_ref()?;
    Some(say("describe.round-trip", [three(view.error)]))
}

/// How many of the particles have come to the class they were asked for.
fn classes(lane: &LaneState) -> Option<Notice> {
    let labels = lane.views.labels.as_ref()?;
    let judged = labels.asked.iter().zip(&labels.reached);
    let (count, right) = judged.fold((0, 0), |(count, right), (asked, reached)| {
        (count + 1, right + u32::from(asked == reached))
    });
    let share = 100.0 * f64::from(right) / f64::from(count);
    (count > 0).then(|| say("describe.classes", [three(share)]))
}

/// The least error that has been measured.
fn errors(lane: &LaneState) -> Option<Notice> {
    let each = lane.views.errors.iter().flat_map(|curve| {
        let points = curve.points.iter();
        points.map(move |(nfe, error)| (&curve.key, *nfe, *error))
    });
    let known = each.filter(|(_, _, error)| error.is_finite());
    let (key, nfe, error) = known.min_by(|a, b| a.2.total_cmp(&b.2))?;
    let values = [key.clone(), nfe.to_string(), three(error)];
    Some(say("describe.errors", values))
}

fn costs(lane: &LaneState) -> Option<Notice> {
    let view = lane.views.costs.as_ref()?;
    let (size, cost) = view.points.last()?;
    let values = [size.to_string(), three(*cost), three(view.independent)];
    Some(say("describe.costs", values))
}

fn likelihood(lane: &LaneState) -> Option<Notice> {
    let view = lane.views.likelihood.as_ref()?;
    let exact = view.exact.estimate;
    let [value, error] = [exact.value, exact.error].map(three);
    Some(match view.entropy {
        Some(entropy) => say("describe.nll-entropy", [value, error, three(entropy)]),
        None => say("describe.nll", [value, error]),
    })
}

fn gradients(lane: &LaneState) -> Option<Notice> {
    let last = lane.views.gradients.as_ref()?.comparisons.last()?;
    let percent = three(100.0 * last.difference);
    let values = [last.samples.to_string(), percent];
    Some(say("describe.gradients", values))
}
