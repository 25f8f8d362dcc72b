//! A rough auction: column prices that make a matching of point sets nearly optimal, cheaply.
//!
//! D. P. Bertsekas, *The Auction Algorithm* (Annals of Operations Research 14, 1988), with
//! epsilon scaling: unassigned rows bid for their best column, lowering its price by their margin
//! over the second best plus `epsilon`, until all are assigned; then once more with a smaller
//! `epsilon`, from the prices reached. Only the prices are wanted here, and any prices are a valid
//! start for [`super::assignment`], so single precision and a bounded number of bids will do.

use super::Point;
use wide::f32x8;

/// What an unassigned row or column points at.
const NONE: usize = usize::MAX;

/// Columns looked at side by side: two registers of WebAssembly.
const LANES: usize = 8;

/// The first increment, where the mean cost is 1.
const FIRST: f32 = 0.03;

/// The auction ends before the increment falls below this over `n`: costs of neighbours differ by
/// about `1 / n`, and the searches that follow are quick from there.
const LAST_TIMES_N: f32 = 0.1;

/// How much smaller each round's increment is.
const SHRINK: f32 = 5.0;

/// Bids allowed for each row in one round, after which the prices are taken as they are.
const BIDS_PER_ROW: usize = 50;

/// A price for each point of `y`, such that giving every point of `x` the `j` with the least
/// `|x_i - y_j|^2 - price[j]` is nearly a matching of least cost.
///
/// The sets have one size `n`, each is centred, and their mean squared distance is 1.
pub(super) fn prices(x: &[Point], y: &[Point]) -> Vec<f64> {
    let mut auction = Auction::new(y, spread(x) / spread(y));
    let mut epsilon = FIRST;
    while x.len() > 1 && epsilon > LAST_TIMES_N / x.len() as f32 {
        auction.round(x, epsilon);
        epsilon /= SHRINK;
    }
    let price = |(p, &handicap): (&Point, &f32)| square(p) - f64::from(handicap);
    y.iter().zip(&auction.handicap).map(price).collect()
}

fn square(p: &Point) -> f64 {
    p[0] * p[0] + p[1] * p[1]
}

/// The root of the sum of squared distances from the origin, in which the points are centred.
fn spread(points: &[Point]) -> f64 {
    let squares: f64 = points.iter().map(square).sum();
    squares.sqrt().max(f64::MIN_POSITIVE)
}

/// Columns as structure of arrays, padded to whole registers with columns of prohibitive cost.
struct Auction {
    y0: Vec<f32>,
    y1: Vec<f32>,
    /// `|y_j|^2 - price_j`: with `-2 x . y_j` it is all of a cost that a row `x` chooses by.
    handicap: Vec<f32>,
    row_of: Vec<usize>,
}

/// The best offer a row found.
struct Offer {
    column: usize,
    /// How much worse the second best column is.
    margin: f32,
}

impl Auction {
    /// Starts from the prices `(1 - scale) |y|^2`. With `scale = a / b` they are optimal between
    /// isotropic Gaussians of standard deviations `a` and `b`, and a far better start than nothing
    /// between other sets: the bids are half as many.
    fn new(y: &[Point], scale: f64) -> Self {
        let padded = |of: &dyn Fn(&Point) -> f64, with: f32| {
            let mut values: Vec<f32> = y.iter().map(|p| of(p) as f32).collect();
            values.resize(y.len().next_multiple_of(LANES), with);
            values
        };
        Self {
            y0: padded(&|p| p[0], 0.0),
            y1: padded(&|p| p[1], 0.0),
            handicap: padded(&|p| scale * square(p), f32::MAX),
            row_of: vec![NONE; y.len()],
        }
    }

    /// Assigns all rows anew, from the prices at hand, with the increment `epsilon`.
    fn round(&mut self, x: &[Point], epsilon: f32) {
        self.row_of.fill(NONE);
        let mut free: Vec<usize> = (0..x.len()).collect();
        for _ in 0..BIDS_PER_ROW * x.len() {
            let Some(row) = free.pop() else { break };
            let offer = self.offer(x[row]);
            self.handicap[offer.column] += offer.margin + epsilon;
            let displaced = std::mem::replace(&mut self.row_of[offer.column], row);
            if displaced != NONE {
                free.push(displaced);
            }
        }
    }

    /// The column of least cost and its margin, each lane for itself, then across.
    fn offer(&self, x: Point) -> Offer {
        let [a, b] = x.map(|x| f32x8::splat(-2.0 * x as f32));
        let mut best = f32x8::splat(f32::MAX);
        let (mut second, mut at, mut chunk) = (best, f32x8::ZERO, f32x8::ZERO);
        let chunks = self.y0.as_chunks().0.iter().zip(self.y1.as_chunks().0);
        for ((&y0, &y1), &handicap) in chunks.zip(self.handicap.as_chunks().0) {
            let cost = f32x8::new(handicap) + a * f32x8::new(y0) + b * f32x8::new(y1);
            at = cost.simd_lt(best).bitselect(chunk, at);
            second = second.fast_min(cost.fast_max(best));
            best = cost.fast_min(best);
            chunk += f32x8::ONE;
        }
        across(best.to_array(), second.to_array(), at.to_array())
    }
}

/// Joins the lanes' answers.
fn across(best: [f32; LANES], second: [f32; LANES], chunk: [f32; LANES]) -> Offer {
    let winner = (1..LANES).fold(0, |w, lane| if best[lane] < best[w] { lane } else { w });
    let others = (0..LANES).map(|lane| {
        if lane == winner {
            second[lane]
        } else {
            best[lane]
        }
    });
    let runner_up = others.fold(f32::MAX, f32::min);
    Offer {
        column: chunk[winner] as usize * LANES + winner,
        margin: runner_up - best[winner],
    }
}
