//! A GPU through WebGPU: found, started, and tested before it is believed.

use super::device::{Choice, Kind, Processor};
use super::self_test;
use burn::tensor::Device;
use burn::tensor::wgpu::wgpu;

impl Processor {
    /// What `choice` asks for, if this machine has it and it computes rightly; else the CPU, with
    /// the reason.
    pub async fn choose(choice: Choice) -> Self {
        if choice == Choice::Cpu {
            return Self::cpu("as chosen");
        }
        match gpu().await {
            Ok(processor) => processor,
            Err(reason) => Self::cpu(reason),
        }
    }
}

async fn gpu() -> Result<Processor, String> {
    #[cfg(target_family = "wasm")]
    probe().await?;
    let started = Device::wgpu_options().init_with_setup_async().await;
    let (device, setup) = started.map_err(|error| format!("WebGPU did not start: {error}"))?;
    let name = name(&setup.adapter.get_info());
    let processor = Processor::new(device, Kind::WebGpu, name);
    match self_test::check(&processor).await {
        Ok(()) => Ok(processor),
        Err(why) => Err(format!(
            "{} failed the comparison with the CPU: {why}",
            processor.detail()
        )),
    }
}

/// Burn panics without an adapter, and without timestamps on it; so both are asked for first.
#[cfg(target_family = "wasm")]
async fn probe() -> Result<(), String> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends: wgpu::Backends::BROWSER_WEBGPU,
        ..wgpu::InstanceDescriptor::new_without_display_handle()
    });
    let options = wgpu::RequestAdapterOptions {
        power_preference: wgpu::PowerPreference::HighPerformance,
        ..Default::default()
    };
    let found = instance.request_adapter(&options).await;
    let adapter = found.map_err(|_| "this browser offers no WebGPU adapter".to_owned())?;
    if adapter.features().contains(wgpu::Features::TIMESTAMP_QUERY) {
        return Ok(());
    }
    Err("the WebGPU adapter of this browser has no timestamps, which Burn needs".into())
}

/// What a person would call the adapter; browsers tell little about it.
fn name(info: &wgpu::AdapterInfo) -> String {
    let parts = [&info.name, &info.driver];
    let known = parts.into_iter().find(|part| !part.trim().is_empty());
    known.map_or("WebGPU".to_owned(), |part| part.trim().to_owned())
}
