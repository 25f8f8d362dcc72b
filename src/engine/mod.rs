//! What runs in the worker: requests in, replies out, the training loop, pictures and questions.
//!
//! [`protocol`] is shared with the page and needs no Burn. An [`Engine`](core::Engine) is *pulled*:
//! its owner calls `tick` while there is something to do, so it can be stopped by not calling, and
//! driven in a native test with a clock of the test's own.
pub mod protocol;

#[cfg(feature = "cpu")]
mod acceleration;
#[cfg(feature = "cpu")]
pub mod core;
#[cfg(feature = "cpu")]
mod course;
#[cfg(feature = "cpu")]
mod crew;
#[cfg(feature = "cpu")]
mod display;
#[cfg(feature = "cpu")]
pub mod helper;
#[cfg(feature = "cpu")]
mod jobs;
#[cfg(feature = "cpu")]
mod journey;
#[cfg(feature = "cpu")]
mod lanes;
#[cfg(feature = "cpu")]
mod pictures;
#[cfg(feature = "cpu")]
mod questions;
#[cfg(feature = "cpu")]
mod report;
#[cfg(feature = "cpu")]
mod round;
#[cfg(feature = "cpu")]
mod shares;
#[cfg(feature = "cpu")]
mod slices;
#[cfg(feature = "cpu")]
mod supply;
#[cfg(feature = "cpu")]
mod training;
#[cfg(feature = "cpu")]
mod yardstick;

#[cfg(all(test, feature = "cpu"))]
mod tests;
