//! Points in pairs, what they cost to move, and how often their segments cross.

use super::Point;
use super::random::Rng;

/// Points in pairs: `x0[i]` of the source goes to `x1[i]` of the target.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pairs {
    pub x0: Vec<Point>,
    pub x1: Vec<Point>,
}

impl Pairs {
    pub fn len(&self) -> usize {
        self.x0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.x0.is_empty()
    }

    /// The pairs one by one.
    pub fn iter(&self) -> impl Iterator<Item = (Point, Point)> {
        self.x0.iter().copied().zip(self.x1.iter().copied())
    }

    /// `n` of the pairs, each time any of them.
    ///
    /// # Panics
    /// If there are none.
    pub fn draw(&self, rng: &mut Rng, n: usize) -> Self {
        let any = |_| ((rng.uniform() * self.len() as f64) as usize).min(self.len() - 1);
        let chosen = (0..n).map(any).map(|i| (self.x0[i], self.x1[i]));
        let (x0, x1) = chosen.unzip();
        Self { x0, x1 }
    }

    /// Adds other pairs at the end.
    pub fn append(&mut self, mut other: Self) {
        self.x0.append(&mut other.x0);
        self.x1.append(&mut other.x1);
    }

    /// Keeps the first `n` pairs.
    pub fn truncate(&mut self, n: usize) {
        self.x0.truncate(n);
        self.x1.truncate(n);
    }

    /// `E |x1 - x0|^2`, the transport cost; 0 for no pairs.
    pub fn cost(&self) -> f64 {
        let total: f64 = self.iter().map(|(a, b)| squared_distance(a, b)).sum();
        total / self.len().max(1) as f64
    }

    /// The share of pairs of segments that cross inside both, over the first `sample` segments; 0
    /// where there are fewer than two.
    ///
    /// Optimal transport makes crossings rare, not impossible: it is for `E |x1 - x0|` that two
    /// optimal segments never cross. For the squared distance they never meet *at the same time*.
    pub fn crossings(&self, sample: usize) -> f64 {
        let segments: Vec<_> = self.iter().take(sample).collect();
        let n = segments.len();
        let crossed = |i: usize| (0..i).filter(|&j| cross(segments[i], segments[j])).count();
        let count: usize = (0..n).map(crossed).sum();
        count as f64 / (n * n.saturating_sub(1) / 2).max(1) as f64
    }
}

/// `|b - a|^2`.
pub fn squared_distance(a: Point, b: Point) -> f64 {
    let d = [b[0] - a[0], b[1] - a[1]];
    d[0] * d[0] + d[1] * d[1]
}

/// Whether two segments have a point inside both, and are not parallel.
fn cross((a, b): (Point, Point), (c, d): (Point, Point)) -> bool {
    side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0
}

/// -1, 0 or 1: whether `p` lies right of, on, or left of the line from `a` to `b`.
fn side(a: Point, b: Point, p: Point) -> f64 {
    let area = (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]);
    if area == 0.0 { 0.0 } else { area.signum() }
}
