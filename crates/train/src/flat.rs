//! All numbers that training changes, in one flat list each.

/// What goes wrong on a processor while it works or is read from.
pub use burn::tensor::ExecutionError as DeviceError;
use core::pin::Pin;

/// A number or a list that may still be on its way from the processor.
pub type Reading<'a, T> = Pin<Box<dyn Future<Output = Result<T, DeviceError>> + 'a>>;

/// A sum of losses that may still be on its way.
pub type LossSum = Reading<'static, f64>;

/// All that training changes, in the order of [`flow::network::Network`](flow::network::Network).
#[derive(Clone, Debug, PartialEq)]
pub struct Flat {
    pub weights: Vec<f32>,
    /// Adam's mean of gradients.
    pub first: Vec<f32>,
    /// Adam's mean of squared gradients.
    pub second: Vec<f32>,
}

impl Flat {
    /// These weights, before the first step.
    pub fn start(weights: Vec<f32>) -> Self {
        let zeros = vec![0.0; weights.len()];
        Self {
            weights,
            first: zeros.clone(),
            second: zeros,
        }
    }

    /// Whether a network of this many parameters can go on from here.
    pub fn fits(&self, parameters: usize) -> bool {
        let lists = [&self.weights, &self.first, &self.second];
        lists.iter().all(|values| values.len() == parameters)
    }
}

/// A value that waits for nothing.
pub(crate) fn known<'a, T: 'a>(value: T) -> Reading<'a, T> {
    Box::pin(core::future::ready(Ok(value)))
}
