//! Likelihoods, maps and studies, against closed forms and against each other.

use super::*;

fn study(bench: &mut Bench, study: Study) -> Finding {
    match bench.answer(LaneId::A, Job::Study(study)) {
        Ok(Answer::Study(finding)) => finding,
        other => panic!("{other:?}"),
    }
}

fn grid(bench: &mut Bench, map: Map, side: u32, times: &[f64]) -> Vec<f32> {
    let job = Job::Grid {
        map,
        side,
        extent: 4.0,
        times: times.to_vec(),
    };
    match bench.answer(LaneId::A, job) {
        Ok(Answer::Grid(values)) => values.0,
        other => panic!("{other:?}"),
    }
}

/// A lane that has learnt a little.
fn trained(spec: LaneSpec) -> Bench {
    let mut bench = Bench::new();
    bench.configure(LaneId::A, 1, spec, false);
    bench.train(LaneId::A, 1, Training::Until(300));
    bench.finish();
    bench
}

#[test]
fn the_density_of_a_trained_network_integrates_to_one() {
    let mut transferred = spec();
    transferred.sampling.sample_schedule = SampleSchedule::Cosine;
    let mut preserving = spec();
    preserving.path.schedule = ScheduleKind::Vp;
    let mut exploding = spec();
    exploding.path.schedule = ScheduleKind::Ve;
    exploding.path.sigma_max = 2.0;
    for spec in [spec(), transferred, preserving, exploding] {
        let mut bench = trained(spec);
        let side = 160;
        let job = Job::Grid {
            map: Map::LearnedDensity,
            side,
            extent: 8.0,
            times: vec![0.5, 1.0],
        };
        let Ok(Answer::Grid(logs)) = bench.answer(LaneId::A, job) else {
            panic!("no density")
        };
        let cell = (16.0 / f64::from(side)).powi(2);
        for logs in logs.0.chunks(logs.0.len() / 2) {
            let mass = logs.iter().map(|&l| f64::from(l).exp()).sum::<f64>() * cell;
            assert!(
                (mass - 1.0).abs() < 0.01,
                "{:?}: {mass}",
                spec.path.schedule
            );
        }
    }
}

fn log_densities(bench: &mut Bench, method: Method, probes: u32) -> (Vec<f32>, Vec<f32>, u32) {
    let points: Vec<f32> = (0..80).map(|k| (k as f32 * 0.7).sin() * 1.5).collect();
    let job = Job::Likelihood {
        points: Floats(points),
        method,
        probes,
        seed: 4,
    };
    match bench.answer(LaneId::A, job) {
        Ok(Answer::Likelihood {
            log_densities,
            errors,
            nfe,
        }) => (log_densities.0, errors.0, nfe),
        other => panic!("{other:?}"),
    }
}

#[test]
fn hutchinson_agrees_with_the_exact_divergence_within_its_spread() {
    let mut bench = trained(spec());
    let (exact, none, nfe) = log_densities(&mut bench, Method::Exact, 1);
    assert!(none.iter().all(|&e| e == 0.0) && exact.len() == 40 && nfe == 80);
    for method in [Method::Rademacher, Method::Gaussian] {
        let (logs, errors, _) = log_densities(&mut bench, method, 64);
        let deviations: Vec<f32> = logs
            .iter()
            .zip(&exact)
            .zip(&errors)
            .map(|((a, b), e)| (a - b) / e)
            .collect();
        // Of 40 deviations in units of their standard errors, the mean square is about 1.
        let square = deviations.iter().map(|d| d * d).sum::<f32>() / 40.0;
        assert!((0.5..2.5).contains(&square), "{method:?}: {square}");
    }
    let (_, errors, _) = log_densities(&mut bench, Method::Rademacher, 1);
    assert!(errors.iter().all(|e| e.is_infinite()));
    let nowhere = Job::Likelihood {
        points: Floats(vec![f32::NAN, 0.0]),
        method: Method::Exact,
        probes: 1,
        seed: 1,
    };
    assert!(bench.answer(LaneId::A, nowhere).is_err());
}

#[test]
fn likelihoods_of_fresh_data_stay_above_the_entropy() {
    let mut bench = trained(spec());
    let study = study(
        &mut bench,
        Study::Nll {
            n: 300,
            probes: vec![1, 8],
        },
    );
    let Finding::Nll(found) = study else {
        panic!("{study:?}")
    };
    let entropy = found.entropy.unwrap();
    let exact = found.exact.estimate;
    assert!(
        exact.value > entropy.value - 3.0 * exact.error,
        "{exact:?} {entropy:?}"
    );
    let [signs, normal] = &found.hutchinson;
    for (kind, probed) in found.hutchinson.iter().enumerate() {
        for p in probed {
            // The mean of 300 points is off by the spread over sqrt(300).
            let apart = (p.nll - exact.value).abs();
            assert!(
                apart < 4.0 * p.spread / 300f64.sqrt(),
                "{kind}: {p:?} {exact:?}"
            );
        }
        // Eight times the probes: sqrt(8) = 2.8 times less spread.
        let [one, eight] = [probed[0].spread, probed[1].spread];
        assert!((2.0..4.0).contains(&(one / eight)), "{kind}: {one} {eight}");
    }
    assert!(
        normal[1].spread > signs[1].spread,
        "normal probes also miss the diagonal"
    );
    assert_eq!((found.samples, signs[1].probes), (300, 8));
}

#[test]
fn maps_are_made_of_the_fields_they_are_named_after() {
    let mut bench = trained(spec());
    let times = [0.3, 0.8];
    let learned = grid(&mut bench, Map::Velocity, 6, &times);
    let error = grid(&mut bench, Map::Error, 6, &times);
    let points: Vec<f32> = (0..36)
        .flat_map(|k| [k % 6, 5 - k / 6].map(|c| 4.0 * ((2 * c + 1) as f32 / 6.0 - 1.0)))
        .collect();
    for (frame, t) in times.into_iter().enumerate() {
        let job = Job::Field {
            points: Floats(points.clone()),
            t,
            which: Which::Exact,
        };
        let Ok(Answer::Field(exact)) = bench.answer(LaneId::A, job) else {
            panic!("no field")
        };
        for (k, exact) in exact.0.iter().enumerate() {
            let expected = learned[72 * frame + k] - exact;
            assert!((error[72 * frame + k] - expected).abs() < 1e-4 * expected.abs().max(1.0));
        }
    }
    // The divergence, by differences of neighbouring cells of a fine grid.
    let side = 200;
    let (fine, divergence) = (
        grid(&mut bench, Map::Velocity, side, &[0.5]),
        grid(&mut bench, Map::Divergence, side, &[0.5]),
    );
    let (at, span) = (
        |r: usize, c: usize| 2 * (r * 200 + c),
        2.0 * 8.0 / side as f32,
    );
    for (r, c) in [(60, 70), (100, 100), (140, 90)] {
        let dx = (fine[at(r, c + 1)] - fine[at(r, c - 1)]) / span;
        let dy = (fine[at(r - 1, c) + 1] - fine[at(r + 1, c) + 1]) / span;
        let ours = divergence[r * 200 + c];
        assert!(
            (ours - dx - dy).abs() < 0.05 * ours.abs().max(1.0),
            "{ours} {}",
            dx + dy
        );
    }
    // At the start the score of a standard normal is -x.
    let score = grid(&mut bench, Map::Score, 6, &[0.0]);
    assert!(score.iter().zip(&points).all(|(s, x)| (s + x).abs() < 1e-3));
}

#[test]
fn without_a_closed_form_the_error_is_measured_against_an_estimate() {
    let mut ot = spec();
    ot.data.coupling = CouplingKind::Ot;
    let mut bench = trained(ot);
    let error = grid(&mut bench, Map::Error, 10, &[0.5]);
    assert!(error.iter().all(|v| v.is_finite()));
    let Ok(Answer::Metrics(m)) = bench.answer(LaneId::A, Job::Metrics) else {
        panic!("no metrics")
    };
    let (floor, excess) = (m.floor.unwrap(), m.excess.unwrap());
    // What is left to chance is little: an OT pair is nearly told by where it is.
    assert!(
        m.estimated && floor.value > 0.0 && floor.value < 1.0,
        "{floor:?}"
    );
    assert!(
        floor.error < 0.2 * floor.value && excess.error < 0.2 * excess.value,
        "{excess:?}"
    );
    let score = Job::Grid {
        map: Map::Density,
        side: 4,
        extent: 3.0,
        times: vec![0.5],
    };
    let refused = bench.answer(LaneId::A, score);
    assert_eq!(refused, Err(Refusal::NoClosedForm));
}

#[test]
fn the_estimated_excess_and_floor_add_up_to_the_loss_in_training() {
    let mut ot = spec();
    ot.data.coupling = CouplingKind::Ot;
    ot.training.batch = 64;
    let mut bench = Bench::new();
    bench.configure(LaneId::A, 1, ot, false);
    bench.train(LaneId::A, 1, Training::Until(1500));
    let last = *progress(&bench.finish()).last().unwrap();
    let expected = last.floor.unwrap() + last.excess.unwrap();
    assert!(last.accuracy.estimated && last.accuracy.measured_at == 1500);
    // The loss is a mean over the last tenth of a second of training: some hundred batches of 64.
    assert!(
        (last.loss / expected - 1.0).abs() < 0.25,
        "{} {expected}",
        last.loss
    );
}

#[test]
fn a_mesh_starts_regular_and_has_the_areas_of_the_divergence() {
    let mut bench = trained(spec());
    let mesh = study(
        &mut bench,
        Study::Mesh {
            side: 41,
            extent: 1.0,
            frames: 3,
        },
    );
    let Finding::Mesh(mesh) = mesh else {
        panic!("{mesh:?}")
    };
    assert_eq!(
        (mesh.times.len(), mesh.frames.0.len()),
        (3, 3 * 41 * 41 * 2)
    );
    assert_eq!(mesh.frames.0[..4], [-1.0, 1.0, -0.95, 1.0]);
    // The change of variables: log p_1(psi(x)) = log p_0(x) - log det, at the middle of the mesh.
    let end = &mesh.frames.0[2 * 41 * 41 * 2..];
    let p = |r: usize, c: usize| [end[2 * (41 * r + c)], end[2 * (41 * r + c) + 1]];
    let (east, west, north, south) = (p(20, 21), p(20, 19), p(19, 20), p(21, 20));
    let a = [east[0] - west[0], east[1] - west[1]];
    let b = [north[0] - south[0], north[1] - south[1]];
    let det = (a[0] * b[1] - a[1] * b[0]) / 0.01;
    let job = Job::Likelihood {
        points: Floats(p(20, 20).to_vec()),
        method: Method::Exact,
        probes: 1,
        seed: 1,
    };
    let Ok(Answer::Likelihood { log_densities, .. }) = bench.answer(LaneId::A, job) else {
        panic!("no likelihood")
    };
    let expected = -(2.0 * std::f32::consts::PI).ln() - det.ln();
    assert!(
        (log_densities.0[0] - expected).abs() < 0.05,
        "{log_densities:?} {expected}"
    );
}

#[test]
fn there_and_back_again_and_mass_in_a_box() {
    let mut bench = trained(spec());
    let mut error = |solver, steps| {
        let sampling = SamplingSpec {
            solver,
            steps,
            ..spec().sampling
        };
        bench.ask(Request::Sampling {
            lane: LaneId::A,
            run: 1,
            sampling,
        });
        let trip = Study::RoundTrip {
            n: 30,
            seed: 2,
            from: 0.2,
            to: 0.9,
        };
        match study(&mut bench, trip) {
            Finding::RoundTrip {
                times,
                there,
                back,
                error,
                nfe,
            } => {
                assert!((times[0], *times.last().unwrap()) == (0.2, 0.9));
                assert_eq!(there.0.len(), back.0.len());
                assert_eq!(there.0[there.0.len() - 60..], back.0[back.0.len() - 60..]);
                (error, nfe)
            }
            other => panic!("{other:?}"),
        }
    };
    let (coarse, _) = error(SolverKind::Euler, 20);
    let (fine, nfe) = error(SolverKind::Rk4, 60);
    assert!(
        fine < 1e-3 && coarse > 10.0 * fine && nfe == 2 * 42 * 4,
        "{coarse} {fine} {nfe}"
    );
    let (adaptive, _) = error(SolverKind::Dopri5, 1);
    assert!(adaptive < 1e-2, "{adaptive}");
    let balance = study(
        &mut bench,
        Study::Balance {
            low: [-4.0; 2],
            high: [4.0; 2],
            times: vec![0.2, 0.5],
        },
    );
    let Finding::Balance(balances) = balance else {
        panic!("{balance:?}")
    };
    assert!(
        balances
            .iter()
            .all(|b| (b.mass - 1.0).abs() < 1e-3 && b.rate.abs() < 0.01)
    );
    let nonsense = Study::Balance {
        low: [1.0; 2],
        high: [0.0; 2],
        times: vec![0.5],
    };
    assert!(bench.answer(LaneId::A, Job::Study(nonsense)).is_err());
}

#[test]
fn matchings_link_as_the_coupling_does() {
    let kinds = [
        (CouplingKind::Independent, 20),
        (CouplingKind::Ot, 20),
        (CouplingKind::Partial, 10),
        (CouplingKind::Paired, 20),
    ];
    let mut costs = Vec::new();
    for (coupling, expected) in kinds {
        let mut spec = spec();
        spec.data.coupling = coupling;
        let mut bench = Bench::new();
        bench.configure(LaneId::A, 1, spec, false);
        let found = study(&mut bench, Study::Matching { n: 20, seed: 3 });
        let Finding::Matching {
            x0, links, cost, ..
        } = found
        else {
            panic!("{found:?}")
        };
        assert_eq!((x0.0.len(), links.len()), (40, expected), "{coupling:?}");
        costs.push(cost);
    }
    // The same points, matched at random, best, and the best half.
    assert!(costs[0] > costs[1] && costs[1] > costs[2], "{costs:?}");
    let mut soft = spec();
    soft.data.coupling = CouplingKind::Sinkhorn;
    let mut bench = Bench::new();
    bench.configure(LaneId::A, 1, soft, false);
    let found = study(&mut bench, Study::Matching { n: 20, seed: 3 });
    let Finding::Matching { links, cost, .. } = found else {
        panic!("{found:?}")
    };
    let mass: f32 = links.iter().map(|link| link.2).sum();
    assert!(links.len() > 20 && (18.0..20.1).contains(&mass), "{mass}");
    assert!(
        cost > costs[1] - 1e-6 && cost < costs[0],
        "{cost} {costs:?}"
    );
}

#[test]
fn costs_fall_with_the_batch_and_errors_with_the_effort() {
    let mut bench = trained(spec());
    let Finding::Costs {
        points,
        independent,
    } = study(
        &mut bench,
        Study::Costs {
            sizes: vec![16, 64, 256],
        },
    )
    else {
        panic!("no costs")
    };
    assert!(points.windows(2).all(|w| w[1].1 < w[0].1) && points[0].1 < independent);
    for of in [Curves::Solvers, Curves::Schedules] {
        let Finding::Errors(curves) = study(&mut bench, Study::Errors { of }) else {
            panic!("no curves")
        };
        assert!(curves.len() >= 5);
        for (name, points) in &curves {
            assert!(
                points.windows(2).all(|w| w[0].0 < w[1].0),
                "{name} {points:?}"
            );
            let (first, last) = (points[0].1, points.last().unwrap().1);
            assert!(last < 0.25 * first || last < 1e-3, "{name}: {points:?}");
        }
    }
}

#[test]
fn two_gradients_become_one_and_likelihood_has_its_price() {
    let mut bench = trained(spec());
    let Finding::Gradients(found) = study(&mut bench, Study::Gradients { rounds: 8 }) else {
        panic!("no gradients")
    };
    let samples: Vec<u64> = found.iter().map(|c| c.samples).collect();
    assert_eq!(samples, [128, 256, 512, 1024, 2048, 4096, 8192, 16384]);
    assert!(found[7].cosine > found[0].cosine && found[7].cosine > 0.99);
    let Finding::StepCost(cost) = study(&mut bench, Study::StepCost) else {
        panic!("no cost")
    };
    // The bench's clock ticks once a reading, so only what is counted can be checked here.
    assert!(
        cost.nfe == 20 && cost.ratio() > 1.0 && cost.matching > 0.0,
        "{cost:?}"
    );
}

#[test]
fn the_adaptive_solver_says_what_it_took() {
    let mut adaptive = spec();
    adaptive.sampling.solver = SolverKind::Dopri5;
    adaptive.sampling.particles = 600;
    let mut bench = trained(adaptive);
    let nfe = |bench: &mut Bench, rtol| {
        let sampling = SamplingSpec {
            rtol,
            ..adaptive.sampling
        };
        bench.ask(Request::Sampling {
            lane: LaneId::A,
            run: 1,
            sampling,
        });
        let replies = bench.finish();
        let full = ensembles(&replies).last().copied().unwrap();
        assert_eq!((full.times.len(), full.times[32]), (65, 0.5));
        full.nfe
    };
    let (loose, tight) = (nfe(&mut bench, 1e-2), nfe(&mut bench, 1e-6));
    assert!(loose % 6 == 1 && tight > loose, "{loose} {tight}");
    let mut spec = adaptive;
    spec.sampling.sample_schedule = SampleSchedule::Cosine;
    spec.sampling.rtol = 1e-6;
    bench.configure(LaneId::A, 2, spec, false);
    let Ok(Answer::TransferGap {
        gap,
        times,
        largest,
        rescaled,
        ..
    }) = bench.answer(LaneId::A, Job::TransferGap { n: 20, seed: 1 })
    else {
        panic!("no gap")
    };
    assert!(gap < 1e-3 && times.len() == largest.len(), "{gap}");
    assert_eq!(rescaled.times.len(), times.len() + 1);
}
