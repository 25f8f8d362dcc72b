//! Training: a small network regressed on batches by Burn, on the CPU or on a GPU.
//!
//! [`flow`] makes the batches; nothing here knows schedules, couplings or data sets. A
//! [`Trainer`](trainer::Trainer) takes one Adam step a batch and gives its weights back as plain
//! floats, in the order of [`flow::network::Network`](flow::network::Network).
//!
//! # Why the gradient is written out
//! Burn's tensors do all arithmetic, but the backward pass of this one architecture is spelt out in
//! [`network`] instead of being recorded by Burn's autodiff. At the baseline (3-64x3-2, batch 256)
//! that makes a step 1.7 times faster (2,230 against 1,300 steps a second natively on one core, same
//! activations in both): no tape, every sigmoid computed once, about 32 instead of 59 dispatches a
//! step on a GPU whose operations are fused, and no autodiff in the program. Tests hold it against
//! Burn's autodiff and against finite differences, and every kind of step against Burn's modules, autodiff and Adam
//! (`module`, native programs only).
//!
//! # Why the CPU has steps beside the tensors
//! [`blocked`] takes the same step on plain slices, eight samples at a time through all layers, with
//! nothing allocated: 2 to 3 times faster again in WebAssembly. Burn's tensors are what it is compared
//! with when an engine starts, and what trains if it fails.
//!
//! # Why a GPU has kernels beside the tensors
//! Even so a GPU spends such a step between its dispatches. `fused` takes one in two of them, on
//! Burn's own device; tests hold it against the tensors on the CPU. Where its kernels fail the
//! self-test or a network does not fit them, tensors train as before, and it is said why.

pub mod activation;
pub mod adam;
pub mod blocked;
pub mod classifier;
pub mod device;
#[cfg(any(feature = "gpu", test))]
mod fused;
#[cfg(feature = "gpu")]
mod gpu;
#[cfg(not(target_arch = "wasm32"))]
pub mod module;
pub mod network;
pub mod sampler;
mod self_test;
pub mod store;
#[cfg(all(feature = "gpu", any(test, feature = "testing")))]
pub mod testing;
pub mod trainer;
