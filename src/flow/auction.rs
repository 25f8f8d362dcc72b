//! A rough auction: column prices that make a matching of point sets nearly optimal, cheaply.
//!
//! D. P. Bertsekas, *The Auction Algorithm* (Annals of Operations Research 14, 1988), with
//! epsilon scaling: unassigned rows bid for their best column, lowering its price by their margin
//! over the second best plus `epsilon`, until all are assigned; then once more with a smaller
//! `epsilon`, from the prices reached. Only the prices are wanted here, and any prices are a valid
//! start for [`super::assignment`], so single precision and a bounded number of bids will do.

use super::Point;

/// What an unassigned row or column points at.
const NONE: usize = usize::MAX;

/// Columns looked at side by side: four SIMD registers of four floats.
const LANES: usize = 16;

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
    let mut auction = Auction::new(y, 1.0 - spread(x) / spread(y));
    let mut epsilon = FIRST;
    while x.len() > 1 && epsilon > LAST_TIMES_N / x.len() as f32 {
        auction.round(x, epsilon);
        epsilon /= SHRINK;
    }
    auction.price[..y.len()]
        .iter()
        .map(|&v| f64::from(v))
        .collect()
}

/// The root of the sum of squared distances from the origin, in which the points are centred.
fn spread(points: &[Point]) -> f64 {
    let squares: f64 = points.iter().map(|p| p[0] * p[0] + p[1] * p[1]).sum();
    squares.sqrt().max(f64::MIN_POSITIVE)
}

/// Columns as structure of arrays, padded to whole lanes with columns nobody wants.
struct Auction {
    y0: Vec<f32>,
    y1: Vec<f32>,
    price: Vec<f32>,
    row_of: Vec<usize>,
}

/// The best offer a row found.
struct Offer {
    column: usize,
    /// How much worse the second best column is.
    margin: f32,
}

impl Auction {
    /// Starts from the prices `curvature |y|^2`. With `curvature = 1 - a / b` they are optimal
    /// between isotropic Gaussians of standard deviations `a` and `b`, and a far better start than
    /// nothing between other sets: the bids are half as many.
    fn new(y: &[Point], curvature: f64) -> Self {
        let padded = y.len().next_multiple_of(LANES);
        let column = |k: usize| {
            let mut values: Vec<f32> = y.iter().map(|p| p[k] as f32).collect();
            values.resize(padded, 0.0);
            values
        };
        let first_price = |p: &Point| (curvature * (p[0] * p[0] + p[1] * p[1])) as f32;
        let mut price: Vec<f32> = y.iter().map(first_price).collect();
        price.resize(padded, -f32::MAX);
        Self {
            y0: column(0),
            y1: column(1),
            price,
            row_of: vec![NONE; padded],
        }
    }

    /// Assigns all rows anew, from the prices at hand, with the increment `epsilon`.
    fn round(&mut self, x: &[Point], epsilon: f32) {
        self.row_of.fill(NONE);
        let mut free: Vec<usize> = (0..x.len()).collect();
        for _ in 0..BIDS_PER_ROW * x.len() {
            let Some(row) = free.pop() else { break };
            let offer = self.offer(x[row]);
            self.price[offer.column] -= offer.margin + epsilon;
            let displaced = std::mem::replace(&mut self.row_of[offer.column], row);
            if displaced != NONE {
                free.push(displaced);
            }
        }
    }

    /// The least and second least `|x - y_j|^2 - price[j]`, each lane for itself, then across.
    fn offer(&self, x: Point) -> Offer {
        let (a, b) = (x[0] as f32, x[1] as f32);
        let mut best = [f32::MAX; LANES];
        let mut second = [f32::MAX; LANES];
        let mut at = [0u32; LANES];
        let chunks = self.y0.as_chunks().0.iter().zip(self.y1.as_chunks().0);
        let chunks = chunks.zip(self.price.as_chunks().0).zip(0u32..);
        for (((y0, y1), price), chunk) in chunks {
            let (y0, y1, price): (&[f32; LANES], &[f32; LANES], &[f32; LANES]) = (y0, y1, price);
            for lane in 0..LANES {
                let (d0, d1) = (y0[lane] - a, y1[lane] - b);
                let value = d0 * d0 + d1 * d1 - price[lane];
                let less = value < best[lane];
                let loser = if less { best[lane] } else { value };
                second[lane] = if loser < second[lane] {
                    loser
                } else {
                    second[lane]
                };
                best[lane] = if less { value } else { best[lane] };
                at[lane] = if less { chunk } else { at[lane] };
            }
        }
        across(&best, &second, &at)
    }
}

/// Joins the lanes' answers.
fn across(best: &[f32; LANES], second: &[f32; LANES], at: &[u32; LANES]) -> Offer {
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
        column: at[winner] as usize * LANES + winner,
        margin: runner_up - best[winner],
    }
}
