//! `exp` of numbers that are not positive: one branch-free formula, so that compilers can compute
//! several at once, from additions and multiplications alone, so that all builds agree.

use core::f64::consts::LOG2_E;

/// `log 2` in two parts, the first short enough to be multiplied exactly (Cody and Waite, 1980).
const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
/// Adding and subtracting `3 * 2^51` rounds to an integer.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// Below this the result is that of this, `1e-304`.
const LEAST: f64 = -700.0;

/// How many numbers are computed side by side: two SIMD registers of `f64` in wasm.
pub(crate) const LANES: usize = 4;

/// `exp(x)` for `x <= 0`, with a relative error below `5e-16`.
#[inline]
pub(crate) fn exp_nonpositive(x: f64) -> f64 {
    exp_lanes([x])[0]
}

/// `exp(x)` for every `x <= 0` of a few.
///
/// `x = n log 2 + r` with `|r| <= log(2) / 2`; then `2^n` by its bits and `exp(r)` by its Taylor
/// series to degree 13, whose rest is below `1e-17`.
#[inline]
pub(crate) fn exp_lanes<const N: usize>(x: [f64; N]) -> [f64; N] {
    let x = x.map(|x| if x > LEAST { x } else { LEAST });
    let shifted = x.map(|x| x * LOG2_E + ROUND);
    let mut r = [0.0; N];
    for i in 0..N {
        let n = shifted[i] - ROUND;
        r[i] = (x[i] - n * LN2_HIGH) - n * LN2_LOW;
    }
    let mut out = taylor(r);
    for i in 0..N {
        // The low bits of `shifted` hold n in two's complement.
        let power = (shifted[i].to_bits() << 52).wrapping_add(0x3ff0_0000_0000_0000);
        out[i] *= f64::from_bits(power);
    }
    out
}

/// `sum r^k / k!` up to 13, by Horner's rule.
#[inline]
fn taylor<const N: usize>(r: [f64; N]) -> [f64; N] {
    const INVERSE_FACTORIALS: [f64; 13] = [
        1.0 / 479_001_600.0,
        1.0 / 39_916_800.0,
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5_040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
        1.0,
        1.0,
    ];
    let mut sum = [1.0 / 6_227_020_800.0; N];
    for coefficient in INVERSE_FACTORIALS {
        for i in 0..N {
            sum[i] = sum[i] * r[i] + coefficient;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_library() {
        for i in 0..200_000 {
            let x = -0.0031 * f64::from(i);
            let (ours, exact) = (exp_nonpositive(x), libm::exp(x));
            assert!((ours / exact - 1.0).abs() < 5e-16, "{x} {ours} {exact}");
        }
    }

    #[test]
    fn the_ends_are_right() {
        assert_eq!(exp_nonpositive(0.0), 1.0);
        assert_eq!(exp_nonpositive(-0.0), 1.0);
        assert!(exp_nonpositive(-1e300) < 1e-300 && exp_nonpositive(f64::NEG_INFINITY) < 1e-300);
    }
}
