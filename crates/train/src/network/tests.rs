use super::*;
use flow::VelocityField;
use flow::network::Network;
use flow::random::Rng;
use flow::spec::{LaneSpec, ModelSpec};

const SAMPLES: usize = 17;

fn network(activation: Activation) -> Network {
    let spec = ModelSpec {
        width: 12,
        depth: 2,
        activation,
        ..LaneSpec::default().model
    };
    Network::init(
        Architecture::new(&spec, flow::features::Encoding::PLAIN),
        &mut Rng::new(3),
    )
}

/// Inputs, targets and weights of a made-up batch.
fn numbers() -> [Vec<f32>; 3] {
    let mut rng = Rng::new(4);
    let mut draw = |n: usize| (0..n).map(|_| rng.normal() as f32).collect::<Vec<_>>();
    let [input, target, weight] = [3, 2, 1].map(|columns| draw(SAMPLES * columns));
    [input, target, weight.into_iter().map(f32::abs).collect()]
}

fn batch(device: &Device) -> Batch {
    let [input, target, weight] = numbers();
    Batch {
        input: matrix(&input, [SAMPLES, 3], device),
        target: matrix(&target, [SAMPLES, 2], device),
        weight: matrix(&weight, [SAMPLES, 1], device),
    }
}

fn flat(layers: &[Layer]) -> Vec<f32> {
    let both = |l: &Layer| [l.weight.clone().flatten::<1>(0, 1), l.bias.clone()];
    let numbers = |t: Tensor<1>| t.into_data().try_into_vec::<f32>().unwrap();
    layers.iter().flat_map(both).flat_map(numbers).collect()
}

/// The loss in double precision, from the plain network's velocities.
fn plain_loss(network: &Network) -> f64 {
    let [input, target, weight] = numbers();
    let sample = |i: usize| {
        let [x, y, t] = [0, 1, 2].map(|k| f64::from(input[3 * i + k]));
        let mut out = [[0.0; 2]];
        network.velocity(&[[x, y]], t, None, &mut out);
        let error = |k: usize| out[0][k] - f64::from(target[2 * i + k]);
        f64::from(weight[i]) * (error(0).powi(2) + error(1).powi(2)) / 2.0
    };
    (0..SAMPLES).map(sample).sum::<f64>() / SAMPLES as f64
}

#[test]
fn the_snapshot_and_burn_agree() {
    let device = Device::flex();
    for &activation in Activation::ALL {
        let network = network(activation);
        let mlp = Mlp::from_flat(&network.architecture(), network.parameters(), &device);
        let [input, ..] = numbers();
        let out = mlp.forward(matrix(&input, [SAMPLES, 3], &device));
        let out = out.into_data().try_into_vec::<f32>().unwrap();
        for (row, v) in input.chunks(3).zip(out.chunks(2)) {
            let mut plain = [[0.0; 2]];
            let x = [f64::from(row[0]), f64::from(row[1])];
            network.velocity(&[x], f64::from(row[2]), None, &mut plain);
            assert!(
                (plain[0][0] - f64::from(v[0])).abs() < 1e-5,
                "{activation:?}"
            );
            assert!(
                (plain[0][1] - f64::from(v[1])).abs() < 1e-5,
                "{activation:?}"
            );
        }
    }
}

#[test]
fn the_gradient_is_that_of_burns_autodiff() {
    let (device, recording) = (Device::flex(), Device::flex().autodiff());
    for &activation in Activation::ALL {
        let network = network(activation);
        let (architecture, parameters) = (network.architecture(), network.parameters());
        let ours = Mlp::from_flat(&architecture, parameters, &device).gradient(batch(&device));

        let mut mlp = Mlp::from_flat(&architecture, parameters, &recording);
        for layer in &mut mlp.layers {
            layer.weight = layer.weight.clone().require_grad();
            layer.bias = layer.bias.clone().require_grad();
        }
        let Batch {
            input,
            target,
            weight,
        } = batch(&recording);
        let error = mlp.forward(input) - target;
        let loss = (error.clone() * error * weight).mean();
        let tape = loss.backward();
        let theirs = mlp.layers.iter().map(|layer| Layer {
            weight: layer.weight.grad(&tape).unwrap(),
            bias: layer.bias.grad(&tape).unwrap(),
        });
        let gap = (loss.into_scalar::<f32>() - ours.loss.into_scalar::<f32>()).abs();
        assert!(gap < 1e-6, "{activation:?}");
        for (a, b) in flat(&ours.layers)
            .into_iter()
            .zip(flat(&theirs.collect::<Vec<_>>()))
        {
            assert!((a - b).abs() < 2e-6, "{activation:?}: {a} {b}");
        }
    }
}

#[test]
fn the_gradient_is_that_of_finite_differences() {
    let device = Device::flex();
    // The smooth ones: a kink within the step would spoil the difference.
    for activation in [Activation::Silu, Activation::Tanh] {
        let network = network(activation);
        let architecture = network.architecture();
        let mlp = Mlp::from_flat(&architecture, network.parameters(), &device);
        let gradient = mlp.gradient(batch(&device));
        assert!(
            (f64::from(gradient.loss.into_scalar::<f32>()) - plain_loss(&network)).abs() < 1e-5
        );
        let gradient = flat(&gradient.layers);
        for i in (0..gradient.len()).step_by(7) {
            let shifted = |by: f32| {
                let mut parameters = network.parameters().to_vec();
                parameters[i] += by;
                plain_loss(&Network::new(architecture, parameters).unwrap())
            };
            let h = 1e-2;
            let slope = (shifted(h) - shifted(-h)) / (2.0 * f64::from(h));
            let gap = (slope - f64::from(gradient[i])).abs();
            assert!(gap < 3e-4, "{activation:?} {i}: {slope} {}", gradient[i]);
        }
    }
}
