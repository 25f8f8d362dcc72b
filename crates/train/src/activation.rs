//! The nonlinearities of the network, each with its derivative, on Burn tensors.
//!
//! Where tensors live in main memory, one pass of [`flow`](flow)'s own vectorised functions
//! over the numbers replaces several passes of scalar ones; elsewhere tensor operations do it.

use burn::tensor::{Device, Tensor, TensorData, activation as ops};
use flow::{activation as plain, spec::Activation};

/// `selu(x) = SCALE * x` above zero (Klambauer et al., *Self-Normalizing Neural Networks*, 2017).
const SELU_SCALE: f64 = 1.050_700_987_355_480_5;
/// `selu(x) = SCALE * ALPHA * (exp(x) - 1)` below zero.
const SELU_ALPHA: f64 = 1.673_263_242_354_377_2;

/// `f(z)`, element by element.
pub fn apply(activation: Activation, z: Tensor<2>) -> Tensor<2> {
    match activation {
        Activation::Silu => ops::silu(z),
        Activation::Relu => ops::relu(z),
        Activation::Elu => ops::elu(z, 1.0),
        Activation::Selu => ops::selu(z),
        Activation::Tanh => z.tanh(),
    }
}

/// `f(z)` and `f'(z)`, element by element.
pub fn apply_with_derivative(activation: Activation, z: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
    if z.device() == Device::flex() {
        in_main_memory(activation, z)
    } else {
        by_tensor_operations(activation, z)
    }
}

/// The tensors give up their numbers and take them back without a copy.
fn in_main_memory(activation: Activation, z: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
    let (dims, device) = (z.dims(), z.device());
    let mut values: Vec<f32> = z.into_data().try_into_vec().expect("the tensor holds f32");
    let mut slopes = vec![0.0; values.len()];
    plain::apply_with_slope(activation, &mut values, &mut slopes);
    let tensor = |floats| Tensor::from_data(TensorData::new(floats, dims), &device);
    (tensor(values), tensor(slopes))
}

/// The derivatives reuse what the values cost: only [`Activation::Silu`] needs more than its value.
fn by_tensor_operations(activation: Activation, z: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
    if activation == Activation::Silu {
        return silu_with_derivative(z);
    }
    let value = apply(activation, z);
    let slope = derivative_from_value(activation, value.clone());
    (value, slope)
}

/// `f = z s` and `f' = s + f (1 - s)` with `s = sigmoid(z)`.
fn silu_with_derivative(z: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
    let s = ops::sigmoid(z.clone());
    let value = z * s.clone();
    let slope = value.clone() * (-s.clone() + 1.0) + s;
    (value, slope)
}

/// `f'(z)` written in terms of `y = f(z)`.
fn derivative_from_value(activation: Activation, y: Tensor<2>) -> Tensor<2> {
    match activation {
        Activation::Silu => unreachable!("its derivative needs more than its value"),
        Activation::Relu => y.greater_scalar(0.0).float(),
        Activation::Elu => y.clamp_max(0.0) + 1.0,
        Activation::Selu => {
            let above = y.clone().greater_scalar(0.0);
            (y + SELU_SCALE * SELU_ALPHA).mask_fill(above, SELU_SCALE)
        }
        Activation::Tanh => -(y.clone() * y) + 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tensor_operations_agree_with_plain_numbers() {
        let device = Device::flex();
        let z: Vec<f32> = (-400..400).map(|k| k as f32 * 0.02 + 0.001).collect();
        let tensor = || Tensor::<2>::from_data(TensorData::new(z.clone(), [20, 40]), &device);
        for &activation in Activation::ALL {
            let plain = in_main_memory(activation, tensor());
            let tensors = by_tensor_operations(activation, tensor());
            for (a, b) in [(plain.0, tensors.0), (plain.1, tensors.1)] {
                let gap = (a - b).abs().max().into_scalar::<f32>();
                assert!(gap < 2e-6, "{activation:?}: {gap}");
            }
        }
    }
}
