//! Parameters in the kernels' buffers, and the steps that wait for submission.

use super::gpu::{Gpu, broken};
use super::kernels::{Kernels, Parameters, Step};
use super::plan::Plan;
use crate::adam::Rate;
use crate::flat::{DeviceError, Flat, LossSum, Reading};
use crate::stepper::{Method, Misfit, Stepper};
use burn::tensor::wgpu::wgpu;
use core::cell::RefCell;
use core::pin::Pin;
use flow::batch::Batch;
use flow::network::Architecture;

/// Most steps that wait to be submitted together. What costs time a submission is spread over them,
/// and yet a GPU has work while the batches of the next are drawn.
const MOST_STEPS: usize = 32;

/// Most bytes of their batches.
const MOST_BYTES: usize = 4 << 20;

/// What became of a validation.
type Validation = Pin<Box<dyn Future<Output = Option<wgpu::Error>>>>;

/// Parameters on a GPU, trained by fused kernels.
pub(crate) struct WgslStepper {
    gpu: Gpu,
    plan: Plan,
    parameters: Parameters,
    kernels: Kernels,
    waiting: RefCell<Waiting>,
    validation: Option<Validation>,
}

/// Steps to submit, and the samples of all their batches.
#[derive(Default)]
struct Waiting {
    steps: Vec<Step>,
    samples: Vec<f32>,
    /// Whether the losses summed so far have been reported.
    reported: bool,
}

impl WgslStepper {
    /// # Errors
    /// Why the device is too small for this network and batches of up to `batch` samples.
    pub(crate) fn new(
        gpu: &Gpu,
        architecture: Architecture,
        flat: &Flat,
        batch: usize,
    ) -> Result<Self, Misfit> {
        let plan = Plan::new(architecture, batch, gpu.limits())?;
        let scope = gpu.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let weights = plan.layout.pad(&flat.weights);
        let transposed = plan.layout.transpose(&weights);
        let parameters = Parameters {
            weights: gpu.storage(&[weights, transposed].concat()),
            first: gpu.storage(&plan.layout.pad(&flat.first)),
            second: gpu.storage(&plan.layout.pad(&flat.second)),
        };
        let kernels = Kernels::new(
            gpu,
            &plan,
            architecture.activation,
            most_steps(&plan),
            &parameters,
        );
        Ok(Self {
            gpu: gpu.clone(),
            plan,
            parameters,
            kernels,
            waiting: RefCell::default(),
            validation: Some(Box::pin(scope.pop())),
        })
    }

    /// Submits the steps that wait.
    fn submit(&self) {
        let mut waiting = self.waiting.borrow_mut();
        if waiting.steps.is_empty() {
            return;
        }
        let forget = core::mem::take(&mut waiting.reported);
        self.kernels
            .run(&self.gpu, &waiting.steps, &waiting.samples, forget);
        waiting.steps.clear();
        waiting.samples.clear();
    }

    async fn read(&self, parameters: &wgpu::Buffer) -> Result<Vec<f32>, DeviceError> {
        self.submit();
        let Plan { layout, .. } = self.plan;
        let padded = self.gpu.read(parameters, 4 * layout.parameters()).await?;
        Ok(layout.flatten(&padded))
    }
}

impl Stepper for WgslStepper {
    fn step(&mut self, batch: &Batch, rate: Rate) {
        let Plan {
            layout,
            batch: samples,
            ..
        } = self.plan;
        assert!(batch.len() <= samples, "no more samples than announced");
        let waiting = self.waiting.get_mut();
        waiting.steps.push(Step {
            batch: (waiting.samples.len() / 4) as u32,
            rate: rate.lr,
            second: rate.second,
            unused: 0,
        });
        layout.append(batch, samples, &mut waiting.samples);
        if waiting.steps.len() == most_steps(&self.plan) {
            self.submit();
        }
    }

    fn take_loss_sum(&mut self) -> LossSum {
        let validation = self.validation.take();
        self.submit();
        let reported = core::mem::replace(&mut self.waiting.get_mut().reported, true);
        let floats = self.plan.batch * self.plan.layout.output;
        let losses = (!reported).then(|| self.gpu.read(&self.kernels.losses, floats));
        Box::pin(async move {
            if let Some(validation) = validation
                && let Some(error) = validation.await
            {
                return Err(broken(&error));
            }
            match losses {
                Some(losses) => Ok(losses.await?.into_iter().map(f64::from).sum()),
                None => Ok(0.0),
            }
        })
    }

    fn weights(&self) -> Reading<'_, Vec<f32>> {
        Box::pin(self.read(&self.parameters.weights))
    }

    fn flat(&self) -> Reading<'_, Flat> {
        Box::pin(async {
            Ok(Flat {
                weights: self.read(&self.parameters.weights).await?,
                first: self.read(&self.parameters.first).await?,
                second: self.read(&self.parameters.second).await?,
            })
        })
    }

    fn method(&self) -> Method {
        Method::Fused {
            workgroups: self.plan.workgroups(),
        }
    }
}

fn most_steps(plan: &Plan) -> usize {
    let bytes = 16 * plan.batch * plan.layout.sample();
    (MOST_BYTES / bytes).clamp(1, MOST_STEPS)
}
