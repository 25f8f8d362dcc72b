//! Training steps on the CPU on plain slices: forward, loss, backward and Adam without a tensor.
//!
//! Tensor operations read and write the activations of a whole batch a dozen times a step, and
//! allocate each time. Here eight samples at a time, a *panel*, go through all layers and back while
//! they are in the nearest cache; after a few panels, a *block*, the gradient of all weights is
//! summed over its samples ([`pass`]). All three matrix products of a layer are one loop over packed
//! numbers ([`product`]), and nothing is allocated after the start.
//!
//! Parameters lie as [`layout`] says. Outside they are a [`Flat`](super::store::Flat) as everywhere,
//! so that any store can go on where another has stopped. Tests hold all of it against Burn's
//! autodiff and against the same steps on Burn's tensors.

pub mod layout;
pub mod pass;
pub mod product;
mod store;
pub use store::BlockedStore;

#[cfg(test)]
mod tests;
