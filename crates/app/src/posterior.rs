//! What the data can have been, given the point under the pointer: answered by the page itself, since
//! a pointer does not wait.

use super::msg::Pointer;
use super::settings::Layer;
use super::state::views::PosteriorView;
use super::state::{LaneState, State};
use flow::experiment::Experiment;
use flow::{Point, VelocityField};
use protocol::LaneId;

/// Brings the posterior of the lane under the pointer up to date; the other lane has none.
pub(crate) fn refresh(state: &mut State) {
    let wanted = state.settings.layers.has(Layer::Posterior);
    let (pointer, t) = (state.pointer.filter(|_| wanted), state.settings.t);
    for lane in LaneId::ALL {
        let at = pointer.filter(|pointer| pointer.lane == lane && state.shown(lane));
        let own = &mut state.lanes[lane];
        let old = own.views.posterior.as_ref();
        if old.map(|view| (view.at, view.t)) != at.map(|pointer| (pointer.at, t)) {
            own.views.posterior = at.and_then(|pointer| posterior(own, pointer, t));
        }
    }
}

/// The posterior over the lane's sample of the data: each point weighs what the source's density is
/// where its path must have begun, `p_0((x - alpha x_1) / sigma)`. Mean and velocity are exact.
///
/// `None` where the exact field has no closed form, or no point of the sample can have led here.
fn posterior(own: &LaneState, Pointer { at, .. }: Pointer, t: f64) -> Option<PosteriorView> {
    let math = own.math.as_ref()?;
    let exact = math.closed_form()?;
    let weights = weights(math, &own.data, at, t)?;
    let mut velocity = [[0.0; 2]];
    exact.velocity(&[at], t, None, &mut velocity);
    Some(PosteriorView {
        at,
        t,
        points: own.data.iter().flatten().map(|&v| v as f32).collect(),
        weights,
        mean: exact.posterior_mean(at, t),
        velocity: velocity[0],
    })
}

fn weights(math: &Experiment, data: &[Point], x: Point, t: f64) -> Option<Vec<f32>> {
    let c = math.schedule().coefficients(t);
    // At the end itself all weight would be on one point.
    let sigma = c.sigma.max(0.01);
    let log = |x1: &Point| {
        let x0 = [0, 1].map(|i| (x[i] - c.alpha * x1[i]) / sigma);
        math.source().log_density(x0)
    };
    let logs: Vec<f64> = data.iter().map(log).collect();
    let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let shares: Vec<f64> = logs.iter().map(|log| (log - top).exp()).collect();
    let total: f64 = shares.iter().sum();
    let share = |share: &f64| (share / total) as f32;
    top.is_finite().then(|| shares.iter().map(share).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Layers, Settings};

    fn view(at: Point, t: f64) -> Option<PosteriorView> {
        let settings = Settings {
            layers: Layers::of(&[Layer::Posterior]),
            t,
            ..Settings::default()
        };
        let mut state = State::new(settings);
        state.pointer = Some(Pointer {
            lane: LaneId::A,
            at,
        });
        refresh(&mut state);
        assert!(state.lanes[1].views.posterior.is_none());
        state.lanes[0].views.posterior.clone()
    }

    #[test]
    fn the_weighted_sample_has_the_exact_mean() {
        for (at, t, tolerance) in [([0.4, -0.3], 0.0, 0.3), ([0.4, -0.3], 0.4, 0.3)] {
            let view = view(at, t).unwrap();
            assert!((view.weights.iter().sum::<f32>() - 1.0).abs() < 1e-4);
            let mut mean = [0.0; 2];
            for (k, &v) in view.points.iter().enumerate() {
                mean[k % 2] += f64::from(v * view.weights[k / 2]);
            }
            let away = libm::hypot(mean[0] - view.mean[0], mean[1] - view.mean[1]);
            assert!(away < tolerance, "{mean:?} {:?}", view.mean);
            // Under CondOT the velocity is (E[X_1] - x) / (1 - t).
            let expected = (view.mean[0] - at[0]) / (1.0 - t);
            assert!((view.velocity[0] - expected).abs() < 1e-9);
        }
    }

    #[test]
    fn near_the_end_the_nearest_point_is_left() {
        let view = view([1.0, 1.0], 1.0).unwrap();
        assert!(view.weights.iter().all(|w| w.is_finite()));
        assert!(view.weights.iter().copied().fold(0.0, f32::max) > 0.2);
    }
}
