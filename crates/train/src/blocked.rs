//! Training steps on the CPU on plain slices: forward, loss, backward and Adam without a tensor.
//!
//! Tensor operations read and write the activations of a whole batch a dozen times a step, and
//! allocate each time. Here eight samples at a time, a *panel*, go through all layers and back while
//! they are in the nearest cache; after a few panels, a *block*, the gradient of all weights is
//! summed over its samples ([`pass`]). All three matrix products of a layer are one loop over packed
//! numbers ([`product`]), and nothing is allocated after the start.
//!
//! Parameters lie as [`layout`] says. Outside they are a [`Flat`](super::flat::Flat) as everywhere,
//! so that any stepper can go on where another has stopped. Tests hold all of it against Burn's
//! module, autodiff and Adam.

pub mod layout;
pub mod pass;
pub mod product;
mod stepper;
pub use stepper::BlockedStepper;

#[cfg(test)]
mod tests;
