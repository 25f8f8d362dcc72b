//! Guidance: a field steered towards a label, more or less than the data say.
//!
//! **Classifier-free** (Ho and Salimans, *Classifier-Free Diffusion Guidance*, 2022; Lipman et al.,
//! *Flow Matching Guide and Code*, 2024, section 4.10): of a field that knows labels,
//!
//! ```text
//! (1 - w) u(x | none) + w u(x | y),
//! ```
//!
//! the unconditional field at `w = 0`, the conditional one at `w = 1`, an exaggeration beyond.
//!
//! **By a classifier** (Dhariwal and Nichol, *Diffusion Models Beat GANs on Image Synthesis*, 2021;
//! *Guide and Code*, equation 4.91): of a field that knows none, with a classifier of noisy points,
//!
//! ```text
//! u(x) + w b_t grad log p(y | X_t = x),     b_t = sigma^2 alpha' / alpha - sigma' sigma,
//! ```
//!
//! for a standard normal source; with the exact classifier it is the same as the above. A learned one
//! is in [`super::classifier`].

use super::schedule::Schedule;
use super::{Point, VelocityField};

/// A field with labels, followed towards one of them by classifier-free guidance.
#[derive(Clone, Copy, Debug)]
pub struct Guided<F> {
    pub inner: F,
    /// `w`.
    pub weight: f64,
    /// The label where none is asked for.
    pub label: u32,
}

impl<F> Guided<F> {
    /// `(1 - w) none + w label`, with no more evaluations than that needs.
    fn combine<T: Copy>(
        &self,
        zero: T,
        out: &mut [T],
        ask: impl Fn(Option<u32>, &mut [T]),
        label: Option<u32>,
        mix: impl Fn(f64, T, T) -> T,
    ) {
        if self.weight == 0.0 {
            return ask(None, out);
        }
        ask(Some(label.unwrap_or(self.label)), out);
        if self.weight == 1.0 {
            return;
        }
        let mut none = vec![zero; out.len()];
        ask(None, &mut none);
        for (out, none) in out.iter_mut().zip(none) {
            *out = mix(self.weight, none, *out);
        }
    }
}

fn mix(w: f64, none: f64, given: f64) -> f64 {
    (1.0 - w) * none + w * given
}

fn mix_points(w: f64, none: Point, given: Point) -> Point {
    [0, 1].map(|i| mix(w, none[i], given[i]))
}

impl<F: VelocityField> VelocityField for Guided<F> {
    fn velocity(&self, x: &[Point], t: f64, condition: Option<u32>, out: &mut [Point]) {
        let ask = |label, out: &mut [Point]| self.inner.velocity(x, t, label, out);
        self.combine([0.0; 2], out, ask, condition, mix_points);
    }

    fn divergence(&self, x: &[Point], t: f64, condition: Option<u32>, out: &mut [f64]) {
        let ask = |label, out: &mut [f64]| self.inner.divergence(x, t, label, out);
        self.combine(0.0, out, ask, condition, mix);
    }

    fn directional(
        &self,
        x: &[Point],
        t: f64,
        condition: Option<u32>,
        direction: &[Point],
        out: &mut [Point],
    ) {
        let ask = |label, out: &mut [Point]| self.inner.directional(x, t, label, direction, out);
        self.combine([0.0; 2], out, ask, condition, mix_points);
    }
}

/// `b_t`, the factor of a classifier's gradient in the velocity, for a standard normal source.
///
/// It is infinite where `alpha = 0`; there, where no label can be told from noise, it is taken at
/// the nearest time at which `alpha` is [`LEAST_ALPHA`].
pub(crate) fn classifier_factor(schedule: Schedule, t: f64) -> f64 {
    let c = schedule.coefficients(t);
    c.wronskian() * c.sigma / c.alpha.max(LEAST_ALPHA)
}

/// See [`classifier_factor`].
pub(crate) const LEAST_ALPHA: f64 = 1e-6;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datasets;
    use crate::distribution::Distribution;
    use crate::exact::ExactField;
    use crate::random::Rng;

    fn field(schedule: Schedule) -> ExactField {
        let target = datasets::eight_gaussians();
        ExactField::new(&Distribution::standard_normal(), &target, schedule)
    }

    fn at(field: &impl VelocityField, x: Point, t: f64, condition: Option<u32>) -> Point {
        let mut out = [[0.0; 2]];
        field.velocity(&[x], t, condition, &mut out);
        out[0]
    }

    #[test]
    fn weight_one_is_conditional_zero_is_not_and_between_is_linear() {
        let inner = field(Schedule::CondOt);
        let (x, t) = ([1.0, 2.0], 0.6);
        let guided = |weight| Guided {
            inner: &inner,
            weight,
            label: 3,
        };
        let (none, given) = (at(&inner, x, t, None), at(&inner, x, t, Some(3)));
        assert_eq!(at(&guided(0.0), x, t, None), none);
        assert_eq!(at(&guided(1.0), x, t, None), given);
        let twice = at(&guided(2.0), x, t, None);
        assert!(
            [0, 1]
                .iter()
                .all(|&i| (twice[i] - 2.0 * given[i] + none[i]).abs() < 1e-12)
        );
        let (mut div, mut parts) = ([0.0], [[0.0], [0.0]]);
        guided(2.0).divergence(&[x], t, None, &mut div);
        inner.divergence(&[x], t, None, &mut parts[0]);
        inner.divergence(&[x], t, Some(3), &mut parts[1]);
        assert!((div[0] - 2.0 * parts[1][0] + parts[0][0]).abs() < 1e-9);
    }

    #[test]
    fn the_exact_classifiers_guidance_is_the_exact_conditional_field() {
        // Oracle: the closed-form field to one component alone.
        let mut rng = Rng::new(1);
        for schedule in crate::schedule::tests::all() {
            let field = field(schedule);
            for i in 1..20 {
                let t = f64::from(i) / 20.0;
                let x = [2.0 * rng.normal(), 2.0 * rng.normal()];
                let class = rng.below(8) as u32;
                let gradient = field.classifier_gradient(x, t, class);
                let (none, given) = (at(&field, x, t, None), at(&field, x, t, Some(class)));
                let b = classifier_factor(schedule, t);
                for k in [0, 1] {
                    let guided = none[k] + b * gradient[k];
                    let size = 1.0 + given[k].abs() + (b * gradient[k]).abs();
                    assert!((guided - given[k]).abs() < 1e-6 * size, "{schedule:?} {t}");
                }
            }
        }
    }

    #[test]
    fn the_classifier_is_bayes_rule() {
        // Oracle: densities of the separate flows, and their shares.
        let (field, target) = (field(Schedule::Cosine), datasets::eight_gaussians());
        let (x, t) = ([1.0, 0.5], 0.4);
        let density = |k| {
            let own = target.of_class(k).unwrap();
            let noise = Distribution::standard_normal();
            ExactField::new(&noise, &own, Schedule::Cosine).density(x, t)
        };
        let all: f64 = (0..8).map(density).sum();
        for (k, p) in (0..).zip(field.class_probabilities(x, t)) {
            assert!((p - density(k) / all).abs() < 1e-12);
        }
        let log = |x| libm::log(field.class_probabilities(x, t)[2]);
        let h = 1e-5;
        let quotient = (log([x[0] + h, x[1]]) - log([x[0] - h, x[1]])) / (2.0 * h);
        assert!((field.classifier_gradient(x, t, 2)[0] - quotient).abs() < 1e-6);
        assert!(classifier_factor(Schedule::CondOt, 0.0).is_finite());
    }
}
