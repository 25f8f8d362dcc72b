//! What a network is given of a point, a time and a label: the columns of its input.
//!
//! ```text
//! x, y, t   then, with random Fourier features,   cos(w_k . (x, y, t)), sin(w_k . (x, y, t)),  k < 32
//!           then, for a network that learns labels, one column a label: 1 for the given one, else 0
//! ```
//!
//! A network of few layers learns low frequencies first; sines and cosines of random directions
//! give it the higher ones to begin with (Tancik et al., *Fourier Features Let Networks Learn High
//! Frequency Functions in Low Dimensional Domains*, 2020). The directions are normal and come from
//! the seed, so lanes of one seed share them. No label at all is the row of zeros.

use super::Point;
use super::random::Rng;
use super::sine::{LANES, sines_and_cosines};
use super::stream;

/// Random directions, each of which gives a cosine and a sine.
pub(crate) const WAVES: usize = 32;
const _: () = assert!(WAVES.is_multiple_of(LANES), "no direction is left over");

/// Standard deviation of a direction's components in `x` and `y`, in radians a unit of length. The
/// checkerboard repeats every 4.4 units: at a frequency of 1.4.
///
/// Excess loss on it (128x3, batch 256, 2,000 steps from 5e-3, two seeds) by the two deviations here:
/// 0.025 at (0.5, 2), 0.027 at (1, 1), 0.020 at (1, 3) and at (1, 8), 0.021 at (1.5, 4), 0.020 at
/// (1.5, 8), 0.025 at (2, 4), 0.024 at (2, 8); 0.038 without features.
pub(crate) const WAVE_STD: f64 = 1.0;

/// Standard deviation of a direction's component in `t`, in radians.
pub(crate) const WAVE_STD_IN_TIME: f64 = 4.0;

/// Which columns there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Encoding {
    /// The seed of the random Fourier features, if there are any.
    pub waves: Option<u32>,
    /// Labels the network knows; 0 for a network that learns none.
    pub labels: u32,
}

impl Encoding {
    /// `x, y, t` alone.
    pub const PLAIN: Self = Self {
        waves: None,
        labels: 0,
    };

    /// Numbers a sample.
    pub fn columns(self) -> usize {
        let waves = if self.waves.is_some() { 2 * WAVES } else { 0 };
        3 + waves + self.labels as usize
    }
}

/// An encoding with its random directions.
#[derive(Clone, Debug, PartialEq)]
pub struct Encoder {
    encoding: Encoding,
    waves: Vec<[f64; 3]>,
}

impl Encoder {
    pub fn new(encoding: Encoding) -> Self {
        let draw = |seed: u32| {
            let mut rng = Rng::stream(seed.into(), stream::WAVES);
            let wave = |_| [WAVE_STD, WAVE_STD, WAVE_STD_IN_TIME].map(|std| std * rng.normal());
            (0..WAVES).map(wave).collect()
        };
        Self {
            encoding,
            waves: encoding.waves.map_or_else(Vec::new, draw),
        }
    }

    /// Numbers a sample.
    pub fn columns(&self) -> usize {
        self.encoding.columns()
    }

    /// The random directions, in x, y and t.
    pub fn waves(&self) -> &[[f64; 3]] {
        &self.waves
    }

    /// The directions, as many together as have their sines computed side by side.
    fn groups(&self) -> impl Iterator<Item = &[[f64; 3]; LANES]> {
        self.waves.as_chunks().0.iter()
    }

    /// Hands every column of a sample to `put`. A label the network does not know is none.
    #[inline]
    pub fn encode(
        &self,
        x: Point,
        t: f64,
        condition: Option<u32>,
        mut put: impl FnMut(usize, f32),
    ) {
        [x[0], x[1], t]
            .into_iter()
            .enumerate()
            .for_each(|(column, v)| put(column, v as f32));
        for (group, waves) in self.groups().enumerate() {
            let phases = waves.map(|[wx, wy, wt]| wx * x[0] + wy * x[1] + wt * t);
            let (sines, cosines) = sines_and_cosines(phases);
            for i in 0..LANES {
                let column = 3 + 2 * (LANES * group + i);
                put(column, cosines[i] as f32);
                put(column + 1, sines[i] as f32);
            }
        }
        let first = 3 + 2 * self.waves.len();
        for label in 0..self.encoding.labels {
            let given = f32::from(u8::from(condition == Some(label)));
            put(first + label as usize, given);
        }
    }

    /// Hands the derivative of every column along `d` to `put`.
    #[inline]
    pub fn slope(&self, x: Point, t: f64, d: Point, mut put: impl FnMut(usize, f32)) {
        [d[0], d[1], 0.0]
            .into_iter()
            .enumerate()
            .for_each(|(column, v)| put(column, v as f32));
        for (group, waves) in self.groups().enumerate() {
            let phases = waves.map(|[wx, wy, wt]| wx * x[0] + wy * x[1] + wt * t);
            let (sines, cosines) = sines_and_cosines(phases);
            for (i, [wx, wy, _]) in waves.iter().enumerate() {
                let column = 3 + 2 * (LANES * group + i);
                let along = wx * d[0] + wy * d[1];
                put(column, (-sines[i] * along) as f32);
                put(column + 1, (cosines[i] * along) as f32);
            }
        }
        for column in 3 + 2 * self.waves.len()..self.columns() {
            put(column, 0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(encoder: &Encoder, x: Point, t: f64, condition: Option<u32>) -> Vec<f32> {
        let mut row = vec![f32::NAN; encoder.columns()];
        encoder.encode(x, t, condition, |column, v| row[column] = v);
        row
    }

    #[test]
    fn a_row_is_point_time_waves_and_label() {
        let encoding = Encoding {
            waves: Some(4),
            labels: 3,
        };
        let encoder = Encoder::new(encoding);
        let row = encoded(&encoder, [1.0, -2.0], 0.5, Some(1));
        assert_eq!(row.len(), 3 + 64 + 3);
        assert_eq!(
            (&row[..3], &row[67..]),
            (&[1.0, -2.0, 0.5][..], &[0.0, 1.0, 0.0][..])
        );
        for wave in row[3..67].as_chunks::<2>().0 {
            assert!((wave[0] * wave[0] + wave[1] * wave[1] - 1.0).abs() < 1e-5);
        }
        assert_eq!(encoded(&encoder, [1.0, -2.0], 0.5, Some(7))[67..], [0.0; 3]);
        assert_eq!(
            encoded(&Encoder::new(Encoding::PLAIN), [1.0, 2.0], 0.5, Some(0)),
            [1.0, 2.0, 0.5]
        );
    }

    #[test]
    fn slopes_are_those_of_finite_differences() {
        let encoder = Encoder::new(Encoding {
            waves: Some(1),
            labels: 2,
        });
        let (x, d, h) = ([0.3, -0.7], [0.6, 0.8], 1e-2);
        let at = |s: f64| encoded(&encoder, [x[0] + s * d[0], x[1] + s * d[1]], 0.4, Some(0));
        let (behind, ahead) = (at(-h), at(h));
        encoder.slope(x, 0.4, d, |column, slope| {
            let quotient = (ahead[column] - behind[column]) / (2.0 * h as f32);
            assert!(
                (slope - quotient).abs() < 1e-2,
                "{column} {slope} {quotient}"
            );
        });
    }
}
