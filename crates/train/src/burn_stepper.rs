//! Training steps by Burn alone: its module, its autodiff and its Adam, on any of its devices.
//!
//! The reference that the other ways of stepping are held against, what trains where they fail, and a choice.

use crate::adam::{BETA_1, BETA_2, EPSILON, Rate};
use crate::choice::Kind;
use crate::flat::{Flat, LossSum, Reading, known};
use crate::module::{DeviceBatch, LayerTensors, Module, floats, layers_from_flat, read};
use crate::stepper::{Criterion, Method, Stepper, WhyBurn};
use burn::module::Param;
use burn::optim::{Adam, AdamConfig, AdamState, AdaptiveMomentumState, Optimizer};
use burn::tensor::{Device, Gradients, Tensor};
use flow::batch::Batch;
use flow::network::Architecture;

/// A Burn module, recorded by autodiff, and Adam's moments beside it.
pub struct BurnStepper {
    module: Module,
    criterion: Criterion,
    adam: Adam,
    first: Vec<LayerTensors>,
    second: Vec<LayerTensors>,
    /// Where it trains, recording what it computes.
    device: Device,
    loss_sum: Option<Tensor<1>>,
    method: Method,
}

impl BurnStepper {
    /// Goes on from these weights and moments on that device, which is of that kind; `why` is handed on by
    /// [`Stepper::method`].
    ///
    /// # Panics
    /// If `flat` has not as many numbers as the network.
    pub fn new(
        architecture: &Architecture,
        flat: &Flat,
        criterion: Criterion,
        (device, kind): (&Device, Kind),
        why: WhyBurn,
    ) -> Self {
        let adam = AdamConfig::new()
            .with_beta_1(BETA_1)
            .with_beta_2(BETA_2)
            .with_epsilon(EPSILON);
        let recording = device.clone().autodiff();
        Self {
            module: Module::from_flat(architecture, &flat.weights, &recording),
            criterion,
            adam: adam.build(),
            first: layers_from_flat(architecture, &flat.first, device),
            second: layers_from_flat(architecture, &flat.second, device),
            device: recording,
            loss_sum: None,
            method: Method::Burn(kind, why),
        }
    }
}

impl Stepper for BurnStepper {
    fn step(&mut self, batch: &Batch, rate: Rate) {
        let batch = DeviceBatch::new(batch, &self.device);
        let loss = self.module.loss(self.criterion, batch);
        let mut gradients = loss.backward();
        let loss = loss.inner();
        self.loss_sum = Some(match self.loss_sum.take() {
            Some(sum) => sum + loss,
            None => loss,
        });
        let moments = self.first.iter_mut().zip(&mut self.second);
        for (layer, (first, second)) in self.module.layers.iter_mut().zip(moments) {
            let mut update = Update {
                adam: &self.adam,
                rate,
                gradients: &mut gradients,
            };
            update.apply(&mut layer.weight, &mut first.weight, &mut second.weight);
            if let Some(bias) = &mut layer.bias {
                update.apply(bias, &mut first.bias, &mut second.bias);
            }
        }
    }

    fn take_loss_sum(&mut self) -> LossSum {
        match self.loss_sum.take() {
            Some(sum) => Box::pin(async { Ok(f64::from(floats(sum).await?[0])) }),
            None => known(0.0),
        }
    }

    fn weights(&self) -> Reading<'_, Vec<f32>> {
        Box::pin(self.module.to_flat())
    }

    fn flat(&self) -> Reading<'_, Flat> {
        Box::pin(async {
            Ok(Flat {
                weights: self.module.to_flat().await?,
                first: read(&self.first).await?,
                second: read(&self.second).await?,
            })
        })
    }

    fn method(&self) -> Method {
        self.method.clone()
    }
}

/// One update of all parameters.
struct Update<'a> {
    adam: &'a Adam,
    rate: Rate,
    gradients: &'a mut Gradients,
}

impl Update<'_> {
    /// Updates one parameter and its moments by Burn's Adam.
    fn apply<const D: usize>(
        &mut self,
        parameter: &mut Param<Tensor<D>>,
        first: &mut Tensor<D>,
        second: &mut Tensor<D>,
    ) {
        let recorded = parameter.val();
        let gradient = recorded.grad_remove(self.gradients);
        let gradient = gradient.expect("the loss depends on every parameter");
        let steps = self.rate.averaged as usize;
        let moments = AdaptiveMomentumState::new(steps, first.clone(), second.clone());
        let (updated, state) = self.adam.step(
            self.rate.learning_rate,
            recorded.inner(),
            gradient,
            Some(AdamState::new(moments)),
        );
        let momentum = state.expect("Adam keeps its moments").momentum;
        (*first, *second) = (momentum.moment_1, momentum.moment_2);
        let place = parameter.clone();
        *parameter = place.map(|_| Tensor::from_inner(updated).require_grad());
    }
}

#[cfg(test)]
mod tests;
