//! What runs in the worker: requests in, replies out, the training loop, pictures and questions.
//!
//! An [`Engine`](session::Engine) is *pulled*:
//! its owner calls `tick` while there is something to do, so it can be stopped by not calling, and
//! driven in a native test with a clock of the test's own.
mod acceleration;
mod course;
mod crew;
mod display;
pub mod helper;
mod jobs;
mod journey;
mod lanes;
mod pictures;
mod questions;
mod report;
mod round;
pub mod session;
mod shares;
mod slices;
mod supply;
mod training;
mod yardstick;

#[cfg(test)]
mod tests;
