use super::*;
use core::f64::consts::SQRT_2;

fn architecture(width: usize, depth: usize, activation: Activation) -> Architecture {
    Architecture {
        inputs: 3,
        encoding: Encoding::PLAIN,
        width,
        depth,
        activation,
        outputs: 2,
    }
}

/// The definition, one point and one unit at a time in double precision.
fn reference(network: &Network, x: Point, t: f64) -> Point {
    let mut h = vec![x[0], x[1], t];
    let layers: Vec<_> = network.layers().collect();
    for (index, (weights, biases)) in layers.iter().enumerate() {
        let unit = |j: usize| {
            let weight = |i: usize| f64::from(weights[i * biases.len() + j]);
            let z = f64::from(biases[j]) + (0..h.len()).map(|i| h[i] * weight(i)).sum::<f64>();
            if index + 1 == layers.len() {
                z
            } else {
                nonlinear(network.architecture.activation, z)
            }
        };
        h = (0..biases.len()).map(unit).collect();
    }
    [h[0], h[1]]
}

fn nonlinear(activation: Activation, x: f64) -> f64 {
    match activation {
        Activation::Silu => x / (1.0 + libm::exp(-x)),
        Activation::Relu => x.max(0.0),
        Activation::Elu => {
            if x > 0.0 {
                x
            } else {
                libm::expm1(x)
            }
        }
        Activation::Selu => {
            1.050_700_987_355_480_5
                * if x > 0.0 {
                    x
                } else {
                    1.673_263_242_354_377_2 * libm::expm1(x)
                }
        }
        Activation::Tanh => libm::tanh(x),
    }
}

fn points(n: usize) -> Vec<Point> {
    let mut rng = Rng::new(5);
    (0..n)
        .map(|_| [2.0 * rng.normal(), 2.0 * rng.normal()])
        .collect()
}

#[test]
fn velocities_agree_with_the_definition() {
    // Widths and numbers of points that fill blocks and tiles, and that do not.
    for &activation in Activation::ALL {
        for (width, depth, n) in [(64, 3, 40), (1, 1, 3), (13, 2, 9), (130, 4, 8), (8, 6, 0)] {
            let network = Network::init(architecture(width, depth, activation), &mut Rng::new(1));
            let x = points(n);
            let mut out = vec![[0.0; 2]; n];
            network.velocity(&x, 0.3, None, &mut out);
            for (&x, out) in x.iter().zip(&out) {
                let expected = reference(&network, x, 0.3);
                assert!(
                    (out[0] - expected[0]).abs() < 3e-6,
                    "{activation:?} {width}x{depth}"
                );
                assert!(
                    (out[1] - expected[1]).abs() < 3e-6,
                    "{activation:?} {width}x{depth}"
                );
            }
        }
    }
}

#[test]
fn the_divergence_agrees_with_finite_differences_of_the_definition() {
    let h = 1e-6;
    for &activation in Activation::ALL {
        let network = Network::init(architecture(30, 3, activation), &mut Rng::new(2));
        let x = points(21);
        let mut out = vec![0.0; 21];
        network.divergence(&x, 0.7, None, &mut out);
        for (p, out) in x.into_iter().zip(out) {
            let slope = |k: usize| {
                let shifted = |by: f64| {
                    let mut q = p;
                    q[k] += by;
                    reference(&network, q, 0.7)[k]
                };
                (shifted(h) - shifted(-h)) / (2.0 * h)
            };
            assert!((out - slope(0) - slope(1)).abs() < 1e-5, "{activation:?}");
        }
    }
}

#[test]
fn a_point_has_one_velocity_whatever_its_neighbours() {
    let network = Network::init(architecture(64, 3, Activation::Silu), &mut Rng::new(3));
    let x = points(19);
    let mut all = vec![[0.0; 2]; 19];
    network.velocity(&x, 0.5, None, &mut all);
    for (x, expected) in x.iter().zip(&all) {
        let mut alone = [[0.0; 2]];
        network.velocity(&[*x], 0.5, None, &mut alone);
        assert_eq!(alone[0], *expected);
    }
}

#[test]
fn parameters_are_counted_laid_out_and_drawn_as_documented() {
    let arch = architecture(64, 3, Activation::Silu);
    assert_eq!(
        arch.layers().collect::<Vec<_>>(),
        [(3, 64), (64, 64), (64, 64), (64, 2)]
    );
    assert_eq!(
        arch.parameter_count(),
        3 * 64 + 64 + 2 * (64 * 64 + 64) + 2 * 64 + 2
    );
    let network = Network::init(arch, &mut Rng::new(1));
    let layers: Vec<_> = network.layers().collect();
    for ((weights, _), (gain, d_in)) in
        layers
            .iter()
            .zip([(2.5, 3), (SQRT_2, 64), (SQRT_2, 64), (0.1, 64)])
    {
        let squares = weights.iter().map(|w| f64::from(w * w)).sum::<f64>();
        let measured = (squares / weights.len() as f64 * f64::from(d_in)).sqrt();
        // Four standard errors of a normal's standard deviation.
        let tolerance = 4.0 * gain / (2.0 * weights.len() as f64).sqrt();
        assert!((measured - gain).abs() < tolerance, "{measured} {gain}");
    }
    let largest = |biases: &[f32]| biases.iter().fold(0.0, |m: f32, v| m.max(v.abs()));
    assert!((1.8..=2.0).contains(&largest(layers[0].1)));
    assert!(layers[1..].iter().all(|(_, biases)| largest(biases) == 0.0));
    assert_eq!(
        Network::new(arch, network.parameters().to_vec()),
        Ok(network)
    );
}

#[test]
fn a_wrong_number_of_parameters_is_refused() {
    let arch = architecture(8, 1, Activation::Relu);
    let expected = arch.parameter_count();
    let refused = Network::new(arch, vec![0.0; 7]);
    assert_eq!(refused, Err(WrongCount { expected, given: 7 }));
    assert_eq!(
        refused.unwrap_err().to_string(),
        "This network has 50 parameters, but 7 were given."
    );
}

#[test]
fn derivatives_go_through_waves_and_labels() {
    // Oracle: finite differences of the velocity, with a step that single precision allows.
    let encoding = Encoding {
        waves: Some(2),
        labels: 3,
    };
    let arch = Architecture {
        inputs: encoding.columns(),
        encoding,
        ..architecture(32, 2, Activation::Silu)
    };
    let network = Network::init(arch, &mut Rng::new(4));
    let (x, h) = ([0.4, -0.9], 1e-2);
    let at = |x: Point, condition| {
        let mut out = [[0.0; 2]];
        network.velocity(&[x], 0.6, condition, &mut out);
        out[0]
    };
    for condition in [None, Some(0), Some(2)] {
        let (mut div, mut along, mut trace) = ([0.0], [[0.0; 2]], 0.0);
        network.divergence(&[x], 0.6, condition, &mut div);
        for k in [0, 1] {
            let mut d = [0.0; 2];
            d[k] = 1.0;
            network.directional(&[x], 0.6, condition, &[d], &mut along);
            let ahead = at([x[0] + h * d[0], x[1] + h * d[1]], condition);
            let behind = at([x[0] - h * d[0], x[1] - h * d[1]], condition);
            trace += (ahead[k] - behind[k]) / (2.0 * h);
            for i in [0, 1] {
                assert!((along[0][i] - (ahead[i] - behind[i]) / (2.0 * h)).abs() < 2e-3);
            }
        }
        assert!((div[0] - trace).abs() < 4e-3, "{div:?} {trace}");
    }
    assert_ne!(at(x, None), at(x, Some(0)));
    assert_eq!(at(x, None), at(x, Some(9)));
}
