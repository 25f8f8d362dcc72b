//! Sines and cosines of several numbers at once: branch-free, so that compilers can compute several side by side, and
//! from additions and multiplications alone, so that all builds agree.
//!
//! For columns in single precision: of numbers up to `1e5`, results are right to `3e-9`.

use core::f64::consts::FRAC_2_PI;

/// `pi / 2` in two parts, the first short enough to be multiplied exactly (Cody and Waite, 1980).
const HALF_PI_HIGH: f64 = 1.570_796_326_734_125_6;
const HALF_PI_LOW: f64 = 6.077_100_506_506_192e-11;
/// Adding and subtracting `3 * 2^51` rounds to an integer.
const ROUND: f64 = 6_755_399_441_055_744.0;

/// How many numbers are computed side by side: two SIMD registers of `f64` in wasm.
pub const LANES: usize = 4;

/// The sine and the cosine of each.
///
/// `x = n pi / 2 + r` with `|r| <= pi / 4`; then Taylor series of `r` to degrees 9 and 10, whose rests are below
/// `2e-9`, change places where `n` is odd, and signs by its quarter.
#[inline]
pub(crate) fn sines_and_cosines(x: [f64; LANES]) -> ([f64; LANES], [f64; LANES]) {
    let (mut sines, mut cosines) = ([0.0; LANES], [0.0; LANES]);
    for i in 0..LANES {
        let shifted = x[i] * FRAC_2_PI + ROUND;
        let n = shifted - ROUND;
        let r = (x[i] - n * HALF_PI_HIGH) - n * HALF_PI_LOW;
        let (sine, cosine) = (sine_near_zero(r), cosine_near_zero(r));
        // The low bits of `shifted` hold n in two's complement.
        let quarter = shifted.to_bits();
        let odd = quarter & 1 == 1;
        let (a, b) = if odd { (cosine, sine) } else { (sine, cosine) };
        sines[i] = f64::from_bits(a.to_bits() ^ ((quarter & 2) << 62));
        cosines[i] = f64::from_bits(b.to_bits() ^ ((quarter.wrapping_add(1) & 2) << 62));
    }
    (sines, cosines)
}

#[inline]
fn sine_near_zero(r: f64) -> f64 {
    let s = r * r;
    r * (1.0 + s * (-1.0 / 6.0 + s * (1.0 / 120.0 + s * (-1.0 / 5040.0 + s * (1.0 / 362_880.0)))))
}

#[inline]
fn cosine_near_zero(r: f64) -> f64 {
    let s = r * r;
    let rest = 1.0 / 24.0 + s * (-1.0 / 720.0 + s * (1.0 / 40_320.0 + s * (-1.0 / 3_628_800.0)));
    1.0 + s * (-0.5 + s * rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_those_of_libm() {
        for k in -200_000..200_000 {
            let x = [0.0, 0.25, 0.5, 0.75].map(|part| (f64::from(k) + part) * 0.013);
            let (sines, cosines) = sines_and_cosines(x);
            for i in 0..LANES {
                assert!((sines[i] - libm::sin(x[i])).abs() < 3e-9, "{}", x[i]);
                assert!((cosines[i] - libm::cos(x[i])).abs() < 3e-9, "{}", x[i]);
            }
        }
    }

    #[test]
    fn large_numbers_keep_their_precision_and_none_is_none() {
        let (sines, cosines) = sines_and_cosines([1e5, -98_765.4, f64::NAN, f64::INFINITY]);
        assert!((sines[0] - libm::sin(1e5)).abs() < 3e-9);
        assert!((cosines[1] - libm::cos(-98_765.4)).abs() < 3e-9);
        assert!(sines[2..].iter().chain(&cosines[2..]).all(|v| v.is_nan()));
    }
}
