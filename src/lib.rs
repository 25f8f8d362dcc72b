//! # Flowlab
//!
//! An interactive visualizer of **flow matching**: small velocity fields of the plane, trained live
//! in a browser by Burn, drawn beside their exact answer.
//!
//! A *flow* carries every point of a simple source distribution (`t = 0`) to a sample of the data
//! (`t = 1`). Flow matching trains a network to be its velocity field `u(x, t)`, by regression on
//! the velocities of simple paths between random pairs of points: nothing is simulated while
//! training.
//!
//! ## The map
//!
//! - [`flow`]: the mathematics. Distributions, couplings, schedules, exact fields, solvers,
//!   scheduler transfer, metrics. Start with its front page, which states the conventions.
//! - `train` (feature `cpu`): Burn. A network, a loss, Adam, on the CPU or on WebGPU.
//! - [`engine`]: what runs in a worker of the browser, driven by plain messages.
//! - [`app`]: the page as a pure state machine.
//! - [`render`]: from state to drawing.
//! - `web` (only on wasm32): the glue to the browser.
//!
//! ARCHITECTURE.md names the invariants.
//!
//! ## An exact field, integrated
//!
//! Where source and target are known mixtures, the velocity field has a closed form. Following it
//! from Gaussian noise ends on the target: here on the black squares of a checkerboard.
//!
//! ```
//! use flowlab::flow::{datasets, distribution::Distribution, exact::ExactField};
//! use flowlab::flow::{random::Rng, schedule::Schedule, solver::Solver, spec::SolverKind};
//!
//! let noise = Distribution::standard_normal();
//! let board = datasets::checkerboard();
//! let field = ExactField::new(&noise, &board, Schedule::CondOt);
//!
//! let x0 = noise.sample(&mut Rng::new(7), 200);
//! let x1 = Solver::new(SolverKind::Rk4, 100).solve(&field, None, x0, (0.0, 1.0));
//!
//! let on_black = x1.iter().filter(|&&x| board.density(x) > 0.0).count();
//! assert!(on_black >= 190, "{on_black} of 200 points on black squares");
//! ```

// The page ships optimised for size, but for the few functions that say otherwise: `program` in xtask.
#![cfg_attr(small, feature(optimize_attribute))]

pub mod app;
pub mod engine;
pub mod flow;
pub mod render;
#[cfg(feature = "cpu")]
pub mod train;
#[cfg(target_arch = "wasm32")]
pub mod web;
