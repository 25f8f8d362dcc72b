//! The nonlinearities in single precision, without branches, so that loops over them vectorise.
//!
//! Every value agrees with the real function to about `2e-7 max(1, |x|)`, every slope to about
//! `5e-7`; the tests measure both against `libm` in double precision.

use super::spec::Activation;

/// Scale and `alpha` of SELU (Klambauer et al., *Self-Normalizing Neural Networks*, 2017).
const SELU_SCALE: f32 = 1.050_701;
const SELU_ALPHA: f32 = 1.673_263_2;

/// Replaces every `z` by `f(z)`.
pub(super) fn apply(activation: Activation, values: &mut [f32]) {
    // One loop each, so that the choice is made once and the body is straight-line code.
    fn each(values: &mut [f32], f: impl Fn(f32) -> (f32, f32)) {
        values.iter_mut().for_each(|z| *z = f(*z).0);
    }
    match activation {
        Activation::Silu => each(values, silu),
        Activation::Relu => each(values, relu),
        Activation::Elu => each(values, elu),
        Activation::Selu => each(values, selu),
        Activation::Tanh => each(values, tanh),
    }
}

/// Replaces every `z` by `f(z)`, and writes `f'(z)` into `slopes`.
pub fn apply_with_slope(activation: Activation, values: &mut [f32], slopes: &mut [f32]) {
    fn each(values: &mut [f32], slopes: &mut [f32], f: impl Fn(f32) -> (f32, f32)) {
        for (z, slope) in values.iter_mut().zip(slopes) {
            (*z, *slope) = f(*z);
        }
    }
    match activation {
        Activation::Silu => each(values, slopes, silu),
        Activation::Relu => each(values, slopes, relu),
        Activation::Elu => each(values, slopes, elu),
        Activation::Selu => each(values, slopes, selu),
        Activation::Tanh => each(values, slopes, tanh),
    }
}

/// `x / (1 + exp(-x))` and its slope.
#[inline(always)]
fn silu(x: f32) -> (f32, f32) {
    let sigmoid = 1.0 / (1.0 + exp(-x));
    let value = x * sigmoid;
    (value, sigmoid + value * (1.0 - sigmoid))
}

#[inline(always)]
fn relu(x: f32) -> (f32, f32) {
    if x > 0.0 { (x, 1.0) } else { (0.0, 0.0) }
}

#[inline(always)]
fn elu(x: f32) -> (f32, f32) {
    let e = exp(if x > 0.0 { 0.0 } else { x });
    if x > 0.0 { (x, 1.0) } else { (e - 1.0, e) }
}

#[inline(always)]
fn selu(x: f32) -> (f32, f32) {
    let e = SELU_SCALE * SELU_ALPHA * exp(if x > 0.0 { 0.0 } else { x });
    if x > 0.0 {
        (SELU_SCALE * x, SELU_SCALE)
    } else {
        (e - SELU_SCALE * SELU_ALPHA, e)
    }
}

#[inline(always)]
fn tanh(x: f32) -> (f32, f32) {
    let value = 1.0 - 2.0 / (1.0 + exp(2.0 * x));
    (value, 1.0 - value * value)
}

/// `exp(x)` with relative error below `2e-7`; the argument is clamped to `[-87, 88]`, where the
/// result is a normal number. NaN stays NaN.
///
/// `x = n ln 2 + r` with `|r| <= ln 2 / 2`, a polynomial of degree 6 for `exp(r)` (coefficients of
/// S. Moshier's Cephes library, `expf`), and `n` added to the exponent bits. `libm::expf` is more
/// exact, but its branches keep a loop over it from vectorising.
#[inline(always)]
fn exp(x: f32) -> f32 {
    /// `1.5 * 2^23`: adding it rounds to an integer, which then stands in the low bits.
    const ROUND: f32 = 12_582_912.0;
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    let x = if x < -87.0 { -87.0 } else { x };
    let x = if x > 88.0 { 88.0 } else { x };
    let shifted = x * core::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = x - n * LN_2_HIGH - n * LN_2_LOW;
    let p = 1.987_569_1e-4 * r + 1.398_199_9e-3;
    let p = p * r + 8.333_452e-3;
    let p = p * r + 4.166_579_6e-2;
    let p = p * r + 1.666_666_5e-1;
    let p = p * r + 5e-1;
    let p = p * (r * r) + r + 1.0;
    f32::from_bits(p.to_bits().wrapping_add(shifted.to_bits() << 23))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Arguments from -30 to 30, and some extreme ones.
    fn arguments() -> Vec<f32> {
        let even = (-30_000..=30_000).map(|k| k as f32 * 1e-3);
        even.chain([-1e30, -1000.0, -88.5, 88.5, 1000.0, 1e30, 1e-30])
            .collect()
    }

    /// The definitions, in double precision.
    fn reference(activation: Activation, x: f64) -> f64 {
        const SCALE: f64 = 1.050_700_987_355_480_5;
        const ALPHA: f64 = 1.673_263_242_354_377_2;
        match activation {
            Activation::Silu => x / (1.0 + libm::exp(-x)),
            Activation::Relu => x.max(0.0),
            Activation::Elu if x > 0.0 => x,
            Activation::Elu => libm::expm1(x),
            Activation::Selu if x > 0.0 => SCALE * x,
            Activation::Selu => SCALE * ALPHA * libm::expm1(x),
            Activation::Tanh => libm::tanh(x),
        }
    }

    #[test]
    fn exp_agrees_with_libm() {
        for k in -870_000..=880_000 {
            let x = k as f32 * 1e-4;
            let error = f64::from(exp(x)) / libm::exp(f64::from(x)) - 1.0;
            assert!(error.abs() < 2e-7, "{x}: {error}");
        }
        assert_eq!(exp(0.0), 1.0);
        assert!(exp(f32::NAN).is_nan());
    }

    #[test]
    fn values_agree_with_their_definitions() {
        for &activation in Activation::ALL {
            let x = arguments();
            let mut values = x.clone();
            apply(activation, &mut values);
            for (&x, &value) in x.iter().zip(&values) {
                let error = (f64::from(value) - reference(activation, f64::from(x))).abs();
                assert!(
                    error <= 2.5e-7 * f64::from(x.abs().max(1.0)),
                    "{activation:?} {x}: {error}"
                );
            }
        }
    }

    #[test]
    fn slopes_agree_with_finite_differences() {
        let h = 1e-5;
        for &activation in Activation::ALL {
            let mut values = arguments();
            let mut slopes = vec![0.0; values.len()];
            let x = values.clone();
            apply_with_slope(activation, &mut values, &mut slopes);
            for (&x, &slope) in x
                .iter()
                .zip(&slopes)
                .filter(|(x, _)| x.abs() > 1e-4 && x.abs() < 31.0)
            {
                let f = |x| reference(activation, x);
                let expected = (f(f64::from(x) + h) - f(f64::from(x) - h)) / (2.0 * h);
                assert!(
                    (f64::from(slope) - expected).abs() < 1e-6,
                    "{activation:?} {x}: {slope} {expected}"
                );
            }
            let mut again = x.clone();
            apply(activation, &mut again);
            assert_eq!(again, values);
        }
    }

    #[test]
    fn nothing_finite_becomes_infinite() {
        for &activation in Activation::ALL {
            let mut values = vec![-f32::MAX, -1e10, 1e10];
            let mut slopes = vec![0.0; 3];
            apply_with_slope(activation, &mut values, &mut slopes);
            assert!(
                values.iter().chain(&slopes).all(|v| v.is_finite()),
                "{activation:?}"
            );
        }
    }
}
