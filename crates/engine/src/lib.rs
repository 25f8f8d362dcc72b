//! What runs in the worker: requests in, replies out, the training loop, pictures and questions.
//!
//! An [`Engine`](session::Engine) is *pulled*:
//! its owner calls `tick` while there is something to do, so it can be stopped by not calling, and
//! driven in a native test with a clock of the test's own.
mod acceleration;
mod baseline;
mod batch_queue;
mod display;
pub mod helper;
mod helper_pool;
mod jobs;
mod lanes;
mod methods;
mod pictures;
mod questions;
mod reflow_round;
mod report;
mod sampling_task;
mod scheduler;
pub mod session;
mod slices;
mod snapshot;
mod training;
mod training_run;

#[cfg(test)]
mod tests;
