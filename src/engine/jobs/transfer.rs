//! Scheduler transfer, checked: the transferred paths beside the rescaled ones.

use super::super::display::FRAMES;
use super::super::journey::{Assembly, ensemble, particles_in_a_slice};
use super::super::protocol::Answer;
use super::super::slices::pause;
use super::Context;
use crate::flow::Point;
use crate::flow::solver::{Frames, Solver};
use crate::flow::transfer::{TimeScale, Transfer};

/// Follows the lane's field under the schedule it is sampled under (`x_bar_r`) and under its own
/// (`x_t`), step by step at the same signal-to-noise ratios, both with the lane's solver. The
/// theorem says that `x_bar_r = s_r x_{t_r}`; what remains is the solver's error.
pub async fn gap(context: &Context, n: usize, seed: u32) -> Result<Answer, String> {
    let noise = context.experiment.noise(n, seed);
    let solver = Solver::new(context.sampling.solver, context.sampling.steps);
    let evaluations = 2 * (solver.nfe() / solver.steps()) as usize;
    let group = particles_in_a_slice(evaluations * context.network.architecture().flops());
    let (mut gap, mut rescaled) = (0.0, Assembly::new(n));
    for noise in noise.chunks(group) {
        let (of_group, frames) = follow_both(context, noise.to_vec()).await;
        gap = f64::max(gap, of_group);
        rescaled.add(&frames);
    }
    let (lane, run, step) = (context.lane, context.run, Some(context.step));
    Ok(Answer::TransferGap {
        gap,
        steps: solver.steps(),
        rescaled: ensemble(lane, run, step, &rescaled.frames, solver.nfe()),
    })
}

/// The largest gap of some particles, and the frames of their rescaled paths.
async fn follow_both(context: &Context, noise: Vec<Point>) -> (f64, Frames) {
    let (lane, sampling) = (&context.experiment, &context.sampling);
    let learned = lane.learned(&context.network);
    let guided = lane.guided(sampling, &*learned);
    let unchanged = Transfer::new(lane.schedule(), lane.schedule());
    let transfer = lane.transfer(sampling).unwrap_or(unchanged);
    let (field, start) = lane.sampled_field_as(sampling, &*learned);
    let mut transferred = lane.integration(sampling, &*learned, noise, FRAMES);
    let stride = Solver::new(sampling.solver, 1);

    let mut at = transfer.at(start);
    let mut base = scaled(transferred.points(), 1.0 / at.s);
    let mut frames = Frames::default();
    push(&mut frames, start, &base, at);
    let mut gap = 0.0;
    while !transferred.finished() {
        transferred.step(&*field);
        let next = transfer.at(transferred.time());
        base = stride.solve(&*guided, None, base, (at.t, next.t));
        at = next;
        gap = f64::max(gap, distance(transferred.points(), &scaled(&base, at.s)));
        if transferred.frames().len() > frames.len() {
            push(&mut frames, transferred.time(), &base, at);
        }
        pause().await;
    }
    (gap, frames)
}

fn push(frames: &mut Frames, time: f64, base: &[Point], at: TimeScale) {
    frames.times.push(time);
    frames.points.extend(scaled(base, at.s));
}

fn scaled(x: &[Point], factor: f64) -> Vec<Point> {
    x.iter().map(|p| p.map(|v| factor * v)).collect()
}

/// The largest distance between particles of the same number.
fn distance(a: &[Point], b: &[Point]) -> f64 {
    let distances = a.iter().zip(b);
    let distances = distances.map(|(a, b)| libm::hypot(a[0] - b[0], a[1] - b[1]));
    distances.fold(0.0, f64::max)
}
