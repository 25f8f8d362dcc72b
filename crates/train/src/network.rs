//! The multilayer perceptron on Burn tensors: forward, and the gradient of the training loss.

use super::activation;
use burn::tensor::module::linear;
use burn::tensor::{Device, Tensor, TensorData};
use flow::network::Architecture;
use flow::spec::Activation;

/// A fully connected layer `h W + b`.
#[derive(Clone, Debug)]
pub struct Layer {
    /// `[d_in, d_out]`
    pub weight: Tensor<2>,
    /// `[d_out]`
    pub bias: Tensor<1>,
}

/// Fully connected layers with one nonlinearity between them and none after the last.
#[derive(Clone, Debug)]
pub struct Mlp {
    pub layers: Vec<Layer>,
    pub activation: Activation,
}

/// A batch on a device.
#[derive(Clone, Debug)]
pub struct Batch {
    /// `[B, d_in]`
    pub input: Tensor<2>,
    /// `[B, 2]`
    pub target: Tensor<2>,
    /// `[B, 1]`
    pub weight: Tensor<2>,
}

/// The loss of a batch, `[1]`, and its gradient, one entry a layer.
#[derive(Clone, Debug)]
pub struct Gradient {
    pub loss: Tensor<1>,
    pub layers: Vec<Layer>,
}

/// A tensor of `[rows, columns]` from its rows.
pub fn matrix(values: &[f32], [rows, columns]: [usize; 2], device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values.to_vec(), [rows, columns]), device)
}

/// Splits flat parameters, in the order of [`flow::network`](flow::network), into layers.
///
/// # Panics
/// If they are not as many as the architecture has.
pub fn layers_from_flat(architecture: &Architecture, flat: &[f32], device: &Device) -> Vec<Layer> {
    assert_eq!(
        flat.len(),
        architecture.parameter_count(),
        "one number a parameter"
    );
    let mut rest = flat;
    let mut take = |count| {
        let (head, tail) = rest.split_at(count);
        rest = tail;
        head
    };
    let layer = |(d_in, d_out): (usize, usize)| Layer {
        weight: matrix(take(d_in * d_out), [d_in, d_out], device),
        bias: Tensor::from_data(TensorData::new(take(d_out).to_vec(), [d_out]), device),
    };
    architecture.layers().map(layer).collect()
}

impl Mlp {
    /// The network of these flat parameters.
    ///
    /// # Panics
    /// If they are not as many as the architecture has.
    pub fn from_flat(architecture: &Architecture, flat: &[f32], device: &Device) -> Self {
        Self {
            layers: layers_from_flat(architecture, flat, device),
            activation: architecture.activation,
        }
    }

    /// The prediction `[B, d_out]` for an input `[B, d_in]`.
    pub fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        let (last, hidden) = self.layers.split_last().expect("a network has a layer");
        let activate = |h, layer: &Layer| activation::apply(self.activation, layer.forward(h));
        last.forward(hidden.iter().fold(input, activate))
    }

    /// The weighted squared error of a batch, mean over samples and coordinates, and its gradient.
    ///
    /// With `e = v - target`, the loss is `mean(w e^2)`; backwards through `z = h W + b` go
    /// `dW = h^T dz`, `db = sum dz`, `dh = dz W^T`, and through the nonlinearity `dz = dh f'(z)`.
    pub fn gradient(&self, batch: Batch) -> Gradient {
        let mut loss = None;
        let layers = self.backpropagate(batch.input, |z| {
            let error = z - batch.target;
            let weighted = error.clone() * batch.weight;
            let scale = 2.0 / error.shape().num_elements() as f64;
            loss = Some((weighted.clone() * error).mean());
            weighted * scale
        });
        let loss = loss.expect("the loss of the last layer's output");
        Gradient { loss, layers }
    }

    /// The gradient of any loss: `slope` gives its derivative by the output, from the output.
    pub fn backpropagate(
        &self,
        input: Tensor<2>,
        slope: impl FnOnce(Tensor<2>) -> Tensor<2>,
    ) -> Vec<Layer> {
        let (last, hidden) = self.layers.split_last().expect("a network has a layer");
        let (mut inputs, mut slopes) = (vec![input], Vec::new());
        for (i, layer) in hidden.iter().enumerate() {
            let z = layer.forward(inputs[i].clone());
            let (h, slope) = activation::apply_with_derivative(self.activation, z);
            inputs.push(h);
            slopes.push(slope);
        }
        let dz = slope(last.forward(inputs[hidden.len()].clone()));
        self.backward(dz, inputs, slopes)
    }

    /// The gradient of every layer from that of the last layer's output.
    fn backward(
        &self,
        mut dz: Tensor<2>,
        mut inputs: Vec<Tensor<2>>,
        mut slopes: Vec<Tensor<2>>,
    ) -> Vec<Layer> {
        let mut gradients = Vec::with_capacity(self.layers.len());
        for layer in self.layers.iter().rev() {
            let input = inputs.pop().expect("an input for every layer");
            gradients.push(Layer {
                weight: input.transpose().matmul(dz.clone()),
                bias: dz.clone().sum_dim(0).squeeze_dim(0),
            });
            if let Some(slope) = slopes.pop() {
                dz = dz.matmul(layer.weight.clone().transpose()) * slope;
            }
        }
        gradients.reverse();
        gradients
    }
}

impl Layer {
    fn forward(&self, h: Tensor<2>) -> Tensor<2> {
        linear(h, self.weight.clone(), Some(self.bias.clone()))
    }
}

#[cfg(test)]
mod tests;
