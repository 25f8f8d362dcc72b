//! Conservation of mass, seen in a box: what is inside changes by what crosses the edge.
//!
//! ```text
//! d/dt integral_box p_t dx = - integral_edge p_t u . n ds
//! ```
//!
//! is the continuity equation `d p/dt + div (p u) = 0` integrated over the box (Lipman et al., *Flow
//! Matching Guide and Code*, 2024, section 3.5). It holds for the velocity that generates `p_t`, and
//! for no other, save by a field whose flux is free of divergence. Integrals are by Gauss-Legendre
//! quadrature on even panels: for smooth densities the error falls like the `2 NODES`-th power of
//! the panel's size over the density's own.

use super::exact::ExactField;
use super::quadrature::gauss_legendre;
use super::{Point, VelocityField};
use serde::{Deserialize, Serialize};

/// Quadrature nodes of a panel, in each direction.
const NODES: usize = 6;

/// A box with sides along the axes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Region {
    pub low: Point,
    pub high: Point,
}

/// Mass and flux at one time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Balance {
    /// The probability of the box.
    pub mass: f64,
    /// `d mass / d t`, by a central difference of `mass`; one-sided at the ends of the path.
    pub rate: f64,
    /// What leaves through the edge in a unit of time, less what enters: right, top, left, bottom.
    pub outflow: [f64; 4],
}

impl Balance {
    /// `rate + outflow`: 0 where the field conserves the mass of the density.
    #[cfg(test)]
    fn residual(&self) -> f64 {
        self.rate + self.outflow.iter().sum::<f64>()
    }
}

/// Mass and flux of a region, both computed with that many panels a side.
#[derive(Clone, Copy, Debug)]
pub struct Gauge {
    pub region: Region,
    pub panels: usize,
}

impl Gauge {
    /// The mass inside at time `t` and what changes it, for the exact density moved by `field`: the
    /// exact field itself, or a learned one, whose residual shows how far it is from conserving it.
    pub fn balance(&self, density: &ExactField, field: &dyn VelocityField, t: f64) -> Balance {
        const STEP: f64 = 1e-4;
        let (before, after) = ((t - STEP).max(0.0), (t + STEP).min(1.0));
        let rate = (self.mass(density, after) - self.mass(density, before)) / (after - before);
        Balance {
            mass: self.mass(density, t),
            rate,
            outflow: self.outflow(density, field, t),
        }
    }

    /// The probability of the region at time `t`.
    pub fn mass(&self, density: &ExactField, t: f64) -> f64 {
        let [columns, rows] = [0, 1].map(|i| self.nodes(i));
        let line = |&(y, height): &(f64, f64)| {
            let x: Vec<Point> = columns.iter().map(|&(x, _)| [x, y]).collect();
            let values = density.densities(&x, t);
            height * sum(values.iter().zip(&columns).map(|(p, (_, w))| p * w))
        };
        sum(rows.iter().map(line))
    }

    /// The flux out of each side at time `t`: right, top, left, bottom.
    pub fn outflow(&self, density: &ExactField, field: &dyn VelocityField, t: f64) -> [f64; 4] {
        let Region { low, high } = self.region;
        let flux = |axis: usize, at: f64| self.flux(density, field, t, axis, at);
        [
            flux(0, high[0]),
            flux(1, high[1]),
            -flux(0, low[0]),
            -flux(1, low[1]),
        ]
    }

    /// What crosses the side at which coordinate `axis` is `at`, in that direction.
    fn flux(
        &self,
        density: &ExactField,
        field: &dyn VelocityField,
        t: f64,
        axis: usize,
        at: f64,
    ) -> f64 {
        let nodes = self.nodes(1 - axis);
        let place = |&(along, _): &(f64, f64)| {
            let mut p = [at; 2];
            p[1 - axis] = along;
            p
        };
        let x: Vec<Point> = nodes.iter().map(place).collect();
        let mut u = vec![[0.0; 2]; x.len()];
        field.velocity(&x, t, None, &mut u);
        let densities = density.densities(&x, t);
        sum((0..x.len()).map(|i| nodes[i].1 * densities[i] * u[i][axis]))
    }

    /// Nodes and weights along coordinate `axis`.
    fn nodes(&self, axis: usize) -> Vec<(f64, f64)> {
        let (low, high) = (self.region.low[axis], self.region.high[axis]);
        let panels = self.panels.max(1);
        let half = 0.5 * (high - low) / panels as f64;
        let rule = gauss_legendre(NODES);
        let centre = |k: usize| low + half * (2 * k + 1) as f64;
        let panel = |k| {
            rule.iter()
                .map(move |&(s, w)| (centre(k) + half * s, half * w))
        };
        (0..panels).flat_map(panel).collect()
    }
}

fn sum(values: impl Iterator<Item = f64>) -> f64 {
    values.sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datasets;
    use crate::distribution::Distribution;
    use crate::schedule::tests::all;

    const BOX: Region = Region {
        low: [-0.4, 0.1],
        high: [1.3, 2.2],
    };

    fn field(target: &Distribution, schedule: crate::schedule::Schedule) -> ExactField {
        ExactField::new(&Distribution::standard_normal(), target, schedule)
    }

    fn gauge(region: Region) -> Gauge {
        Gauge { region, panels: 12 }
    }

    #[test]
    fn what_crosses_the_edge_is_what_is_lost_inside() {
        let targets = [
            datasets::eight_gaussians().scaled(0.4),
            datasets::checkerboard(),
        ];
        for schedule in all() {
            for target in &targets {
                let field = field(target, schedule);
                for t in [0.2, 0.5, 0.8] {
                    let balance = gauge(BOX).balance(&field, &field, t);
                    let flow: f64 = balance.outflow.iter().map(|v| v.abs()).sum();
                    let error = balance.residual().abs() / (flow + 1e-3);
                    assert!(error < 3e-4, "{schedule:?} {t} {balance:?}");
                }
            }
        }
    }

    #[test]
    fn masses_are_those_of_the_distributions() {
        let target = datasets::eight_gaussians();
        let field = field(&target, all()[0]);
        for bound in [1.0, 4.0, 6.0] {
            let region = Region {
                low: [-bound; 2],
                high: [bound; 2],
            };
            let [source, data] = [0.0, 1.0].map(|t| gauge(region).mass(&field, t));
            assert!((source - Distribution::standard_normal().mass_within(bound)).abs() < 1e-6);
            assert!((data - target.mass_within(bound)).abs() < 1e-6);
        }
    }

    #[test]
    fn a_field_that_is_not_the_flow_does_not_balance() {
        let target = datasets::eight_gaussians().scaled(0.4);
        let (flow, other) = (field(&target, all()[0]), field(&target, all()[3]));
        let balance = gauge(BOX).balance(&flow, &other, 0.4);
        assert!(balance.residual().abs() > 1e-2, "{balance:?}");
    }

    #[test]
    fn at_the_ends_differences_are_one_sided() {
        let field = field(&datasets::eight_gaussians().scaled(0.4), all()[0]);
        for t in [0.0, 1.0] {
            let balance = gauge(BOX).balance(&field, &field, t);
            assert!(balance.residual().abs() < 1e-3, "{balance:?}");
        }
    }
}
