//! A GPU through WebGPU: found, started, and tested before it is believed.

use super::choice::{Choice, StepperChoice};
use super::device::Processor;
use super::fused::gpu::Gpu;
use super::origin::Origin;
use super::self_test::{blocked, check};
use super::stepper::WhyBurn;
use burn::tensor::Device;
use burn::tensor::wgpu::{WgpuSetup, wgpu};

impl Processor {
    /// What `choice` asks for, if this machine has it and it computes rightly; else the CPU, with
    /// the reason.
    pub async fn choose(choice: Choice, stepper: StepperChoice) -> Self {
        if choice == Choice::Cpu {
            return Self::tested_cpu(Origin::Chosen, stepper).await;
        }
        match gpu(stepper).await {
            // Classifiers train on the CPU even then.
            Ok(processor) => processor.with_blocked(blocked(stepper).await),
            Err(reason) => Self::tested_cpu(reason, stepper).await,
        }
    }
}

async fn gpu(stepper: StepperChoice) -> Result<Processor, Origin> {
    #[cfg(target_family = "wasm")]
    probe().await?;
    let started = Device::wgpu_options().init_with_setup_async().await;
    let (device, setup) = started.map_err(|error| Origin::NotStarted(error.to_string()))?;
    let name = name(&setup.adapter.get_info());
    let WgpuSetup {
        device: wgpu,
        queue,
        ..
    } = setup;
    let kernels = Gpu {
        device: wgpu,
        queue,
    };
    tested(device, kernels, name, stepper).await
}

/// Trained by our own kernels if they may be used and agree with Burn on the CPU, else by Burn on the GPU if that does.
async fn tested(
    device: Device,
    kernels: Gpu,
    name: String,
    stepper: StepperChoice,
) -> Result<Processor, Origin> {
    let why = if stepper == StepperChoice::Burn {
        WhyBurn::Chosen
    } else {
        let fused = Processor::gpu(device.clone(), Ok(kernels), name.clone());
        match check(&fused).await {
            Ok(()) => return Ok(fused),
            Err(why) => WhyBurn::SelfTest(why),
        }
    };
    let plain = Processor::gpu(device, Err(why), name.clone());
    match check(&plain).await {
        Ok(()) => Ok(plain),
        Err(why) => Err(Origin::SelfTest {
            adapter: name,
            detail: format!("{why:?}"),
        }),
    }
}

/// Burn panics without an adapter, and without timestamps on it; so both are asked for first.
#[cfg(target_family = "wasm")]
async fn probe() -> Result<(), Origin> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends: wgpu::Backends::BROWSER_WEBGPU,
        ..wgpu::InstanceDescriptor::new_without_display_handle()
    });
    let options = wgpu::RequestAdapterOptions {
        power_preference: wgpu::PowerPreference::HighPerformance,
        ..Default::default()
    };
    let mut found = instance.request_adapter(&options).await;
    if found.is_err() {
        // Chromium 148 on an NVIDIA H200 answered a page's first request with none, and its next with that GPU.
        found = instance.request_adapter(&options).await;
    }
    let adapter = found.map_err(|_| Origin::NoAdapter)?;
    if adapter.features().contains(wgpu::Features::TIMESTAMP_QUERY) {
        return Ok(());
    }
    Err(Origin::NoTimestamps)
}

/// What a person would call the adapter; browsers tell little about it.
fn name(info: &wgpu::AdapterInfo) -> String {
    let parts = [&info.name, &info.driver];
    let known = parts.into_iter().find(|part| !part.trim().is_empty());
    known.map_or("WebGPU".to_owned(), |part| part.trim().to_owned())
}
