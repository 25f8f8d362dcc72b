//! The numbers beside the stage, as data: keys of their names and formatted values.
//!
//! Numbers are written here and nowhere else, with three significant digits.

use super::charts::Chart;
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

/// A number with three significant digits: `3.74`, `35.3`, `1540`, `0.0182`, `3.20×10⁻⁵`.
///
/// From 1000 on all digits before the point are kept, for a rounded integer looks wrong.
pub fn three(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    // What rounding makes of the number decides, so that 0.9996 is written as 1.00.
    let rounded = format!("{value:.2e}");
    let (mantissa, power) = rounded.split_once('e').unwrap_or((&rounded, "0"));
    let power: i32 = power.parse().unwrap_or(0);
    let text = match power {
        ..-3 => format!("{mantissa}×10{}", superscript(power)),
        -3..=2 => format!("{value:.*}", (2 - power) as usize),
        3..9 => format!("{value:.0}"),
        9.. => format!("{mantissa}×10{}", superscript(power)),
    };
    text.replace('-', "−")
}

/// A number with at most three significant digits and no trailing zeros, for an axis.
pub fn digits(value: f64) -> String {
    let text = three(value);
    if text.contains('.') && !text.contains('×') {
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    // On an axis stand powers of ten.
    text.replace(".00×", "×")
        .trim_start_matches("1×")
        .to_owned()
}

fn superscript(power: i32) -> String {
    let raise = |digit: char| match digit {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        // The others stand in a row.
        _ => char::from_u32('⁰' as u32 + digit as u32 - '0' as u32).unwrap_or(digit),
    };
    power.to_string().chars().map(raise).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_significant_digits() {
        for (value, text) in [
            (0.0, "0"),
            (3.737, "3.74"),
            (35.27, "35.3"),
            (999.6, "1000"),
            (0.9996, "1.00"),
            (1540.4, "1540"),
            (0.018_24, "0.0182"),
            (0.001, "0.00100"),
            (3.2e-5, "3.20×10⁻⁵"),
            (-0.5, "−0.500"),
            (6.02e23, "6.02×10²³"),
            (f64::NAN, "–"),
        ] {
            assert_eq!(three(value), text);
        }
    }

    #[test]
    fn an_axis_is_spared_trailing_zeros() {
        for (value, text) in [(0.5, "0.5"), (2.0, "2"), (100.0, "100"), (1e-4, "10⁻⁴")] {
            assert_eq!(digits(value), text);
        }
    }
}
