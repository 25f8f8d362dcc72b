//! What runs in the worker. [`protocol`] is shared with the page and needs no Burn.
pub mod protocol;
