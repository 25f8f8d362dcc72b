//! Training: a small network regressed on batches by Burn, on the CPU or on a GPU.
//!
//! [`flow`] makes the batches; nothing here knows schedules, couplings or data sets. A
//! [`Trainer`](trainer::Trainer) takes one Adam step a batch and gives its weights back as plain
//! floats, in the order of [`flow::network::Network`](flow::network::Network).
//!
//! # Burn is the network's home
//! The network is a Burn [`Module`](module::Module). Burn's autodiff and Burn's Adam train it on every device, natively and
//! in the browser, on the CPU (`flex`) and through WebGPU: [`burn_stepper`]. That is the reference of all else: when an
//! engine starts, each faster way takes a few steps beside Burn on the CPU, and is used only if it ends where Burn does.
//! It is also what trains where a faster way fails, and a choice ([`StepperChoice`](choice::StepperChoice)).
//!
//! # Why there are faster ways
//! One [`Stepper`](stepper::Stepper) takes the steps of a network; a [`Processor`](device::Processor) says which.
//! - [`blocked`] takes a step on plain slices, eight samples at a time through all layers and back, with nothing allocated
//!   and no tape: several times faster than tensor operations on the CPU.
//! - `fused` takes it in two dispatches on Burn's own GPU, where tensor operations take some 200 and a GPU spends such a
//!   step between them.
//!
//! Both compute what Burn computes: tests hold their gradients against Burn's autodiff, and 100 steps against Burn's.
//!
//! ```
//! use flow::batch::Objective;
//! use flow::spec::{Drawn, LaneSpec};
//! use train::device::Processor;
//! use train::trainer::Trainer;
//!
//! let spec = LaneSpec::default();
//! let mut objective = Objective::new(&spec, &Drawn::default()).expect("nothing is drawn");
//! let network = objective.lane().network();
//! let mut trainer = Trainer::new(&Processor::cpu("an example"), &network, spec.training);
//! trainer.step(&objective.batch(64));
//! let (loss, steps) = pollster::block_on(trainer.take_losses()).expect("main memory can be read");
//! assert!(loss.is_finite() && steps == 1);
//! ```

pub mod adam;
pub mod blocked;
pub mod burn_stepper;
pub mod choice;
pub mod classifier;
pub mod device;
pub mod flat;
#[cfg(any(feature = "gpu", test))]
mod fused;
#[cfg(feature = "gpu")]
mod gpu;
pub mod module;
pub mod origin;
mod particles;
pub mod sampler;
mod self_test;
pub mod stepper;
#[cfg(all(feature = "gpu", any(test, feature = "testing")))]
pub mod testing;
pub mod trainer;
