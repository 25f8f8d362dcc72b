//! The flow as a map: a grid carried along, there and back again, and the mass in a box.

use super::super::sampling_task::{Followed, SamplingTask, ensemble, flat};
use super::super::slices::pause;
use super::{Context, FRAMES, MOST, count};
use flow::continuity::{Gauge, Region};
use flow::solver::{Integration, Solver};
use flow::{Point, VelocityField};
use protocol::{Finding, Refusal};

/// Panels of the quadrature over a box, each way.
const PANELS: usize = 5;

/// Most times of a balance.
const MOST_TIMES: usize = 1000;

/// Most frames of a round trip, each way.
const TRIP_FRAMES: u32 = 33;

/// Follows a regular grid of starting points.
pub(super) async fn mesh(
    context: &Context,
    (side, extent): (u32, f64),
    frames: u32,
) -> Result<Finding, Refusal> {
    count(side.saturating_mul(side), MOST)?;
    if side < 2 || !(extent.is_finite() && extent > 0.0) {
        return Err(Refusal::Mesh);
    }
    let place = |k: u32| extent * (2.0 * f64::from(k) / f64::from(side - 1) - 1.0);
    let row = |r: u32| (0..side).map(move |k| [place(k), -place(r)]);
    let sampling_task = SamplingTask {
        noise: (0..side).flat_map(row).collect(),
        ..context.sampling_task(1, 0, context.sampling, frames.clamp(2, FRAMES))
    };
    let Followed { frames, nfe } = sampling_task.follow().await;
    let (lane, run, step) = (context.lane, context.run, Some(context.step));
    Ok(Finding::Mesh(ensemble(lane, run, step, &frames, nfe)))
}

/// Carries particles from one time to another and back.
pub(super) async fn round_trip(
    context: &Context,
    (n, seed): (usize, u32),
    (from, to): (f64, f64),
) -> Result<Finding, Refusal> {
    if !(0.0 <= from && from < to && to <= 1.0) {
        return Err(Refusal::RoundTrip);
    }
    let lane = &context.experiment;
    let learned = context.learned();
    let (field, start) = lane.sampled_field_as(&context.sampling, &*learned);
    let from = from.max(start);
    let points = lane.starting_points(&context.sampling, &*learned, lane.noise(n, seed));
    let share = |span: f64| {
        let steps = (f64::from(context.sampling.steps) * span).ceil() as u32;
        Solver::new(context.sampling.solver, steps).with_tolerance(context.sampling.rtol)
    };
    let points = carry(share(from - start), &*field, points, (start, from), 0).await;
    let points = points.into_points();
    let solver = share(to - from);
    let there = carry(solver, &*field, points.clone(), (from, to), TRIP_FRAMES).await;
    let back = carry(
        solver,
        &*field,
        there.points().to_vec(),
        (to, from),
        TRIP_FRAMES,
    )
    .await;
    let away = |(a, b): (&Point, &Point)| libm::hypot(a[0] - b[0], a[1] - b[1]);
    let returned = back.points().iter().zip(&points).map(away);
    let reversed = (0..back.frames().len()).rev();
    Ok(Finding::RoundTrip {
        times: there.frames().times.clone(),
        there: flat(&there.frames().points),
        back: flat(
            &reversed
                .flat_map(|k| back.frames().frame(k))
                .copied()
                .collect::<Vec<_>>(),
        ),
        error: returned.fold(0.0, f64::max),
        nfe: there.nfe() + back.nfe(),
    })
}

async fn carry(
    solver: Solver,
    field: &dyn VelocityField,
    points: Vec<Point>,
    span: (f64, f64),
    keep: u32,
) -> Integration {
    let mut integration = Integration::new(solver, points, span, keep);
    while integration.step(field) {
        pause().await;
    }
    integration
}

/// The mass in a box, and what the learned velocity carries through its edge.
pub(super) async fn balance(
    context: &Context,
    region: Region,
    times: &[f64],
) -> Result<Finding, Refusal> {
    let sides = [0, 1].map(|i| region.high[i] - region.low[i]);
    if times.len() > MOST_TIMES || !sides.iter().all(|side| side.is_finite() && *side > 0.0) {
        return Err(Refusal::Balance {
            most: MOST_TIMES as u32,
        });
    }
    let exact = context.shown_exact()?;
    let learned = context.learned();
    let (field, _) = context
        .experiment
        .sampled_field_as(&context.sampling, &*learned);
    let gauge = Gauge {
        region,
        panels: PANELS,
    };
    let mut balances = Vec::with_capacity(times.len());
    for &t in times {
        balances.push(gauge.balance(&exact, &*field, t));
        pause().await;
    }
    Ok(Finding::Balance(balances))
}

/// The ends of these particles' ways, and the evaluations they took.
pub(super) async fn ends(sampling_task: &SamplingTask) -> (Vec<Point>, u32) {
    let Followed { frames, nfe } = sampling_task.follow().await;
    (frames.frame(frames.len() - 1).to_vec(), nfe)
}
