//! Distributions on the plane: mixtures of components whose two axes are independent.
//!
//! One representation serves every source and every target: Gaussians, boxes, and (by quadrature
//! along the curve, see [`super::datasets`]) curves with Gaussian noise. Sums of such variables have
//! closed-form posteriors, so [`super::exact`] knows the flow between any two of them.

use super::Point;
use super::random::Rng;
use core::f64::consts::{E, PI, SQRT_2};
use serde::{Deserialize, Serialize};

/// The distribution of one coordinate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kernel {
    /// Normal; a standard deviation of 0 is the point `mean`.
    Gaussian { mean: f64, std: f64 },
    /// Uniform on `[low, high]`, `low < high`.
    Uniform { low: f64, high: f64 },
}

/// A part of a mixture: independent coordinates, drawn with probability `weight`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Component {
    pub weight: f64,
    pub x: Kernel,
    pub y: Kernel,
    /// The label of its points, counted from 0.
    pub class: u32,
}

/// A mixture of [`Component`]s.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    components: Vec<Component>,
    /// Running sums of the weights, for sampling.
    cumulative: Vec<f64>,
    /// Stand-ins with fewer components, ever coarser.
    coarser: Vec<(f64, Self)>,
}

/// A number with its standard error; 0 where it is known in closed form.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    pub value: f64,
    pub error: f64,
}

impl Kernel {
    /// Draws one value.
    pub fn sample(self, rng: &mut Rng) -> f64 {
        match self {
            Self::Gaussian { mean, std } => mean + std * rng.normal(),
            Self::Uniform { low, high } => low + (high - low) * rng.uniform(),
        }
    }

    /// Log density; the point kernel has `+inf` at its point and `-inf` elsewhere.
    pub fn log_density(self, x: f64) -> f64 {
        match self {
            Self::Gaussian { mean, std } if std > 0.0 => {
                let z = (x - mean) / std;
                -0.5 * (z * z + libm::log(2.0 * PI)) - libm::log(std)
            }
            Self::Gaussian { mean, .. } if x == mean => f64::INFINITY,
            Self::Uniform { low, high } if (low..=high).contains(&x) => -libm::log(high - low),
            _ => f64::NEG_INFINITY,
        }
    }

    /// Expectation.
    pub fn mean(self) -> f64 {
        match self {
            Self::Gaussian { mean, .. } => mean,
            Self::Uniform { low, high } => 0.5 * (low + high),
        }
    }

    /// Variance.
    pub fn variance(self) -> f64 {
        match self {
            Self::Gaussian { std, .. } => std * std,
            Self::Uniform { low, high } => (high - low) * (high - low) / 12.0,
        }
    }

    /// Differential entropy in nats; `-inf` for a point.
    pub fn entropy(self) -> f64 {
        match self {
            Self::Gaussian { std, .. } => 0.5 * libm::log(2.0 * PI * E) + libm::log(std),
            Self::Uniform { low, high } => libm::log(high - low),
        }
    }

    /// Its kind and parameters as bits, equal only for equal kernels.
    pub fn bits(self) -> (bool, u64, u64) {
        match self {
            Self::Gaussian { mean, std } => (true, mean.to_bits(), std.to_bits()),
            Self::Uniform { low, high } => (false, low.to_bits(), high.to_bits()),
        }
    }

    /// Probability of `[-bound, bound]`.
    pub(crate) fn mass_within(self, bound: f64) -> f64 {
        self.cumulative(bound) - self.cumulative(-bound)
    }

    /// Probability of everything up to `x`.
    fn cumulative(self, x: f64) -> f64 {
        match self {
            Self::Gaussian { mean, std } if std > 0.0 => {
                0.5 * libm::erfc((mean - x) / (std * SQRT_2))
            }
            Self::Gaussian { mean, .. } => f64::from(u8::from(x >= mean)),
            Self::Uniform { low, high } => ((x - low) / (high - low)).clamp(0.0, 1.0),
        }
    }

    /// Whether two kernels are uniform on intervals that share no more than an end.
    fn apart(self, other: Self) -> bool {
        match (self, other) {
            (Self::Uniform { low: a, high: b }, Self::Uniform { low: c, high: d }) => {
                b <= c || d <= a
            }
            _ => false,
        }
    }

    /// The kernel of the value times `factor > 0`.
    fn scaled(self, factor: f64) -> Self {
        match self {
            Self::Gaussian { mean, std } => Self::Gaussian {
                mean: factor * mean,
                std: factor * std,
            },
            Self::Uniform { low, high } => Self::Uniform {
                low: factor * low,
                high: factor * high,
            },
        }
    }
}

impl Component {
    /// An isotropic Gaussian.
    pub fn gaussian(weight: f64, centre: Point, std: f64) -> Self {
        let axis = |mean| Kernel::Gaussian { mean, std };
        Self {
            weight,
            x: axis(centre[0]),
            y: axis(centre[1]),
            class: 0,
        }
    }

    /// Uniform on the box with those corners.
    pub fn uniform(weight: f64, low: Point, high: Point) -> Self {
        let axis = |i: usize| Kernel::Uniform {
            low: low[i],
            high: high[i],
        };
        Self {
            weight,
            x: axis(0),
            y: axis(1),
            class: 0,
        }
    }

    /// The same, its points with that label.
    #[must_use]
    pub fn labelled(self, class: u32) -> Self {
        Self { class, ..self }
    }

    /// Log density of the component alone, without its weight.
    pub fn log_density(&self, p: Point) -> f64 {
        let (x, y) = (self.x.log_density(p[0]), self.y.log_density(p[1]));
        if x == f64::NEG_INFINITY { x } else { x + y }
    }
}

impl Distribution {
    /// The mixture of those components; their weights need not sum to 1.
    ///
    /// # Panics
    /// If there is no component, or the weights do not have a positive, finite sum.
    pub fn new(mut components: Vec<Component>) -> Self {
        let total: f64 = components.iter().map(|c| c.weight).sum();
        assert!(
            total > 0.0 && total.is_finite(),
            "a mixture needs a positive total weight"
        );
        components.iter_mut().for_each(|c| c.weight /= total);
        let mut sum = 0.0;
        let cumulative = components
            .iter()
            .map(|c| {
                sum += c.weight;
                sum
            })
            .collect();
        Self {
            components,
            cumulative,
            coarser: Vec::new(),
        }
    }

    /// Adds a stand-in that is as good as this distribution once Gaussian noise with a standard
    /// deviation of `blur` or more is added to both coordinates. Call with rising `blur`.
    #[must_use]
    pub(crate) fn with_coarser(mut self, blur: f64, components: Vec<Component>) -> Self {
        self.coarser.push((blur, Self::new(components)));
        self
    }

    /// The components that are good enough once noise is added, and how much: its own, for none,
    /// then ever fewer.
    pub fn levels(&self) -> impl Iterator<Item = (f64, &[Component])> {
        let coarser = self
            .coarser
            .iter()
            .map(|(blur, data)| (*blur, data.components()));
        core::iter::once((0.0, self.components())).chain(coarser)
    }

    /// The standard normal.
    pub fn standard_normal() -> Self {
        Self::new(vec![Component::gaussian(1.0, [0.0, 0.0], 1.0)])
    }

    /// The parts of the mixture; their weights sum to 1.
    pub fn components(&self) -> &[Component] {
        &self.components
    }

    /// Draws `n` independent points.
    pub fn sample(&self, rng: &mut Rng, n: usize) -> Vec<Point> {
        (0..n).map(|_| self.draw(rng)).collect()
    }

    /// Draws one point.
    pub fn draw(&self, rng: &mut Rng) -> Point {
        self.draw_labelled(rng).0
    }

    /// Draws one point and its label.
    pub(crate) fn draw_labelled(&self, rng: &mut Rng) -> (Point, u32) {
        let u = rng.uniform();
        let last = self.components.len() - 1;
        let k = self.cumulative.partition_point(|&sum| sum <= u).min(last);
        let component = &self.components[k];
        let point = [component.x.sample(rng), component.y.sample(rng)];
        (point, component.class)
    }

    /// How many labels there are, at least one.
    pub fn classes(&self) -> u32 {
        1 + self.components.iter().map(|c| c.class).max().unwrap_or(0)
    }

    /// The probability of each label.
    pub(crate) fn class_weights(&self) -> Vec<f64> {
        let of = |class| self.expect(|c| f64::from(u8::from(c.class == class)));
        (0..self.classes()).map(of).collect()
    }

    /// The points of one label; `None` if there are none.
    pub(crate) fn of_class(&self, class: u32) -> Option<Self> {
        let of = |parts: &[Component]| -> Vec<_> {
            let own = parts.iter().filter(|c| c.class == class);
            own.copied().collect()
        };
        let own = of(&self.components);
        if own.is_empty() {
            return None;
        }
        let mut restricted = Self::new(own);
        for (blur, data) in &self.coarser {
            restricted = restricted.with_coarser(*blur, of(data.components()));
        }
        Some(restricted)
    }

    /// Density at `p`.
    pub fn density(&self, p: Point) -> f64 {
        libm::exp(self.log_density(p))
    }

    /// Log density at `p`, `-inf` outside the support, summed without underflow.
    pub fn log_density(&self, p: Point) -> f64 {
        let terms: Vec<f64> = self
            .components
            .iter()
            .map(|c| libm::log(c.weight) + c.log_density(p))
            .collect();
        log_sum_exp(&terms)
    }

    /// Whether all mass lies on a bounded support: every component is a box.
    pub fn bounded(&self) -> bool {
        let flat = |kernel: Kernel| matches!(kernel, Kernel::Uniform { .. });
        self.components.iter().all(|c| flat(c.x) && flat(c.y))
    }

    /// Half the side of the smallest square around the origin that holds all but a thousandth.
    pub fn extent(&self) -> f64 {
        let outside = |bound| 1.0 - self.mass_within(bound);
        let mut high = 1.0;
        while outside(high) > 1e-3 {
            high *= 2.0;
        }
        let mut low = 0.0;
        for _ in 0..30 {
            let middle = 0.5 * (low + high);
            if outside(middle) > 1e-3 {
                low = middle
            } else {
                high = middle
            }
        }
        high
    }

    /// Probability of the square `[-bound, bound]^2`.
    pub(crate) fn mass_within(&self, bound: f64) -> f64 {
        self.expect(|c| c.x.mass_within(bound) * c.y.mass_within(bound))
    }

    /// Expectation `E[X]`.
    pub fn mean(&self) -> Point {
        [self.expect(|c| c.x.mean()), self.expect(|c| c.y.mean())]
    }

    /// `E |X|^2`, summed over both coordinates.
    pub(crate) fn second_moment(&self) -> f64 {
        let axis = |k: Kernel| k.variance() + k.mean() * k.mean();
        self.expect(|c| axis(c.x) + axis(c.y))
    }

    /// Entropy `-E log p(X)` in nats: closed where the components do not overlap, otherwise the
    /// mean over `n` draws.
    pub fn entropy(&self, rng: &mut Rng, n: usize) -> Estimate {
        if let Some(value) = self.closed_entropy() {
            return Estimate { value, error: 0.0 };
        }
        let surprise: Vec<f64> = self
            .sample(rng, n)
            .into_iter()
            .map(|p| -self.log_density(p))
            .collect();
        Estimate::of(&surprise)
    }

    /// Entropy in nats, where the components share no area (one component, or separate boxes).
    pub fn closed_entropy(&self) -> Option<f64> {
        let apart = |a: &Component, b: &Component| a.x.apart(b.x) || a.y.apart(b.y);
        let parts = &self.components;
        let separate = (1..parts.len()).all(|i| parts[..i].iter().all(|b| apart(&parts[i], b)));
        separate.then(|| self.expect(|c| c.x.entropy() + c.y.entropy() - libm::log(c.weight)))
    }

    /// The distribution of the points times `factor > 0`.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        let scale = |c: &Component| Component {
            x: c.x.scaled(factor),
            y: c.y.scaled(factor),
            ..*c
        };
        let mut scaled = Self::new(self.components.iter().map(scale).collect());
        let coarser = self
            .coarser
            .iter()
            .map(|(blur, data)| (factor * blur, data.scaled(factor)));
        scaled.coarser = coarser.collect();
        scaled
    }

    /// The weighted sum of `f` over the components.
    fn expect(&self, f: impl Fn(&Component) -> f64) -> f64 {
        self.components.iter().map(|c| c.weight * f(c)).sum()
    }
}

impl Estimate {
    /// Mean and standard error of independent `values`.
    pub fn of(values: &[f64]) -> Self {
        let n = values.len() as f64;
        let value = values.iter().sum::<f64>() / n;
        let square: f64 = values.iter().map(|v| (v - value) * (v - value)).sum();
        Self {
            value,
            error: (square / (n - 1.0) / n).sqrt(),
        }
    }
}

/// `log sum exp(terms)`, without overflow; `-inf` for no terms.
pub(crate) fn log_sum_exp(terms: &[f64]) -> f64 {
    let top = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if top.is_infinite() {
        return top;
    }
    top + libm::log(terms.iter().map(|term| libm::exp(term - top)).sum())
}
