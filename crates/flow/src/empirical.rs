//! The marginal velocity where there is no closed form, estimated from coupled pairs.
//!
//! `u(x, t) = E[V_t | X_t = x]` with `V_t = alpha' X_1 + sigma' X_0` is a regression function, so it can
//! be estimated from many pairs by local linear regression: the plane that fits the velocities of the
//! nearest points best, read at `x` (Fan and Gijbels, *Local Polynomial Modelling and Its
//! Applications*, 1996, chapter 2). Its value has an error that the scatter about the plane tells, and
//! its slope gives the divergence.
//!
//! A plane that leaves out the point itself also tells how much noise there is: if `h` is the point's
//! leverage, `E |V - plane|^2 = (1 + h) (noise)`. The mean noise is the Bayes floor of the loss.

use super::labels::Labelled;
use super::pairs::Pairs;
use super::schedule::Schedule;
use super::{Point, VelocityField};

/// Neighbours behind a plane: enough to average out most of the noise, few enough to be near.
pub(crate) const NEIGHBOURS: usize = 48;

/// Points a cell of the index holds on average.
const CROWD: f64 = 8.0;

/// Beyond so many times the neighbours' spread from their middle a plane is not trusted to go on.
const REACH: f64 = 2.0;

/// Points of the path at one time with their conditional velocities, and where to find them.
pub struct Cloud {
    points: Vec<Point>,
    velocities: Vec<Point>,
    low: Point,
    cell: f64,
    columns: usize,
    rows: usize,
    /// Where each cell's members begin in `members`; one more at the end.
    starts: Vec<u32>,
    members: Vec<u32>,
}

/// What the neighbours of a point say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    /// The estimated velocity.
    pub value: Point,
    /// `d value / d x` and `d value / d y`.
    pub slopes: [Point; 2],
    /// How much of the noise is in the value: its variance over that of one velocity.
    pub leverage: f64,
    /// The neighbours' mean squared distance from the plane, both coordinates together, corrected
    /// for the three numbers that each coordinate's plane was fitted with.
    pub scatter: f64,
}

impl Fit {
    /// The standard error of the value: the root of the mean squared error from noise, both
    /// coordinates together.
    pub fn error(&self) -> f64 {
        (self.scatter * self.leverage).sqrt()
    }
}

impl Cloud {
    /// The pairs at time `t` of their paths.
    pub fn new(pairs: &Pairs, schedule: Schedule, t: f64) -> Self {
        let c = schedule.coefficients(t);
        let mix = |a: f64, b: f64| {
            let of = move |(x0, x1): (Point, Point)| [0, 1].map(|i| a * x1[i] + b * x0[i]);
            pairs.iter().map(of).collect::<Vec<Point>>()
        };
        Self::of(mix(c.alpha, c.sigma), mix(c.d_alpha, c.d_sigma))
    }

    /// Points and what was observed at each.
    fn of(points: Vec<Point>, velocities: Vec<Point>) -> Self {
        let bound = |pick: fn(f64, f64) -> f64, start: f64| {
            points
                .iter()
                .fold([start; 2], |b, p| [pick(b[0], p[0]), pick(b[1], p[1])])
        };
        let (low, high) = (
            bound(f64::min, f64::INFINITY),
            bound(f64::max, f64::NEG_INFINITY),
        );
        let size = [0, 1].map(|i| (high[i] - low[i]).max(1e-9));
        let cell = (size[0] * size[1] * CROWD / points.len().max(1) as f64).sqrt();
        let cell = cell.max(size[0].max(size[1]) / 1000.0);
        let count = |i: usize| (size[i] / cell) as usize + 1;
        let mut cloud = Self {
            low,
            cell,
            columns: count(0),
            rows: count(1),
            starts: Vec::new(),
            members: Vec::new(),
            points,
            velocities,
        };
        cloud.sort_into_cells();
        cloud
    }

    /// A counting sort.
    fn sort_into_cells(&mut self) {
        let cells: Vec<usize> = self
            .points
            .iter()
            .map(|&p| self.index(self.cell_of(p)))
            .collect();
        self.starts = vec![0; self.columns * self.rows + 1];
        cells.iter().for_each(|&cell| self.starts[cell + 1] += 1);
        for i in 1..self.starts.len() {
            self.starts[i] += self.starts[i - 1];
        }
        let mut next = self.starts.clone();
        self.members = vec![0; cells.len()];
        for (i, &cell) in (0..).zip(&cells) {
            self.members[next[cell] as usize] = i;
            next[cell] += 1;
        }
    }

    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// The conditional velocity of each point's own pair.
    pub fn velocities(&self) -> &[Point] {
        &self.velocities
    }

    fn cell_of(&self, p: Point) -> [usize; 2] {
        let along = |i: usize, count: usize| {
            (((p[i] - self.low[i]) / self.cell).max(0.0) as usize).min(count - 1)
        };
        [along(0, self.columns), along(1, self.rows)]
    }

    fn index(&self, [column, row]: [usize; 2]) -> usize {
        row * self.columns + column
    }

    /// The `count` points nearest to `x` but for point `except`, with their squared distances.
    ///
    /// Cells are searched in growing squares; what lies outside a square of `r` cells about `x`'s own
    /// is at least `r` cells away.
    pub fn nearest(&self, x: Point, count: usize, except: Option<u32>) -> Vec<(f64, u32)> {
        let [column, row] = self.cell_of(x);
        let outside = self.distance_to_cells(x);
        let mut found: Vec<(f64, u32)> = Vec::with_capacity(2 * count);
        for ring in 0..self.columns.max(self.rows) {
            self.search_ring(x, [column, row], ring, except, &mut found);
            if found.len() >= count {
                found.select_nth_unstable_by(count - 1, |a, b| a.0.total_cmp(&b.0));
                let farthest = found[count - 1].0;
                let safe = (ring as f64 * self.cell - outside).max(0.0);
                if farthest <= safe * safe || ring > self.columns.max(self.rows) {
                    break;
                }
            }
        }
        if found.len() > count {
            found.select_nth_unstable_by(count - 1, |a, b| a.0.total_cmp(&b.0));
            found.truncate(count);
        }
        found
    }

    /// How far a point is outside all cells.
    fn distance_to_cells(&self, x: Point) -> f64 {
        let high = [
            self.low[0] + self.cell * self.columns as f64,
            self.low[1] + self.cell * self.rows as f64,
        ];
        let away = [0, 1].map(|i| (self.low[i] - x[i]).max(x[i] - high[i]).max(0.0));
        libm::hypot(away[0], away[1])
    }

    fn search_ring(
        &self,
        x: Point,
        [column, row]: [usize; 2],
        ring: usize,
        except: Option<u32>,
        found: &mut Vec<(f64, u32)>,
    ) {
        let rows = row.saturating_sub(ring)..=(row + ring).min(self.rows - 1);
        for r in rows {
            let edge = r.abs_diff(row) == ring;
            let step = if edge || ring == 0 { 1 } else { 2 * ring };
            let columns = (0..=2 * ring).step_by(step);
            for c in columns.filter_map(|k| (column + k).checked_sub(ring)) {
                if c < self.columns {
                    self.search_cell(x, self.index([c, r]), except, found);
                }
            }
        }
    }

    fn search_cell(&self, x: Point, cell: usize, except: Option<u32>, found: &mut Vec<(f64, u32)>) {
        let range = self.starts[cell] as usize..self.starts[cell + 1] as usize;
        for &i in self.members[range].iter().filter(|&&i| Some(i) != except) {
            let p = self.points[i as usize];
            let d = [p[0] - x[0], p[1] - x[1]];
            found.push((d[0] * d[0] + d[1] * d[1], i));
        }
    }

    /// The plane through the velocities near `x`, without that of point `except`; `None` where there
    /// are fewer than four points.
    pub fn fit(&self, x: Point, except: Option<u32>) -> Option<Fit> {
        let near = self.nearest(x, NEIGHBOURS, except);
        (near.len() >= 4).then(|| self.plane(x, &near))
    }

    /// Ordinary least squares about the neighbours' middle. Where they lie on a line, or `x` is far
    /// outside them, the plane is level.
    fn plane(&self, x: Point, near: &[(f64, u32)]) -> Fit {
        let n = near.len() as f64;
        let each = || {
            near.iter()
                .map(|&(_, i)| (self.points[i as usize], self.velocities[i as usize]))
        };
        let mut sums = [0.0; 4];
        for (p, v) in each() {
            [p[0], p[1], v[0], v[1]]
                .iter()
                .zip(&mut sums)
                .for_each(|(v, sum)| *sum += v);
        }
        let [mx, my, mu, mv] = sums.map(|sum| sum / n);
        let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
        let mut cross = [[0.0; 2]; 2];
        for (p, v) in each() {
            let (dx, dy, dv) = (p[0] - mx, p[1] - my, [v[0] - mu, v[1] - mv]);
            (xx, xy, yy) = (xx + dx * dx, xy + dx * dy, yy + dy * dy);
            for k in [0, 1] {
                cross[0][k] += dx * dv[k];
                cross[1][k] += dy * dv[k];
            }
        }
        let (d, determinant) = ([x[0] - mx, x[1] - my], xx * yy - xy * xy);
        let spread = (xx + yy) / n;
        let level = determinant <= 1e-9 * (xx + yy) * (xx + yy)
            || d[0] * d[0] + d[1] * d[1] > REACH * REACH * spread;
        let slopes = if level {
            [[0.0; 2]; 2]
        } else {
            [
                [0, 1].map(|k| (yy * cross[0][k] - xy * cross[1][k]) / determinant),
                [0, 1].map(|k| (xx * cross[1][k] - xy * cross[0][k]) / determinant),
            ]
        };
        let at = |d: Point| [0, 1].map(|k| [mu, mv][k] + d[0] * slopes[0][k] + d[1] * slopes[1][k]);
        let tilt = (yy * d[0] * d[0] - 2.0 * xy * d[0] * d[1] + xx * d[1] * d[1]) / determinant;
        let fitted = if level { 1.0 } else { 3.0 };
        let squares = each().map(|(p, v)| {
            let fit = at([p[0] - mx, p[1] - my]);
            (v[0] - fit[0]) * (v[0] - fit[0]) + (v[1] - fit[1]) * (v[1] - fit[1])
        });
        Fit {
            value: at(d),
            slopes,
            leverage: 1.0 / n + if level { 0.0 } else { tilt },
            scatter: squares.sum::<f64>() / (n - fitted),
        }
    }
}

/// The estimated marginal field of coupled pairs.
#[derive(Clone, Debug)]
pub struct EmpiricalField {
    pairs: Pairs,
    /// The pairs of each label, where there are labels.
    classes: Vec<Pairs>,
    schedule: Schedule,
}

impl EmpiricalField {
    /// The field of these pairs. The more of them, the nearer the neighbours and the better it is.
    pub fn new(pairs: Pairs, schedule: Schedule) -> Self {
        let classes = Vec::new();
        Self {
            pairs,
            classes,
            schedule,
        }
    }

    /// The field that knows labels: under a label, that of its own pairs.
    pub fn with_labels(drawn: Labelled, schedule: Schedule) -> Self {
        let labels = drawn.labels.iter().max().map_or(0, |most| most + 1);
        Self {
            classes: (0..labels).map(|label| drawn.of_label(label)).collect(),
            ..Self::new(drawn.pairs, schedule)
        }
    }

    /// What the neighbours of every point say at time `t`, those of a label or all; no motion where
    /// there are no pairs.
    pub fn fits(&self, x: &[Point], t: f64, label: Option<u32>) -> Vec<Fit> {
        let own = label.and_then(|label| self.classes.get(label as usize));
        let cloud = Cloud::new(own.unwrap_or(&self.pairs), self.schedule, t);
        let none = Fit {
            value: [0.0; 2],
            slopes: [[0.0; 2]; 2],
            leverage: 1.0,
            scatter: f64::INFINITY,
        };
        x.iter()
            .map(|&x| cloud.fit(x, None).unwrap_or(none))
            .collect()
    }
}

impl VelocityField for EmpiricalField {
    fn velocity(&self, x: &[Point], t: f64, label: Option<u32>, out: &mut [Point]) {
        assert_eq!(x.len(), out.len(), "one velocity a point");
        for (fit, out) in self.fits(x, t, label).iter().zip(out) {
            *out = fit.value;
        }
    }

    /// That of the planes.
    fn divergence(&self, x: &[Point], t: f64, label: Option<u32>, out: &mut [f64]) {
        assert_eq!(x.len(), out.len(), "one divergence a point");
        for (fit, out) in self.fits(x, t, label).iter().zip(out) {
            *out = fit.slopes[0][0] + fit.slopes[1][1];
        }
    }

    fn directional(
        &self,
        x: &[Point],
        t: f64,
        label: Option<u32>,
        direction: &[Point],
        out: &mut [Point],
    ) {
        for ((fit, d), out) in self.fits(x, t, label).iter().zip(direction).zip(out) {
            *out = [0, 1].map(|k| d[0] * fit.slopes[0][k] + d[1] * fit.slopes[1][k]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datasets;
    use crate::distribution::Distribution;
    use crate::exact::ExactField;
    use crate::random::Rng;

    fn pairs(n: usize, target: &Distribution) -> Pairs {
        let mut rng = Rng::new(1);
        Pairs {
            x0: Distribution::standard_normal().sample(&mut rng, n),
            x1: target.sample(&mut rng, n),
        }
    }

    #[test]
    fn neighbours_are_those_of_brute_force() {
        let cloud = Cloud::new(
            &pairs(700, &datasets::checkerboard()),
            Schedule::CondOt,
            0.7,
        );
        let mut rng = Rng::new(2);
        for _ in 0..200 {
            let x = [12.0 * rng.uniform() - 6.0, 12.0 * rng.uniform() - 6.0];
            let mut all: Vec<f64> = cloud
                .points()
                .iter()
                .map(|p| (p[0] - x[0]) * (p[0] - x[0]) + (p[1] - x[1]) * (p[1] - x[1]))
                .collect();
            all.sort_by(f64::total_cmp);
            let mut found: Vec<f64> = cloud.nearest(x, 9, None).iter().map(|n| n.0).collect();
            found.sort_by(f64::total_cmp);
            assert_eq!(found, all[..9], "{x:?}");
        }
        assert_eq!(cloud.nearest([0.0; 2], 1000, Some(3)).len(), 699);
    }

    #[test]
    fn a_plane_is_found_exactly() {
        let mut rng = Rng::new(3);
        let points: Vec<Point> = (0..200).map(|_| [rng.normal(), rng.normal()]).collect();
        let plane = |p: &Point| [1.0 + 2.0 * p[0] - p[1], 0.5 * p[1]];
        let cloud = Cloud::of(points.clone(), points.iter().map(plane).collect());
        let fit = cloud.fit([0.2, -0.3], None).unwrap();
        assert!((fit.value[0] - 1.7).abs() < 1e-12 && (fit.value[1] + 0.15).abs() < 1e-12);
        assert!((fit.slopes[0][0] - 2.0).abs() < 1e-12 && (fit.slopes[1][1] - 0.5).abs() < 1e-12);
        assert!(fit.scatter < 1e-20 && fit.leverage > 1.0 / NEIGHBOURS as f64);
    }

    #[test]
    fn the_estimate_agrees_with_the_closed_form_within_its_error() {
        let target = datasets::eight_gaussians().scaled(0.4);
        let pairs = pairs(16_384, &target);
        let source = Distribution::standard_normal();
        let exact = ExactField::new(&source, &target, Schedule::CondOt);
        let empirical = EmpiricalField::new(pairs.clone(), Schedule::CondOt);
        for t in [0.1, 0.4, 0.7] {
            let x: Vec<Point> = Cloud::new(&pairs, Schedule::CondOt, t).points()[..300].to_vec();
            let mut u = vec![[0.0; 2]; x.len()];
            exact.velocity(&x, t, None, &mut u);
            let fits = empirical.fits(&x, t, None);
            let square =
                |a: Point, b: Point| (a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]);
            let measured: f64 = fits.iter().zip(&u).map(|(f, &u)| square(f.value, u)).sum();
            let expected: f64 = fits.iter().map(|f| f.error() * f.error()).sum();
            let ratio = measured / expected;
            assert!((0.5..2.0).contains(&ratio), "{t}: {ratio}");
            let mut divergence = vec![0.0; x.len()];
            let mut slopes = divergence.clone();
            exact.divergence(&x, t, None, &mut divergence);
            empirical.divergence(&x, t, None, &mut slopes);
            let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
            assert!((mean(&divergence) - mean(&slopes)).abs() < 0.7, "{t}");
        }
    }

    #[test]
    fn few_pairs_or_none_are_no_reason_to_panic() {
        let empty = EmpiricalField::new(Pairs::default(), Schedule::CondOt);
        let mut out = [[1.0; 2]];
        empty.velocity(&[[0.3, 0.4]], 0.5, None, &mut out);
        assert_eq!(out, [[0.0; 2]]);
        let same = Pairs {
            x0: vec![[1.0, 1.0]; 9],
            x1: vec![[2.0, 0.0]; 9],
        };
        EmpiricalField::new(same, Schedule::CondOt).velocity(&[[9.0, 9.0]], 0.5, None, &mut out);
        assert_eq!(out, [[1.0, -1.0]]);
    }
}
