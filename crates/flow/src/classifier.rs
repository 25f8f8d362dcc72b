//! A learned classifier of noisy points, `p(y | X_t = x)`, and the field that follows it.
//!
//! It is a small network of the same kind as the velocity's, with one output a label (a *logit*),
//! trained by [`train::classifier`](train::classifier) on the points of the lane's own path;
//! its probabilities are their softmax.
//!
//! # What it sees
//! Not `x` but `alpha x / (alpha^2 + sigma^2)`, which is what is best guessed of `x_1` from `x` alone
//! when both ends have unit variance. By Bayes' rule the exact logits are functions of
//! `alpha x / sigma^2`, so that this is their natural scale; and the gradient in `x` carries the
//! factor `alpha` that the exact one has, which cancels the `1 / alpha` of
//! [`classifier_factor`](super::guidance::classifier_factor): guidance stays finite at `alpha = 0`,
//! where a classifier of `x` itself would have its errors multiplied without bound.

use super::features::Encoding;
use super::guidance::{LEAST_ALPHA, classifier_factor};
use super::network::{Architecture, Network, WrongCount};
use super::schedule::Schedule;
use super::spec::Activation;
use super::{Point, VelocityField};

/// Units in a hidden layer.
const WIDTH: usize = 64;

/// Hidden layers.
const DEPTH: usize = 2;

/// Half the width of the central difference that second derivatives of `log p` are taken by, in
/// units of what the network sees: the network's gradients are exact but of single precision.
const HALF_STEP: f64 = 5e-3;

/// The shape of the classifier of that many labels.
pub fn architecture(classes: u32) -> Architecture {
    Architecture {
        inputs: Encoding::PLAIN.columns(),
        encoding: Encoding::PLAIN,
        width: WIDTH,
        depth: DEPTH,
        activation: Activation::Silu,
        outputs: classes as usize,
    }
}

/// By what the classifier's network sees a point multiplied at time `t`; see the [module](self).
pub fn scale(schedule: Schedule, t: f64) -> f64 {
    let c = schedule.coefficients(t);
    c.alpha.max(LEAST_ALPHA) / (c.alpha * c.alpha + c.sigma * c.sigma)
}

/// A snapshot of a trained classifier, for the path of one schedule.
#[derive(Clone, Debug, PartialEq)]
pub struct Classifier {
    network: Network,
    schedule: Schedule,
}

impl Classifier {
    /// The classifier of these parameters, in the order of [`super::network`].
    ///
    /// # Errors
    /// If their number does not fit the [`architecture`].
    pub fn new(schedule: Schedule, classes: u32, parameters: Vec<f32>) -> Result<Self, WrongCount> {
        Ok(Self {
            network: Network::new(architecture(classes), parameters)?,
            schedule,
        })
    }

    /// Its parameters, in the order of [`super::network`].
    pub fn parameters(&self) -> &[f32] {
        self.network.parameters()
    }

    /// Floating-point operations of the gradient at one point: values and two tangents.
    pub fn flops(&self) -> usize {
        3 * self.network.architecture().flops()
    }

    /// `p(y | X_t = x)` of every label `y`.
    pub fn probabilities(&self, x: Point, t: f64) -> Vec<f64> {
        let scale = scale(self.schedule, t);
        let logits = self.logits(&[x.map(|v| scale * v)], t);
        softmax(&logits)
    }

    /// `grad log p(y | X_t = x)`, in `x`, of label `y` at every point.
    pub fn gradient(&self, x: &[Point], t: f64, label: u32) -> Vec<Point> {
        let scale = scale(self.schedule, t);
        let mut gradients = self.inner_gradient(&scaled(x, scale), t, label);
        gradients.iter_mut().for_each(|g| *g = g.map(|v| scale * v));
        gradients
    }

    /// Value and gradient of every logit at every point of what the network sees: the logits of the
    /// first point, then of the next.
    fn logits(&self, seen: &[Point], t: f64) -> Vec<[f64; 3]> {
        self.network.with_gradients(seen, self.schedule.regular(t))
    }

    /// The gradient of `log p` in what the network sees; zero for a label that there is not.
    fn inner_gradient(&self, seen: &[Point], t: f64, label: u32) -> Vec<Point> {
        let classes = self.network.architecture().outputs;
        let own = label as usize;
        if own >= classes {
            return vec![[0.0; 2]; seen.len()];
        }
        let of_point = |logits: &[[f64; 3]]| {
            let p = softmax(logits);
            let mean = |k| logits.iter().zip(&p).map(|(z, p)| p * z[k]).sum::<f64>();
            [1, 2].map(|k| logits[own][k] - mean(k))
        };
        self.logits(seen, t).chunks(classes).map(of_point).collect()
    }

    /// The derivative of [`inner_gradient`](Self::inner_gradient) along a direction a point.
    fn inner_curvature(&self, seen: &[Point], t: f64, label: u32, along: &[Point]) -> Vec<Point> {
        let at = |h: f64| {
            let moved = seen.iter().zip(along);
            let moved = moved.map(|(x, d)| [x[0] + h * d[0], x[1] + h * d[1]]);
            self.inner_gradient(&moved.collect::<Vec<_>>(), t, label)
        };
        let ends = at(HALF_STEP).into_iter().zip(at(-HALF_STEP));
        ends.map(|(a, b)| [0, 1].map(|k| (a[k] - b[k]) / (2.0 * HALF_STEP)))
            .collect()
    }

    /// Factors of the guidance `b_t grad log p` in terms of what the network sees: of its gradient
    /// there, and of the second derivatives there in the guidance's own derivatives.
    fn factors(&self, t: f64) -> [f64; 2] {
        let scale = scale(self.schedule, t);
        let first = classifier_factor(self.schedule, t) * scale;
        [first, first * scale]
    }
}

/// `e^z_k / sum_j e^z_j` of the values of logits.
fn softmax(logits: &[[f64; 3]]) -> Vec<f64> {
    let most = logits.iter().fold(f64::NEG_INFINITY, |m, z| m.max(z[0]));
    let powers: Vec<f64> = logits.iter().map(|z| libm::exp(z[0] - most)).collect();
    let total: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / total).collect()
}

fn scaled(x: &[Point], scale: f64) -> Vec<Point> {
    x.iter().map(|x| x.map(|v| scale * v)).collect()
}

/// A field without labels, given them by a classifier: towards label `y` it is
/// `u(x) + b_t grad log p(y | X_t = x)`, equation 4.90 of the *Guide and Code* at `w = 1`.
/// [`Guided`](super::guidance::Guided) with weight `w` makes `u + w b_t grad log p` of it.
///
/// Derivatives of the guidance are central differences of its exact gradient, in single precision:
/// good to about `1e-3` of their size.
#[derive(Clone, Copy, Debug)]
pub struct Classified<'a, F> {
    pub inner: F,
    pub classifier: &'a Classifier,
}

impl<F: VelocityField> VelocityField for Classified<'_, F> {
    fn velocity(&self, x: &[Point], t: f64, condition: Option<u32>, out: &mut [Point]) {
        self.inner.velocity(x, t, None, out);
        let Some(label) = condition else { return };
        let seen = scaled(x, scale(self.classifier.schedule, t));
        let gradients = self.classifier.inner_gradient(&seen, t, label);
        add(out, self.classifier.factors(t)[0], &gradients);
    }

    fn divergence(&self, x: &[Point], t: f64, condition: Option<u32>, out: &mut [f64]) {
        self.inner.divergence(x, t, None, out);
        let Some(label) = condition else { return };
        let seen = scaled(x, scale(self.classifier.schedule, t));
        let factor = self.classifier.factors(t)[1];
        for (k, axis) in [[1.0, 0.0], [0.0, 1.0]].into_iter().enumerate() {
            let along = vec![axis; x.len()];
            let curvature = self.classifier.inner_curvature(&seen, t, label, &along);
            out.iter_mut()
                .zip(curvature)
                .for_each(|(out, c)| *out += factor * c[k]);
        }
    }

    fn directional(
        &self,
        x: &[Point],
        t: f64,
        condition: Option<u32>,
        direction: &[Point],
        out: &mut [Point],
    ) {
        self.inner.directional(x, t, None, direction, out);
        let Some(label) = condition else { return };
        let seen = scaled(x, scale(self.classifier.schedule, t));
        let curvature = self.classifier.inner_curvature(&seen, t, label, direction);
        add(out, self.classifier.factors(t)[1], &curvature);
    }
}

/// Adds `factor` times the second to the first.
fn add(out: &mut [Point], factor: f64, terms: &[Point]) {
    for (out, term) in out.iter_mut().zip(terms) {
        *out = [out[0] + factor * term[0], out[1] + factor * term[1]];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::ExactField;
    use crate::guidance::Guided;
    use crate::random::Rng;
    use crate::{datasets, distribution::Distribution};

    const LABELS: u32 = 5;

    /// An untrained network, its weights enlarged so that its probabilities are far from even.
    fn classifier(schedule: Schedule) -> Classifier {
        let network = Network::init(architecture(LABELS), &mut Rng::new(4));
        let parameters = network.parameters().iter().map(|v| 2.0 * v).collect();
        Classifier::new(schedule, LABELS, parameters).unwrap()
    }

    #[test]
    fn gradients_are_those_of_finite_differences_and_probabilities_sum_to_one() {
        // Oracle: central differences of the logarithm of the probabilities.
        let (classifier, h) = (classifier(Schedule::CondOt), 5e-3);
        for (t, x) in [(0.2, [0.4, -1.0]), (0.6, [2.0, 0.3]), (0.95, [-0.5, 1.5])] {
            let sum: f64 = classifier.probabilities(x, t).iter().sum();
            assert!((sum - 1.0).abs() < 1e-12);
            for label in 0..LABELS {
                let log = |x| libm::log(classifier.probabilities(x, t)[label as usize]);
                let ours = classifier.gradient(&[x], t, label)[0];
                let (dx, dy) = ([x[0] + h, x[1]], [x[0], x[1] + h]);
                let (bx, by) = ([x[0] - h, x[1]], [x[0], x[1] - h]);
                let quotient = [log(dx) - log(bx), log(dy) - log(by)].map(|v| v / (2.0 * h));
                for k in [0, 1] {
                    let gap = (ours[k] - quotient[k]).abs();
                    assert!(gap < 1e-3, "{t} {label}: {ours:?} {quotient:?}");
                }
            }
        }
    }

    #[test]
    fn the_field_is_that_of_equation_4_90_and_finite_at_both_ends() {
        let target = datasets::eight_gaussians();
        for schedule in crate::schedule::tests::all() {
            let inner = ExactField::new(&Distribution::standard_normal(), &target, schedule);
            let classifier = classifier(schedule);
            let field = Guided {
                inner: Classified {
                    inner: &inner,
                    classifier: &classifier,
                },
                weight: 2.5,
                label: 1,
            };
            let (x, mut out, mut none) = ([[0.7, -0.4]], [[0.0; 2]], [[0.0; 2]]);
            for t in [0.0, 0.3, 0.8, 1.0] {
                field.velocity(&x, t, None, &mut out);
                inner.velocity(&x, t, None, &mut none);
                let gradient = classifier.gradient(&x, t, 1)[0];
                let b = 2.5 * classifier_factor(schedule, t);
                for k in [0, 1] {
                    let gap = (out[0][k] - none[0][k] - b * gradient[k]).abs();
                    let size = 1.0 + out[0][k].abs();
                    assert!(gap < 1e-9 * size, "{schedule:?} {t}");
                    let steepest = 20.0 * (1.0 + none[0][k].abs());
                    assert!(
                        (out[0][k] - none[0][k]).abs() < steepest,
                        "{schedule:?} {t}"
                    );
                }
            }
        }
    }

    #[test]
    fn derivatives_are_those_of_finite_differences() {
        // Oracle: central differences of the velocity, ten times as wide.
        let target = datasets::eight_gaussians();
        let inner = ExactField::new(&Distribution::standard_normal(), &target, Schedule::Cosine);
        let classifier = classifier(Schedule::Cosine);
        let field = Classified {
            inner: &inner,
            classifier: &classifier,
        };
        let (x, t, d, h) = ([0.7, -0.4], 0.5, [0.6, 0.8], 0.02);
        let change = |d: Point| {
            let at = |h: f64| {
                let mut out = [[0.0; 2]];
                field.velocity(&[[x[0] + h * d[0], x[1] + h * d[1]]], t, Some(3), &mut out);
                out[0]
            };
            [0, 1].map(|k| (at(h)[k] - at(-h)[k]) / (2.0 * h))
        };
        let (mut along, mut divergence) = ([[0.0; 2]], [0.0]);
        field.directional(&[x], t, Some(3), &[d], &mut along);
        field.divergence(&[x], t, Some(3), &mut divergence);
        let trace = change([1.0, 0.0])[0] + change([0.0, 1.0])[1];
        assert!(
            (divergence[0] - trace).abs() < 2e-2,
            "{divergence:?} {trace}"
        );
        let expected = change(d);
        assert!(
            (0..2).all(|k| (along[0][k] - expected[k]).abs() < 2e-2),
            "{along:?}"
        );
    }

    #[test]
    fn a_label_that_there_is_not_pulls_nowhere() {
        let classifier = classifier(Schedule::CondOt);
        assert_eq!(classifier.gradient(&[[1.0; 2]], 0.5, LABELS), [[0.0; 2]]);
        assert!(Classifier::new(Schedule::CondOt, 3, vec![0.0; 4]).is_err());
    }
}
