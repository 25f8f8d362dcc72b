//! Whether a processor computes what it should: a few training steps, there and by Burn on the CPU.
//!
//! A shader that a browser refuses is only logged, and its output is whatever was in memory before;
//! so nothing is believed that has not been compared.

#[cfg(not(feature = "gpu"))]
use super::choice::Choice;
use super::choice::StepperChoice;
use super::device::Processor;
use super::flat::{DeviceError, Flat};
use super::origin::Origin;
use super::stepper::{Disagreement, WhyBurn};
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

impl Processor {
    /// The CPU, with the reason why it was taken: by blocked steps if they may be used and agree with Burn's, else by Burn.
    pub async fn tested_cpu(reason: impl Into<Origin>, choice: StepperChoice) -> Self {
        Self::cpu(reason).with_blocked(blocked(choice).await)
    }

    /// What `choice` asks for, if this program and this machine have it; else the CPU.
    #[cfg(not(feature = "gpu"))]
    pub async fn choose(choice: Choice, stepper: StepperChoice) -> Self {
        let reason = match choice {
            Choice::Cpu => Origin::Chosen,
            Choice::Auto | Choice::WebGpu => Origin::CpuOnly,
        };
        Self::tested_cpu(reason, stepper).await
    }
}

/// Whether the CPU may take blocked steps.
///
/// # Errors
/// Why Burn must take them.
pub(crate) async fn blocked(choice: StepperChoice) -> Result<(), WhyBurn> {
    if choice == StepperChoice::Burn {
        return Err(WhyBurn::Chosen);
    }
    let blocked = Processor::cpu("").with_blocked(Ok(()));
    check(&blocked).await.map_err(WhyBurn::SelfTest)
}

/// Compares `processor` with Burn on the CPU.
///
/// # Errors
/// Why it cannot be trusted.
pub(crate) async fn check(processor: &Processor) -> Result<(), Disagreement> {
    let expected = train(&Processor::cpu("")).await.map_err(unexpected)?;
    let outcome = train(processor).await.map_err(unexpected)?;
    for (got, expected) in outcome.losses.iter().zip(&expected.losses) {
        let (got, expected) = (*got, *expected);
        let close = (got - expected).abs() <= LOSS_TOLERANCE * expected;
        if !close {
            return Err(Disagreement::Loss { got, expected });
        }
    }
    let mean = distance(&outcome.flat.first, &expected.flat.first);
    let share = mean / distance(&expected.flat.first, &[]);
    let close = share <= GRADIENT_TOLERANCE;
    if !close {
        return Err(Disagreement::Gradients { share });
    }
    let rates = distance(&outcome.flat.weights, &expected.flat.weights) / spec().training.lr;
    let close = rates <= WEIGHT_TOLERANCE;
    if !close {
        return Err(Disagreement::Weights { rates });
    }
    Ok(())
}

/// The mean distance of the numbers of two lists; from zero where the second has ended.
fn distance(a: &[f32], b: &[f32]) -> f64 {
    let b = b.iter().copied().chain(core::iter::repeat(0.0));
    let sum: f64 = a.iter().zip(b).map(|(a, b)| f64::from((a - b).abs())).sum();
    sum / a.len() as f64
}

fn unexpected(error: DeviceError) -> Disagreement {
    Disagreement::Failed(error.to_string())
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
    let flat = trainer.state().await?.flat;
    Ok(Outcome { losses, flat })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocked_steps_pass_on_the_cpu_unless_burn_is_chosen() {
        let choose = |choice| pollster::block_on(blocked(choice));
        assert_eq!(choose(StepperChoice::Auto), Ok(()));
        assert_eq!(choose(StepperChoice::Burn), Err(WhyBurn::Chosen));
    }

    #[test]
    fn what_is_read_as_from_a_gpu_passes_as_well() {
        let processor = Processor::cpu_as_if_it_were_a_gpu();
        assert_eq!(pollster::block_on(check(&processor)), Ok(()));
    }
}
