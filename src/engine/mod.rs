//! What runs in the worker. [`protocol`] is shared with the page and needs no Burn.
pub mod protocol;

#[cfg(feature = "cpu")]
mod shares;
#[cfg(feature = "cpu")]
mod slices;
