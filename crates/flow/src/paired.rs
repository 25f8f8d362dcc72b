//! Data in given pairs: the target is a known map of the source.
//!
//! With `X_1 = T(X_0)` there is nothing to match, and the path of a pair is a function of its start.
//! The marginal flow is still not that path where paths of different pairs cross: at a crossing it
//! takes their average. The half turn makes all straight paths meet at the origin at `t = 1/2`, the
//! fold makes two halves of the plane run into each other.

use super::coefficients::Coefficients;
use super::distribution::{Component, Distribution, Kernel};
use super::schedule::Schedule;
use super::spec::PairingKind;
use super::{Point, VelocityField};
use core::f64::consts::PI;

/// The map `T` from source points to their partners.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pairing {
    /// A turn about the origin, anticlockwise, in radians.
    Rotate { angle: f64 },
    /// The left half of the plane is folded over onto the right: `(x, y) -> (|x|, y)`.
    Fold,
    /// A translation.
    Shift { by: Point },
}

/// `x -> matrix x + offset`, on the half plane `side x >= 0` (everywhere, if `side` is 0).
#[derive(Clone, Copy, Debug)]
struct Piece {
    matrix: [[f64; 2]; 2],
    offset: Point,
    side: f64,
}

impl Pairing {
    /// The map of that kind: a half turn, the fold, or a shift by 3 to the right.
    pub fn new(kind: PairingKind) -> Self {
        match kind {
            PairingKind::Rotate => Self::Rotate { angle: PI },
            PairingKind::Fold => Self::Fold,
            PairingKind::Shift => Self::Shift { by: [3.0, 0.0] },
        }
    }

    /// The partner of a source point.
    pub fn apply(self, x0: Point) -> Point {
        match self {
            Self::Rotate { angle } => {
                let (s, c) = libm::sincos(angle);
                [c * x0[0] - s * x0[1], s * x0[0] + c * x0[1]]
            }
            Self::Fold => [x0[0].abs(), x0[1]],
            Self::Shift { by } => [x0[0] + by[0], x0[1] + by[1]],
        }
    }

    /// The law of the partners, where it is a mixture of the kind we have: shifted, or isotropic
    /// Gaussians turned. `None` for boxes turned and for all that is folded.
    pub fn target(self, source: &Distribution) -> Option<Distribution> {
        let parts = source.components().iter().map(|c| self.component(c));
        Some(Distribution::new(parts.collect::<Option<Vec<_>>>()?))
    }

    /// The law of the partners of one component.
    fn component(self, c: &Component) -> Option<Component> {
        let [x, y] = self.apply([c.x.mean(), c.y.mean()]);
        let round = c.x.bits().0 && c.y.bits().0 && c.x.variance() == c.y.variance();
        match self {
            Self::Shift { by } => Some(Component {
                x: shifted(c.x, by[0]),
                y: shifted(c.y, by[1]),
                weight: c.weight,
                class: 0,
            }),
            Self::Rotate { .. } if round => {
                Some(Component::gaussian(c.weight, [x, y], c.x.variance().sqrt()))
            }
            _ => None,
        }
    }

    /// The affine parts of the map.
    fn pieces(self) -> Vec<Piece> {
        let piece = |matrix, offset, side| Piece {
            matrix,
            offset,
            side,
        };
        match self {
            Self::Rotate { angle } => {
                let (s, c) = libm::sincos(angle);
                vec![piece([[c, -s], [s, c]], [0.0; 2], 0.0)]
            }
            Self::Fold => [1.0, -1.0]
                .map(|side| piece([[side, 0.0], [0.0, 1.0]], [0.0; 2], side))
                .to_vec(),
            Self::Shift { by } => vec![piece([[1.0, 0.0], [0.0, 1.0]], by, 0.0)],
        }
    }
}

/// The kernel of the value plus `by`.
fn shifted(kernel: Kernel, by: f64) -> Kernel {
    match kernel {
        Kernel::Gaussian { mean, std } => Kernel::Gaussian {
            mean: mean + by,
            std,
        },
        Kernel::Uniform { low, high } => Kernel::Uniform {
            low: low + by,
            high: high + by,
        },
    }
}

impl Piece {
    /// The source point of this piece whose path is at `x`, and by how much areas grow on the way
    /// there: `x = (alpha M + sigma) x0 + alpha b`. `None` if there is none, or too many.
    fn origin(&self, x: Point, c: &Coefficients) -> Option<(Point, f64)> {
        let at =
            |i: usize, j: usize| c.alpha * self.matrix[i][j] + if i == j { c.sigma } else { 0.0 };
        let area = at(0, 0) * at(1, 1) - at(0, 1) * at(1, 0);
        let y = [0, 1].map(|i| x[i] - c.alpha * self.offset[i]);
        let x0 = [
            (at(1, 1) * y[0] - at(0, 1) * y[1]) / area,
            (at(0, 0) * y[1] - at(1, 0) * y[0]) / area,
        ];
        let usable = area.abs() > LEAST_AREA && self.side * x0[0] >= 0.0;
        usable.then_some((x0, area.abs()))
    }
}

/// Areas are not followed below this: the paths meet, and their origins cannot be told.
const LEAST_AREA: f64 = 1e-12;

/// The exact marginal field of given pairs.
///
/// `u(x, t) = sum_k w_k (alpha' T(x0_k) + sigma' x0_k)` over the source points whose paths are at `x`,
/// weighted by `p_0(x0_k)` over the growth of areas. 0 where no path leads, and where paths of a whole
/// line or plane of points meet.
#[derive(Clone, Debug)]
pub struct PairedField {
    source: Distribution,
    pairing: Pairing,
    pieces: Vec<Piece>,
    schedule: Schedule,
}

impl PairedField {
    pub fn new(source: Distribution, pairing: Pairing, schedule: Schedule) -> Self {
        Self {
            source,
            pairing,
            pieces: pairing.pieces(),
            schedule,
        }
    }

    /// Log weights and velocities of the paths through `x`.
    fn paths(&self, x: Point, c: &Coefficients) -> Vec<(f64, Point)> {
        let origins = self.pieces.iter().filter_map(|piece| piece.origin(x, c));
        let path = |(x0, area): (Point, f64)| {
            let x1 = self.pairing.apply(x0);
            let velocity = [0, 1].map(|i| c.d_alpha * x1[i] + c.d_sigma * x0[i]);
            (self.source.log_density(x0) - libm::log(area), velocity)
        };
        origins.map(path).collect()
    }

    fn at(&self, x: Point, c: &Coefficients) -> Point {
        let paths = self.paths(x, c);
        let top = paths.iter().map(|path| path.0).fold(f64::MIN, f64::max);
        let (mut total, mut sum) = (0.0, [0.0; 2]);
        for (log, velocity) in paths {
            let weight = libm::exp(log - top);
            total += weight;
            sum = [0, 1].map(|i| sum[i] + weight * velocity[i]);
        }
        if total > 0.0 {
            sum.map(|v| v / total)
        } else {
            [0.0; 2]
        }
    }
}

impl VelocityField for PairedField {
    fn velocity(&self, x: &[Point], t: f64, _: Option<u32>, out: &mut [Point]) {
        assert_eq!(x.len(), out.len(), "one velocity a point");
        let c = self.schedule.coefficients(t);
        for (x, out) in x.iter().zip(out) {
            *out = self.at(*x, &c);
        }
    }

    /// By central differences.
    fn divergence(&self, x: &[Point], t: f64, condition: Option<u32>, out: &mut [f64]) {
        assert_eq!(x.len(), out.len(), "one divergence a point");
        out.fill(0.0);
        let mut column = vec![[0.0; 2]; x.len()];
        for i in [0, 1] {
            let mut unit = [0.0; 2];
            unit[i] = 1.0;
            self.directional(x, t, condition, &vec![unit; x.len()], &mut column);
            for (out, column) in out.iter_mut().zip(&column) {
                *out += column[i];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datasets;
    use crate::exact::ExactField;
    use crate::random::Rng;
    use crate::solver::Solver;
    use crate::spec::SolverKind;
    use core::f64::consts::{FRAC_PI_2, PI};

    const ALL: [Pairing; 3] = [
        Pairing::Rotate { angle: FRAC_PI_2 },
        Pairing::Fold,
        Pairing::Shift { by: [3.0, -1.0] },
    ];

    fn end(pairing: Pairing, schedule: Schedule, x: Point) -> Point {
        let field = PairedField::new(datasets::eight_gaussians(), pairing, schedule);
        Solver::new(SolverKind::Rk4, 64).solve(&field, None, vec![x], (0.0, 1.0))[0]
    }

    fn distance(a: Point, b: Point) -> f64 {
        libm::hypot(a[0] - b[0], a[1] - b[1])
    }

    #[test]
    fn where_paths_do_not_cross_the_flow_is_the_map() {
        let turn = Pairing::Rotate { angle: FRAC_PI_2 };
        for x in [[0.4, 1.0], [-2.0, 0.3]] {
            for schedule in [Schedule::CondOt, Schedule::Cosine] {
                for pairing in [turn, ALL[2]] {
                    let gap = distance(end(pairing, schedule, x), pairing.apply(x));
                    assert!(gap < 1e-6, "{pairing:?} {gap}");
                }
            }
        }
    }

    #[test]
    fn maps_do_what_they_say() {
        let turned = Pairing::Rotate { angle: PI }.apply([1.0, 2.0]);
        assert!(distance(turned, [-1.0, -2.0]) < 1e-12);
        assert_eq!(Pairing::Fold.apply([-1.0, 2.0]), [1.0, 2.0]);
        assert_eq!(ALL[2].apply([1.0, 2.0]), [4.0, 1.0]);
    }

    #[test]
    fn the_field_is_the_mean_velocity_of_the_pairs_nearby() {
        // Oracle: the average over many pairs whose path is within 0.1 of x at time t.
        let source = Distribution::standard_normal();
        let mut rng = Rng::new(1);
        let (t, x) = (0.3, [0.2, 0.1]);
        let c = Schedule::CondOt.coefficients(t);
        for pairing in ALL {
            let field = PairedField::new(source.clone(), pairing, Schedule::CondOt);
            let x = [x[0] + 0.3 * pairing.apply([0.0, 0.0])[0], x[1]];
            let (mut sum, mut n) = ([0.0; 2], 0.0);
            for _ in 0..100_000 {
                let x0 = source.draw(&mut rng);
                let x1 = pairing.apply(x0);
                if distance([0, 1].map(|i| c.alpha * x1[i] + c.sigma * x0[i]), x) < 0.1 {
                    sum = [0, 1].map(|i| sum[i] + x1[i] - x0[i]);
                    n += 1.0;
                }
            }
            let mut ours = [[0.0; 2]];
            field.velocity(&[x], t, None, &mut ours);
            let gap = distance(ours[0], sum.map(|v| v / n));
            assert!(gap < 0.04, "{pairing:?} {gap} {n}");
        }
    }

    #[test]
    fn a_shift_of_one_point_agrees_with_the_general_field() {
        // A very narrow source is the only case in which independent pairs are paired pairs.
        let source = Distribution::new(vec![Component::gaussian(1.0, [0.0; 2], 1e-3)]);
        let target = ALL[2].target(&source).unwrap();
        let general = ExactField::new(&source, &target, Schedule::CondOt);
        let paired = PairedField::new(source, ALL[2], Schedule::CondOt);
        let (mut a, mut b) = ([[0.0; 2]], [[0.0; 2]]);
        general.velocity(&[[1.5, -0.5]], 0.5, None, &mut a);
        paired.velocity(&[[1.5, -0.5]], 0.5, None, &mut b);
        assert!(distance(a[0], b[0]) < 1e-6);
    }

    #[test]
    fn laws_of_partners_are_those_of_their_samples() {
        let source = datasets::eight_gaussians();
        let turned = Pairing::Rotate { angle: 0.3 }.target(&source).unwrap();
        let p = [1.0, 4.0];
        let back = Pairing::Rotate { angle: -0.3 }.apply(p);
        assert!((turned.log_density(p) - source.log_density(back)).abs() < 1e-9);
        let moved = ALL[2].target(&datasets::square()).unwrap();
        assert_eq!(moved.mean(), [3.0, -1.0]);
        assert!(Pairing::Fold.target(&source).is_none());
        assert!(ALL[0].target(&datasets::square()).is_none());
    }

    #[test]
    fn everything_stays_finite_where_all_paths_meet() {
        let source = Distribution::standard_normal();
        for pairing in [Pairing::Rotate { angle: PI }, Pairing::Fold] {
            let field = PairedField::new(source.clone(), pairing, Schedule::CondOt);
            for t in [0.0, 0.5, 0.5 + 1e-9, 1.0] {
                for x in [[0.0, 0.0], [1.0, -2.0], [-80.0, 1e9]] {
                    let (mut u, mut div) = ([[0.0; 2]], [0.0]);
                    field.velocity(&[x], t, None, &mut u);
                    field.divergence(&[x], t, None, &mut div);
                    assert!(
                        u[0].iter().chain(&div).all(|v| v.is_finite()),
                        "{pairing:?} {t} {x:?}"
                    );
                }
            }
        }
    }
}
