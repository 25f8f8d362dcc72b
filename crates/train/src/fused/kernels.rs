//! The two kernels, compiled for a plan and bound to their buffers.

use super::gpu::Gpu;
use super::plan::Plan;
use crate::adam::{BETA_1, BETA_2, EPSILON};
use burn::tensor::wgpu::wgpu;
use core::num::NonZeroU64;
use flow::spec::Activation;
use wgpu::BindingType::Buffer as Binding;
use wgpu::BufferBindingType::{Storage, Uniform};

/// What the kernels know of a step, in the `Step` of their source.
#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
pub(super) struct Step {
    pub batch: u32,
    pub rate: f32,
    pub second: f32,
    pub unused: u32,
}

/// The buffers that outlive a plan.
pub(super) struct Parameters {
    /// Weights and, behind them, their transposes.
    pub weights: wgpu::Buffer,
    pub first: wgpu::Buffer,
    pub second: wgpu::Buffer,
}

/// A kernel with its buffers.
struct Kernel {
    pipeline: wgpu::ComputePipeline,
    group: wgpu::BindGroup,
    workgroups: u32,
}

/// Both, and what they read and write for a plan.
pub(super) struct Kernels {
    pub batches: wgpu::Buffer,
    pub losses: wgpu::Buffer,
    steps: wgpu::Buffer,
    steps_group: wgpu::BindGroup,
    /// Bytes from a step to the next in `steps`.
    stride: usize,
    kernels: [Kernel; 2],
}

impl Kernels {
    /// Kernels that take up to `steps` steps at once.
    pub(super) fn new(
        gpu: &Gpu,
        plan: &Plan,
        activation: Activation,
        steps: usize,
        parameters: &Parameters,
    ) -> Self {
        let layout = &plan.layout;
        let zeros = |floats| {
            gpu.zeros(
                floats,
                wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC,
            )
        };
        let batches = zeros(4 * steps * plan.batch * layout.sample());
        let inputs = zeros(4 * plan.batch * layout.inputs());
        let errors = zeros(4 * plan.batch * layout.errors());
        let losses = zeros(plan.batch * layout.output);
        let stride = gpu.device.limits().min_uniform_buffer_offset_alignment as usize;
        let steps = gpu.zeros(steps * stride / 4, wgpu::BufferUsages::UNIFORM);
        let (steps_layout, steps_group) = bind_steps::<Step>(gpu, &steps);

        let Parameters {
            weights,
            first,
            second,
        } = parameters;
        let [forward, update] = plan.workgroups();
        let prelude = prelude(plan, activation);
        let kernel = |source: &str, entry, buffers: &[(&wgpu::Buffer, bool)], workgroups| {
            let source = [prelude.as_str(), source].concat();
            let (group_layout, group) = bind(gpu, buffers);
            let layouts = [Some(&steps_layout), Some(&group_layout)];
            Kernel {
                pipeline: pipeline(gpu, &source, entry, &layouts),
                group,
                workgroups,
            }
        };
        let propagate = [
            (&batches, true),
            (weights, true),
            (&inputs, false),
            (&errors, false),
            (&losses, false),
        ];
        let updated = [
            (&inputs, true),
            (&errors, true),
            (weights, false),
            (first, false),
            (second, false),
        ];
        let kernels = [
            kernel(
                include_str!("propagate.wgsl"),
                "propagate",
                &propagate,
                forward,
            ),
            kernel(include_str!("update.wgsl"), "update", &updated, update),
        ];
        Self {
            batches,
            losses,
            steps,
            steps_group,
            stride,
            kernels,
        }
    }

    /// Takes these steps, whose samples are `samples`, all in one submission. Their losses are added
    /// to those before, or to nothing if these are to be forgotten.
    pub(super) fn run(&self, gpu: &Gpu, steps: &[Step], samples: &[f32], forget_losses: bool) {
        gpu.queue
            .write_buffer(&self.batches, 0, bytemuck::cast_slice(samples));
        let mut uniforms = vec![0; steps.len() * self.stride];
        for (place, step) in uniforms.chunks_exact_mut(self.stride).zip(steps) {
            place[..size_of::<Step>()].copy_from_slice(bytemuck::bytes_of(step));
        }
        gpu.queue.write_buffer(&self.steps, 0, &uniforms);
        let mut encoder = gpu.device.create_command_encoder(&Default::default());
        if forget_losses {
            encoder.clear_buffer(&self.losses, 0, None);
        }
        let mut pass = encoder.begin_compute_pass(&Default::default());
        for step in 0..steps.len() {
            pass.set_bind_group(0, &self.steps_group, &[(step * self.stride) as u32]);
            for kernel in &self.kernels {
                pass.set_pipeline(&kernel.pipeline);
                pass.set_bind_group(1, &kernel.group, &[]);
                pass.dispatch_workgroups(kernel.workgroups, 1, 1);
            }
        }
        drop(pass);
        gpu.queue.submit([encoder.finish()]);
    }
}

/// What stands before the source of both kernels.
fn prelude(plan: &Plan, activation: Activation) -> String {
    let sizes = plan.constants();
    let adam = [("BETA_1", BETA_1), ("BETA_2", BETA_2), ("EPSILON", EPSILON)];
    let adam: String = adam
        .iter()
        .map(|(name, value)| format!("const {name} = {value:e}f;\n"))
        .collect();
    [
        &sizes,
        &adam,
        &activate(activation),
        include_str!("activations.wgsl"),
        include_str!("weights.wgsl"),
        include_str!("shared.wgsl"),
    ]
    .concat()
}

/// The nonlinearity that the kernels call `activate`.
pub(super) fn activate(activation: Activation) -> String {
    let name = activation.name();
    format!("fn activate(z: vec4f) -> Activated {{ return activate_{name}(z); }}\n")
}

/// A kernel's source, made a pipeline.
pub(super) fn pipeline(
    gpu: &Gpu,
    source: &str,
    entry: &str,
    layouts: &[Option<&wgpu::BindGroupLayout>],
) -> wgpu::ComputePipeline {
    let module = gpu
        .device
        .create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some(entry),
            source: wgpu::ShaderSource::Wgsl(source.into()),
        });
    let layout = gpu
        .device
        .create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some(entry),
            bind_group_layouts: layouts,
            immediate_size: 0,
        });
    // Every shared number is written before it is read.
    let compilation_options = wgpu::PipelineCompilationOptions {
        zero_initialize_workgroup_memory: false,
        ..Default::default()
    };
    gpu.device
        .create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(entry),
            layout: Some(&layout),
            module: &module,
            entry_point: Some(entry),
            compilation_options,
            cache: None,
        })
}

/// Binds storage buffers in their order; the flag says whether a buffer is only read.
pub(super) fn bind(
    gpu: &Gpu,
    buffers: &[(&wgpu::Buffer, bool)],
) -> (wgpu::BindGroupLayout, wgpu::BindGroup) {
    let entry = |(binding, (_, read_only)): (u32, &(_, bool))| {
        layout_entry(
            binding,
            Storage {
                read_only: *read_only,
            },
            false,
            None,
        )
    };
    let entries: Vec<_> = (0..).zip(buffers).map(entry).collect();
    let buffers = (0..).zip(buffers.iter().map(|(buffer, _)| *buffer));
    let resources: Vec<_> = buffers
        .map(|(binding, buffer)| wgpu::BindGroupEntry {
            binding,
            resource: buffer.as_entire_binding(),
        })
        .collect();
    group(gpu, &entries, &resources)
}

/// Binds one step of many, at an offset.
pub(super) fn bind_steps<Step>(
    gpu: &Gpu,
    steps: &wgpu::Buffer,
) -> (wgpu::BindGroupLayout, wgpu::BindGroup) {
    let size = NonZeroU64::new(size_of::<Step>() as u64);
    let resource = wgpu::BindingResource::Buffer(wgpu::BufferBinding {
        buffer: steps,
        offset: 0,
        size,
    });
    let resources = [wgpu::BindGroupEntry {
        binding: 0,
        resource,
    }];
    group(gpu, &[layout_entry(0, Uniform, true, size)], &resources)
}

fn layout_entry(
    binding: u32,
    ty: wgpu::BufferBindingType,
    has_dynamic_offset: bool,
    min_binding_size: Option<NonZeroU64>,
) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: Binding {
            ty,
            has_dynamic_offset,
            min_binding_size,
        },
        count: None,
    }
}

fn group(
    gpu: &Gpu,
    layout: &[wgpu::BindGroupLayoutEntry],
    entries: &[wgpu::BindGroupEntry<'_>],
) -> (wgpu::BindGroupLayout, wgpu::BindGroup) {
    let layout = gpu
        .device
        .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: None,
            entries: layout,
        });
    let group = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: None,
        layout: &layout,
        entries,
    });
    (layout, group)
}
