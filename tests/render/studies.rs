//! States with everything that charts are drawn from.

use crate::fixture::{self, MOONS};
use crate::views;
use app::settings::{DensityKind, Layer, Layers};
use app::state::State;
use app::state::views::{CostView, ErrorCurve, GapView, GradientView, LikelihoodView};
use flow::distribution::Estimate;
use flow::gradients::Comparison;
use flow::likelihood::Nll;
use flow::prediction::Prediction;
use flow::reference::MATCHED_COSTS;
use flow::spec::{CouplingKind, SampleSchedule, ScheduleKind};
use protocol::Probed;

/// Two lanes to which every chart belongs, the second transferred to another schedule.
pub fn state() -> State {
    let mut state = fixture::empty();
    let settings = fixture::settings(MOONS);
    state.settings = settings;
    state.settings.lanes = 2;
    state.settings.t = 0.4;
    state.settings.layers =
        Layers::of(&[Layer::Density, Layer::Pairs, Layer::Arrows, Layer::Region]);
    state.settings.density = DensityKind::Learned;
    let [a, b] = &mut state.settings.lane;
    a.data.coupling = CouplingKind::Ot;
    a.model.predict = Prediction::X1;
    b.path.schedule = ScheduleKind::Cosine;
    b.sampling.sample_schedule = SampleSchedule::Vp;
    b.model.predict = Prediction::X0;
    state.lanes[0].history = fixture::history(0.05, Some(3.737), 5000);
    state.lanes[1].history = fixture::history(0.01, Some(3.5), 5000);
    fill(&mut state);
    state
}

fn fill(state: &mut State) {
    let field = fixture::field(&state.settings.lane[0]);
    let views = &mut state.lanes[0].views;
    views.region = Some(views::region(&field));
    views.errors = errors();
    views.costs = Some(CostView {
        points: MATCHED_COSTS.map(|(n, cost)| (n, 1.02 * cost)).to_vec(),
        independent: 35.3,
    });
    views.likelihood = Some(LikelihoodView {
        exact: nll(2.31, 0.03),
        hutchinson: [0.06, 0.09].map(|spread| [1, 2, 4, 8].map(|n| probed(n, spread)).to_vec()),
        entropy: Some(2.18),
        samples: 400,
    });
    views.gradients = Some(GradientView {
        comparisons: (8..16).map(comparison).collect(),
    });
    let times = fixture::even(17);
    state.lanes[1].views.gap = Some(GapView {
        largest: times.iter().map(|t| 3e-5 * t * t).collect(),
        mean: times.iter().map(|t| 6e-6 * t * t).collect(),
        times,
    });
}

/// Errors of solvers of order 1, 2 and 4.
fn errors() -> Vec<ErrorCurve> {
    let curve = |(key, order): (&str, i32)| ErrorCurve {
        key: format!("choice.{key}"),
        points: (2..8)
            .map(|k| (1 << k, 2.0 * f64::from(1 << k).powi(-order)))
            .collect(),
    };
    [("euler", 1), ("midpoint", 2), ("rk4", 4)]
        .map(curve)
        .into()
}

fn probed(probes: u32, spread: f64) -> Probed {
    Probed {
        probes,
        nll: 2.31 + 0.05 / f64::from(probes),
        spread: spread / f64::from(probes).sqrt(),
    }
}

fn nll(value: f64, error: f64) -> Nll {
    Nll {
        estimate: Estimate { value, error },
        unreachable: 0,
    }
}

fn comparison(octave: u32) -> Comparison {
    let samples = 1u64 << octave;
    let difference = 3.0 / (samples as f64).sqrt();
    Comparison {
        samples,
        loss_fm: 1.0,
        loss_cfm: 2.0,
        floor: 1.0,
        cosine: 1.0 - 0.5 * difference * difference,
        difference,
    }
}
