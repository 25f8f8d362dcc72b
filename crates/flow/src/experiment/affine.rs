//! The affine form of a lane's field: which evaluations of the network it sums, and with which factors.
//!
//! Conversion of what is predicted, scheduler transfer and classifier-free guidance are all affine, so
//! the field that a lane follows is at each time
//!
//! ```text
//! u(x) = x_factor x + sum_k factor_k q(scale x, t | label_k)
//! ```
//!
//! with `q` the output of the network. The fields of [`Experiment::sampled_field_as`] compute the same one
//! conversion after the other; a GPU needs it as plain numbers.

use super::Experiment;
use crate::prediction::{Converted, Prediction};
use crate::spec::{Guide, SamplingSpec};
use crate::transfer::{TimeScale, Transfer};

/// The field at one time; see the [module](self).
#[derive(Clone, Debug, PartialEq)]
pub struct AffineQuery {
    pub t: f64,
    pub scale: f64,
    pub x_factor: f64,
    /// Labels and factors, at least one of them.
    pub terms: Vec<(Option<u32>, f64)>,
}

/// The field at every time.
#[derive(Clone, Debug)]
pub struct Asking {
    converted: Option<Converted<()>>,
    transfer: Option<Transfer>,
    terms: Vec<(Option<u32>, f64)>,
}

impl Experiment {
    /// What the field of [`sampled_field_as`](Self::sampled_field_as) asks a network without a
    /// classifier beside it.
    pub fn affine(&self, sampling: &SamplingSpec) -> Asking {
        let predict = self.spec.model.predict;
        let converted =
            (predict != Prediction::Velocity).then(|| Converted::new((), predict, self.schedule));
        let terms = match (self.spec.model.guide, sampling.label, sampling.guidance) {
            (Guide::None, ..) | (_, None, _) => vec![(None, 1.0)],
            (_, _, 0.0) => vec![(None, 1.0)],
            (_, label, 1.0) => vec![(label, 1.0)],
            (_, label, w) => vec![(label, w), (None, 1.0 - w)],
        };
        Asking {
            converted,
            transfer: self.transfer(sampling),
            terms,
        }
    }
}

impl Asking {
    /// The same under the schedule trained under.
    #[must_use]
    pub(crate) fn before_transfer(&self) -> Self {
        Self {
            transfer: None,
            ..self.clone()
        }
    }

    /// The field at time `r` of the schedule sampled under.
    pub fn at(&self, r: f64) -> AffineQuery {
        let identity = TimeScale {
            t: r,
            s: 1.0,
            dt: 1.0,
            ds: 0.0,
        };
        let TimeScale { t, s, dt, ds } = self.transfer.map_or(identity, |transfer| transfer.at(r));
        let (t, x_factor, factor) = match &self.converted {
            None => (t, 0.0, 1.0),
            Some(converted) => {
                let (t, affine) = converted.at(t);
                (t, affine.x_factor, affine.factor)
            }
        };
        let terms = self.terms.iter();
        AffineQuery {
            t,
            scale: 1.0 / s,
            x_factor: ds / s + dt * x_factor,
            terms: terms
                .map(|&(label, w)| (label, w * s * dt * factor))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Network;
    use crate::spec::{Drawn, LaneSpec, SampleSchedule, ScheduleKind, Target};
    use crate::{Point, VelocityField};

    fn network_says(network: &Network, x: Point, query: &AffineQuery) -> (Point, f64) {
        let seen = x.map(|v| query.scale * v);
        let (mut u, mut div) = (x.map(|v| query.x_factor * v), 2.0 * query.x_factor);
        for &(label, factor) in &query.terms {
            let (mut q, mut d) = ([[0.0; 2]], [0.0]);
            network.velocity(&[seen], query.t, label, &mut q);
            network.divergence(&[seen], query.t, label, &mut d);
            u = [0, 1].map(|i| u[i] + factor * q[0][i]);
            div += factor * query.scale * d[0];
        }
        (u, div)
    }

    fn compare(spec: &LaneSpec, case: &str) {
        let lane = Experiment::new(spec, &Drawn::default()).expect("nothing is drawn");
        let network = lane.network();
        let learned = lane.learned(&network);
        let (field, start) = lane.sampled_field_as(&spec.sampling, &*learned);
        let affine = lane.affine(&spec.sampling);
        for k in 0..=10 {
            let (r, x) = (start + (1.0 - start) * f64::from(k) / 10.0, [0.7, -1.2]);
            let (mut u, mut div) = ([[0.0; 2]], [0.0]);
            field.velocity(&[x], r, None, &mut u);
            field.divergence(&[x], r, None, &mut div);
            let (got, got_div) = network_says(&network, x, &affine.at(r));
            let size = 1.0 + u[0][0].abs() + u[0][1].abs() + div[0].abs();
            let gap =
                (u[0][0] - got[0]).abs() + (u[0][1] - got[1]).abs() + (div[0] - got_div).abs();
            assert!(gap < 1e-9 * size, "{case}, r = {r}: {u:?} {got:?}");
        }
    }

    /// Oracle: the fields themselves, one around the other.
    #[test]
    fn what_is_asked_makes_the_field_that_is_followed() {
        let mut spec = LaneSpec::default();
        spec.data.target = Target::EightGaussians;
        spec.model.width = 12;
        for &predict in Prediction::ALL {
            for &trained in ScheduleKind::ALL {
                for name in SampleSchedule::NAMES {
                    for (guide, guidance) in [
                        (Guide::None, 2.0),
                        (Guide::Cfg, 0.0),
                        (Guide::Cfg, 1.0),
                        (Guide::Cfg, 3.0),
                    ] {
                        spec.model.predict = predict;
                        spec.path.schedule = trained;
                        spec.model.guide = guide;
                        spec.sampling.guidance = guidance;
                        spec.sampling.label = Some(3);
                        spec.sampling.sample_schedule =
                            SampleSchedule::from_name(name).expect("a name of the list");
                        let case = format!("{predict:?} {trained:?} {name} {guide:?} {guidance}");
                        compare(&spec, &case);
                    }
                }
            }
        }
    }
}
