//! Pairs, how a batch is matched, and what matchings cost.

use super::super::sampling_task::flat;
use super::super::slices::pause;
use super::{CROSSING_SAMPLE, Context};
use flow::Point;
use flow::assignment::assign_points;
use flow::coupling::matched;
use flow::pairs::{Pairs, squared_distance};
use flow::partial::partial_matching;
use flow::random::Rng;
use flow::sinkhorn::{Limits, sinkhorn};
use flow::spec::CouplingKind;
use flow::stream;
use protocol::{Answer, Finding, Refusal};

/// Shares of an entropic plan below this are not drawn.
const LEAST_MASS: f64 = 0.02;

/// Points behind the mean cost of a batch size, and most batches.
const COST_POINTS: u32 = 4096;
const MOST_BATCHES: u32 = 64;

impl Context {
    /// `n` pairs as the lane learns from them now.
    pub(crate) fn pairs(&self, n: usize, seed: u32) -> Pairs {
        match &self.round.pool {
            Some(pool) => pool.draw(&mut Rng::stream(seed.into(), stream::PAIRS), n),
            None => self.experiment.pairs(n, seed),
        }
    }
}

/// Answers with pairs.
pub(super) async fn couple(context: &Context, n: usize, seed: u32) -> Result<Answer, Refusal> {
    let pairs = context.pairs(n, seed);
    pause().await;
    let sample = CROSSING_SAMPLE.min(n as u32);
    Ok(Answer::Couple {
        x0: flat(&pairs.x0),
        x1: flat(&pairs.x1),
        cost: pairs.cost(),
        crossings: pairs.crossings(sample as usize),
        crossing_sample: sample,
    })
}

/// A batch of `n` points and what is carried from where to where.
pub(super) fn matching(context: &Context, n: usize, seed: u32) -> Finding {
    let lane = &context.experiment;
    let data = &lane.spec().data;
    let points = |stream: u64| Rng::stream(seed.into(), stream);
    let fresh = || Pairs {
        x0: lane.source().sample(&mut points(stream::PAIRS), n),
        x1: lane.target().sample(&mut points(stream::PAIRS + 1), n),
    };
    let (pairs, links) = match data.coupling {
        CouplingKind::Ot => {
            let pairs = fresh();
            let links = one_each(assign_points(&pairs.x0, &pairs.x1).into_iter().enumerate());
            (pairs, links)
        }
        CouplingKind::Partial => {
            let pairs = fresh();
            let links = partial_matching(&pairs.x0, &pairs.x1, data.keep);
            (pairs, one_each(links.into_iter()))
        }
        CouplingKind::Sinkhorn => {
            let pairs = fresh();
            let links = plan(&pairs, data.epsilon);
            (pairs, links)
        }
        _ => (context.pairs(n, seed), one_each((0..n).map(|i| (i, i)))),
    };
    let distance = |&(i, j, _): &(u32, u32, f32)| -> f64 {
        let ends: (Point, Point) = (pairs.x0[i as usize], pairs.x1[j as usize]);
        squared_distance(ends.0, ends.1)
    };
    let mass: f64 = links.iter().map(|link| f64::from(link.2)).sum();
    let cost: f64 = links
        .iter()
        .map(|link| f64::from(link.2) * distance(link))
        .sum();
    Finding::Matching {
        x0: flat(&pairs.x0),
        x1: flat(&pairs.x1),
        cost: cost / mass.max(f64::MIN_POSITIVE),
        links,
    }
}

fn one_each(links: impl Iterator<Item = (usize, usize)>) -> Vec<(u32, u32, f32)> {
    links.map(|(i, j)| (i as u32, j as u32, 1.0)).collect()
}

/// The shares of the entropic plan that are large enough to be seen.
fn plan(pairs: &Pairs, epsilon: f64) -> Vec<(u32, u32, f32)> {
    let plan = sinkhorn(&pairs.x0, &pairs.x1, epsilon, Limits::default());
    let row = |i: usize| {
        let shares = plan.row(i).iter().enumerate();
        let large = shares.filter(|(_, mass)| **mass >= LEAST_MASS);
        large
            .map(move |(j, &mass)| (i as u32, j as u32, mass as f32))
            .collect::<Vec<_>>()
    };
    (0..pairs.len()).flat_map(row).collect()
}

/// The mean cost of exact minibatch-OT pairs against the batch size.
pub(super) async fn costs(context: &Context, sizes: &[u32]) -> Finding {
    let lane = &context.experiment;
    let mut rng = Rng::stream(lane.spec().seed.into(), stream::METRICS);
    let mut draw = |n: usize| {
        let x0 = lane.source().sample(&mut rng, n);
        (x0, lane.target().sample(&mut rng, n))
    };
    let (x0, x1) = draw(COST_POINTS as usize);
    let independent = Pairs { x0, x1 }.cost();
    let mut points = Vec::new();
    for &size in sizes {
        let batches = (COST_POINTS / size.max(1)).clamp(1, MOST_BATCHES);
        let mut sum = 0.0;
        for _ in 0..batches {
            let (x0, x1) = draw(size as usize);
            sum += matched(x0, &x1).cost();
            pause().await;
        }
        points.push((size, sum / f64::from(batches)));
    }
    Finding::Costs {
        points,
        independent,
    }
}
