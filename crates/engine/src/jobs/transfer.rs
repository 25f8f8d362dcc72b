//! Scheduler transfer, checked: the transferred paths beside the rescaled ones.

use super::super::display::FRAMES;
use super::super::sampling_task::{Assembly, ensemble, particles_in_a_slice};
use super::super::slices::pause;
use super::Context;
use flow::Point;
use flow::experiment::Rescaled;
use flow::solver::Frames;
use protocol::{Answer, Refusal};

/// The distances after every step.
#[derive(Default)]
struct Gaps {
    times: Vec<f64>,
    largest: Vec<f64>,
    /// Sums over the particles.
    sum: Vec<f64>,
}

/// Follows the lane's field under the schedule it is sampled under and under its own; see
/// [`Rescaled`](flow::experiment::Rescaled).
///
/// An adaptive method chooses its own steps for every group of particles, so that it is followed in
/// one group.
pub(super) async fn gap(context: &Context, n: usize, seed: u32) -> Result<Answer, Refusal> {
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
    let adaptive = lane.solver(sampling).adaptive();
    let keep = if adaptive { 0 } else { FRAMES };
    let mut paths = lane.rescaled(sampling, &*learned, noise, keep);
    let mut frames = Frames::default();
    push(&mut frames, &paths);
    let mut index = 0;
    while !paths.transferred().finished() {
        let taken = paths.step();
        pause().await;
        if !taken {
            continue;
        }
        gaps.book(index, &paths);
        index += 1;
        if adaptive || paths.transferred().frames().len() > frames.len() {
            push(&mut frames, &paths);
        }
    }
    (frames, paths.transferred().nfe())
}

impl Gaps {
    /// The gaps of some particles after step `index`.
    fn book(&mut self, index: usize, paths: &Rescaled) {
        if index == self.times.len() {
            self.times.push(paths.transferred().time());
            self.largest.push(0.0);
            self.sum.push(0.0);
        }
        for gap in paths.gaps() {
            self.largest[index] = f64::max(self.largest[index], gap);
            self.sum[index] += gap;
        }
    }
}

fn push(frames: &mut Frames, paths: &Rescaled) {
    frames.times.push(paths.transferred().time());
    frames.points.extend(paths.points());
}
