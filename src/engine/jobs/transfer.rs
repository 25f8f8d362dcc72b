//! Scheduler transfer, checked: the transferred paths beside the rescaled ones.

use super::super::display::FRAMES;
use super::super::journey::{Assembly, ensemble, particles_in_a_slice};
use super::super::protocol::Answer;
use super::super::slices::pause;
use super::Context;
use crate::flow::solver::Frames;
use crate::flow::transfer::{TimeScale, Transfer};
use crate::flow::{Point, VelocityField};

/// The distances after every step.
#[derive(Default)]
struct Gaps {
    times: Vec<f64>,
    largest: Vec<f64>,
    /// Sums over the particles.
    sum: Vec<f64>,
}

/// Follows the lane's field under the schedule it is sampled under (`x_bar_r`) and under its own
/// (`x_t`), step by step at the same signal-to-noise ratios, both with the lane's solver. The
/// theorem says that `x_bar_r = s_r x_{t_r}`; what remains is the solver's error.
///
/// An adaptive method chooses its own steps for every group of particles, so that it is followed in
/// one group.
pub async fn gap(context: &Context, n: usize, seed: u32) -> Result<Answer, String> {
    let noise = context.experiment.noise(n, seed);
    let solver = context.experiment.solver(&context.sampling);
    let flops = 2 * solver.stages() as usize * context.flops();
    let group = if solver.adaptive() {
        n
    } else {
        particles_in_a_slice(flops)
    };
    let (mut gaps, mut rescaled, mut nfe) = (Gaps::default(), Assembly::new(n), 0);
    for noise in noise.chunks(group) {
        let (frames, evaluations) = follow_both(context, noise.to_vec(), &mut gaps).await;
        rescaled.add(&frames);
        nfe = nfe.max(evaluations);
    }
    let (lane, run, step) = (context.lane, context.run, Some(context.step));
    Ok(Answer::TransferGap {
        gap: gaps.largest.iter().copied().fold(0.0, f64::max),
        steps: gaps.times.len() as u32,
        mean: gaps.sum.iter().map(|sum| sum / n as f64).collect(),
        times: gaps.times,
        largest: gaps.largest,
        rescaled: ensemble(lane, run, step, &rescaled.frames, nfe),
    })
}

/// Books the gaps of some particles; the frames of their rescaled paths, and the evaluations of the
/// transferred field.
async fn follow_both(context: &Context, noise: Vec<Point>, gaps: &mut Gaps) -> (Frames, u32) {
    let (lane, sampling) = (&context.experiment, &context.sampling);
    let learned = context.learned();
    let network: &dyn VelocityField = &*learned;
    let guided = lane.guided(sampling, network);
    let unchanged = Transfer::new(lane.schedule(), lane.schedule());
    let transfer = lane.transfer(sampling).unwrap_or(unchanged);
    let (field, start) = lane.sampled_field_as(sampling, network);
    let solver = lane.solver(sampling);
    let keep = if solver.adaptive() { 0 } else { FRAMES };
    let mut transferred = lane.integration(sampling, network, noise, keep);
    let stride = solver.of_one_step();

    let mut at = transfer.at(start);
    let mut base = scaled(transferred.points(), 1.0 / at.s);
    let mut frames = Frames::default();
    push(&mut frames, start, &base, at);
    let mut index = 0;
    while !transferred.finished() {
        let before = transferred.steps();
        transferred.step(&*field);
        pause().await;
        if transferred.steps() == before {
            continue;
        }
        let next = transfer.at(transferred.time());
        base = stride.solve(&*guided, None, base, (at.t, next.t));
        at = next;
        gaps.book(
            index,
            transferred.time(),
            transferred.points(),
            &scaled(&base, at.s),
        );
        index += 1;
        if solver.adaptive() || transferred.frames().len() > frames.len() {
            push(&mut frames, transferred.time(), &base, at);
        }
    }
    (frames, transferred.nfe())
}

impl Gaps {
    /// The distances between particles of the same number after step `index`.
    fn book(&mut self, index: usize, time: f64, a: &[Point], b: &[Point]) {
        if index == self.times.len() {
            self.times.push(time);
            self.largest.push(0.0);
            self.sum.push(0.0);
        }
        for (a, b) in a.iter().zip(b) {
            let gap = libm::hypot(a[0] - b[0], a[1] - b[1]);
            self.largest[index] = f64::max(self.largest[index], gap);
            self.sum[index] += gap;
        }
    }
}

fn push(frames: &mut Frames, time: f64, base: &[Point], at: TimeScale) {
    frames.times.push(time);
    frames.points.extend(scaled(base, at.s));
}

fn scaled(x: &[Point], factor: f64) -> Vec<Point> {
    x.iter().map(|p| p.map(|v| factor * v)).collect()
}
