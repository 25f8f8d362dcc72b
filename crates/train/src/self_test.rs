//! Whether a processor computes what it should: a few training steps, there and by Burn's tensor
//! operations on the CPU.
//!
//! A shader that a browser refuses is only logged, and its output is whatever was in memory before;
//! so nothing is believed that has not been compared.

use super::device::{DeviceError, Processor};
use super::store::Flat;
use super::trainer::Trainer;
use flow::batch::Objective;
use flow::network::Network;
use flow::spec::{Drawn, LaneSpec};

/// Steps compared.
const STEPS: u32 = 3;

/// Largest relative difference of a loss. Sums in another order differ by about `1e-6`.
const LOSS_TOLERANCE: f64 = 1e-3;

/// Largest mean difference of the weights, in learning rates. Adam's first steps have the length of
/// the learning rate whatever the gradient, so a single weight may differ by much.
const WEIGHT_TOLERANCE: f64 = 0.05;

/// Largest difference of Adam's mean gradient, relative to its size. The weights alone would not tell
/// a gradient from twice the gradient: Adam does not care.
const GRADIENT_TOLERANCE: f64 = 0.01;

/// Losses after each step, and the weights and moments in the end.
struct Outcome {
    losses: Vec<f64>,
    flat: Flat,
}

/// Compares `processor` with tensor operations on the CPU.
///
/// # Errors
/// Why it cannot be trusted, as a part of a sentence.
pub(crate) async fn check(processor: &Processor) -> Result<(), String> {
    let expected = train(&Processor::cpu("")).await.map_err(unexpected)?;
    let outcome = train(processor).await.map_err(unexpected)?;
    for (got, expected) in outcome.losses.iter().zip(&expected.losses) {
        let close = (got - expected).abs() <= LOSS_TOLERANCE * expected;
        if !close {
            return Err(format!("its loss is {got:.4} instead of {expected:.4}"));
        }
    }
    let mean = distance(&outcome.flat.first, &expected.flat.first);
    let off = mean / distance(&expected.flat.first, &[]);
    let close = off <= GRADIENT_TOLERANCE;
    if !close {
        let percent = 100.0 * off;
        return Err(format!("its gradients are off by {percent:.1} percent"));
    }
    let off = distance(&outcome.flat.weights, &expected.flat.weights) / spec().training.lr;
    let close = off <= WEIGHT_TOLERANCE;
    if !close {
        return Err(format!("its weights are off by {off:.3} learning rates"));
    }
    Ok(())
}

/// The mean distance of the numbers of two lists; from zero where the second has ended.
fn distance(a: &[f32], b: &[f32]) -> f64 {
    let b = b.iter().copied().chain(core::iter::repeat(0.0));
    let sum: f64 = a.iter().zip(b).map(|(a, b)| f64::from((a - b).abs())).sum();
    sum / a.len() as f64
}

fn unexpected(error: DeviceError) -> String {
    format!("it failed ({error})")
}

fn spec() -> LaneSpec {
    let mut spec = LaneSpec::default();
    spec.model.width = 16;
    spec.model.depth = 2;
    spec.training.batch = 64;
    spec
}

async fn train(processor: &Processor) -> Result<Outcome, DeviceError> {
    let spec = spec();
    let mut objective = Objective::new(&spec, &Drawn::default()).expect("nothing is drawn");
    let network: Network = objective.lane().network();
    let mut trainer = Trainer::new(processor, &network, spec.training);
    let mut losses = Vec::new();
    for _ in 0..STEPS {
        trainer.step(&objective.batch(spec.training.batch as usize));
        losses.push(trainer.take_losses().await?.0);
    }
    let flat = trainer.checkpoint().await?.flat;
    Ok(Outcome { losses, flat })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocked_steps_pass_on_the_cpu() {
        let processor = pollster::block_on(Processor::tested_cpu("a test"));
        assert!(processor.blocked(), "{}", processor.detail());
    }

    #[test]
    fn training_by_tensors_passes_on_the_cpu() {
        let processor = Processor::cpu_as_if_it_were_a_gpu();
        assert_eq!(pollster::block_on(check(&processor)), Ok(()));
    }
}
