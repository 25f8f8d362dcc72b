//! The answers, as the pictures that are drawn from them.

use super::questions::{balanced, shape};
use crate::state::LaneState;
use crate::state::pictures::Picture;
use crate::state::preview::even_times;
use crate::state::views::{
    CostView, ErrorCurve, GapView, GradientView, Grid, LikelihoodView, Link, MatchingView,
    MeshView, PairsView, RegionView, RoundTripView, TransferView,
};
use flow::continuity::Region;
use protocol::{Answer, Finding, Floats, Likelihoods};

/// Puts the answer where it is drawn from.
pub(super) fn take(own: &mut LaneState, picture: Picture, extent: f64, answer: Answer) {
    match answer {
        Answer::Couple {
            x0,
            x1,
            cost,
            crossings,
            ..
        } => {
            own.pairs = Some(PairsView {
                x0: x0.0,
                x1: x1.0,
                cost,
                crossings,
            });
        }
        Answer::Grid(values) => take_grid(own, picture, extent, values),
        Answer::TransferGap {
            gap,
            times,
            largest,
            mean,
            steps,
            rescaled,
        } => {
            own.views.gap = Some(GapView {
                times,
                largest,
                mean,
            });
            own.transfer = Some(TransferView {
                gap,
                steps,
                rescaled,
            });
        }
        Answer::Study(finding) => take_finding(own, extent, finding),
        Answer::Metrics(metrics) => own.views.measures = Some(*metrics),
        _ => {}
    }
}

fn take_grid(own: &mut LaneState, picture: Picture, extent: f64, values: Floats) {
    let (side, times) = shape(picture);
    let scalar = matches!(
        picture,
        Picture::Density | Picture::Learned | Picture::Divergence
    );
    let grid = Some(Grid {
        side: side as usize,
        extent,
        channels: if scalar { 1 } else { 2 },
        times: even_times(times),
        values: values.0,
    });
    match picture {
        Picture::Density => own.density = grid,
        Picture::Arrows => own.arrows = grid,
        Picture::Learned => own.views.learned = grid,
        Picture::Error => own.views.error = grid,
        Picture::Divergence => own.views.divergence = grid,
        Picture::Score => own.views.score = grid,
        _ => {}
    }
}

fn take_finding(own: &mut LaneState, extent: f64, finding: Finding) {
    let views = &mut own.views;
    match finding {
        Finding::Mesh(mesh) => {
            let points = mesh.frames.0.len() / (2 * mesh.times.len().max(1));
            views.mesh = Some(MeshView {
                side: points.isqrt(),
                times: mesh.times.iter().map(|&t| t.into()).collect(),
                points: mesh.frames.0,
            });
        }
        Finding::Matching {
            x0,
            x1,
            links,
            cost,
        } => {
            let link = |(source, target, mass)| Link {
                source,
                target,
                mass,
            };
            views.matching = Some(MatchingView {
                source: x0.0,
                target: x1.0,
                links: links.into_iter().map(link).collect(),
                cost,
            });
        }
        Finding::Balance(balances) => {
            let (low, high, times) = balanced(extent);
            views.region = Some(RegionView {
                region: Region { low, high },
                times,
                balances,
            });
        }
        Finding::RoundTrip {
            times,
            there,
            back,
            error,
            nfe,
        } => {
            views.round_trip = Some(RoundTripView {
                times,
                there: there.0,
                back: back.0,
                error,
                nfe,
            });
        }
        Finding::Nll(found) => views.likelihood = Some(likelihood(found)),
        Finding::Gradients(comparisons) => views.gradients = Some(GradientView { comparisons }),
        Finding::Costs {
            points,
            independent,
        } => {
            views.costs = Some(CostView {
                points,
                independent,
            });
        }
        Finding::Errors(curves) => {
            let curve = |(name, points)| ErrorCurve {
                key: format!("choice.{name}"),
                points,
            };
            views.errors = curves.into_iter().map(curve).collect();
        }
        Finding::StepCost(cost) => views.step_cost = Some(cost),
    }
}

fn likelihood(found: Likelihoods) -> LikelihoodView {
    LikelihoodView {
        exact: found.exact,
        hutchinson: found.hutchinson,
        entropy: found.entropy.map(|entropy| entropy.value),
        samples: found.samples,
    }
}
