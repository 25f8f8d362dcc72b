//! Particles through a network on a GPU: many solver steps in one dispatch (`sample.wgsl`).
//!
//! An [`SolverProgram`] says what is to be done; a [`Sampler`] compiles a program for a network's shape,
//! compares it with the same way on the CPU before it is believed, and sends [`GpuIntegration`] on their
//! way, as many steps at a time as its caller can wait for.

use super::gpu::Gpu;
use super::kernels::{activate, bind, bind_steps, pipeline};
use super::layout::Layout;
use super::plan::Limits;
use crate::flat::DeviceError;
use crate::particles::{Arrived, SamplerFault};
use burn::tensor::wgpu::wgpu;
use core::cell::RefCell;
use flow::Point;
use flow::experiment::solver_program::{Call, Ends, SolverProgram};
use flow::features::Encoder;
use flow::network::{Architecture, Network};
use std::rc::Rc;

/// Threads that a workgroup has at least, if its samples fit into what it shares.
const THREADS: usize = 32;

/// Most particles that travel together: what they leave behind must fit a buffer.
const MOST_PARTICLES: usize = 16_384;

/// Most programs kept for networks to come.
const MOST_PROGRAMS: usize = 8;

/// Particles that a new program is tested with.
const TESTED: usize = 4;

/// The largest difference a test forgives, relative to the numbers compared. Sums in another order
/// differ by about `1e-6`; a wrong kernel by all there is.
const TOLERANCE: f64 = 1e-3;

/// A call as the kernel knows it: `Call` in its source.
#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
struct GpuCall {
    reach: f32,
    scale: f32,
    t: f32,
    label: f32,
    factor: f32,
    x_factor: f32,
    weight: f32,
    rescale: f32,
    ends: u32,
    frame: i32,
    unused: [u32; 2],
}

/// What is particular to a dispatch: `DispatchRange` in its source.
#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
struct DispatchRange {
    first: u32,
    last: u32,
    particles: u32,
    unused: u32,
}

/// A GPU, and its programs so far.
pub struct Sampler {
    gpu: Gpu,
    programs: RefCell<Vec<Rc<Program>>>,
}

/// A kernel compiled for a shape of network.
struct Program {
    shape: Shape,
    /// Why it is not to be used.
    fault: Option<SamplerFault>,
    pipeline: wgpu::ComputePipeline,
}

/// What a program is compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shape {
    architecture: Architecture,
    /// Whether the divergence is carried along.
    tangents: bool,
    /// Particles in a workgroup.
    samples: usize,
}

/// Particles under way.
pub struct GpuIntegration {
    gpu: Gpu,
    program: Rc<Program>,
    group: wgpu::BindGroup,
    leg: wgpu::Buffer,
    leg_group: wgpu::BindGroup,
    states: wgpu::Buffer,
    frames: wgpu::Buffer,
    starts: Vec<Point>,
    /// Numbers of calls at whose end a step ends, those still to come.
    steps: Vec<usize>,
    done: usize,
    kept: Vec<bool>,
}

impl Sampler {
    pub fn new(gpu: &Gpu) -> Self {
        Self {
            gpu: gpu.clone(),
            programs: RefCell::default(),
        }
    }

    /// How many particles may travel together, at the most, if each leaves so many frames.
    pub fn most_particles(&self, frames: usize) -> usize {
        let bytes = 8 * frames.max(1);
        MOST_PARTICLES.min(self.gpu.limits().buffer / bytes)
    }

    /// Particles of these starting points, before the first call.
    ///
    /// # Errors
    /// Why the GPU cannot take them.
    pub async fn start(
        &self,
        network: &Network,
        way: &SolverProgram,
        noise: &[Point],
        tangents: bool,
    ) -> Result<GpuIntegration, SamplerFault> {
        let program = self.program(network, way, noise, tangents).await?;
        match &program.fault {
            Some(fault) => Err(fault.clone()),
            None => Ok(GpuIntegration::new(&self.gpu, program, network, way, noise)),
        }
    }

    /// The program for such a network: one that is there, or a new one, tested.
    async fn program(
        &self,
        network: &Network,
        way: &SolverProgram,
        noise: &[Point],
        tangents: bool,
    ) -> Result<Rc<Program>, SamplerFault> {
        let shape = Shape::new(network.architecture(), tangents, self.gpu.limits())?;
        let fits = |program: &&Rc<Program>| program.shape == shape;
        if let Some(found) = self.programs.borrow().iter().find(fits) {
            return Ok(found.clone());
        }
        let mut program = Program::new(&self.gpu, shape).await;
        if program.fault.is_none() {
            let noise = &noise[..noise.len().min(TESTED)];
            program = program.tested(&self.gpu, network, way, noise).await;
        }
        let program = Rc::new(program);
        let mut programs = self.programs.borrow_mut();
        if programs.len() == MOST_PROGRAMS {
            programs.remove(0);
        }
        programs.push(program.clone());
        Ok(program)
    }
}

impl Shape {
    fn new(
        architecture: Architecture,
        tangents: bool,
        limits: Limits,
    ) -> Result<Self, SamplerFault> {
        let layout = Layout::new(architecture);
        let signals = if tangents { 3 } else { 1 };
        let shared = 16 * (signals * layout.input.max(layout.width) + 4);
        let most = (limits.shared / (4 * shared)).min(limits.threads / layout.width);
        match THREADS.div_ceil(layout.width).min(most) {
            0 => Err(SamplerFault::SharedMemory),
            _ if layout.output > 1 => Err(SamplerFault::Outputs),
            fours => Ok(Self {
                architecture,
                tangents,
                samples: 4 * fours,
            }),
        }
    }

    /// What stands before the kernel's source.
    fn constants(&self) -> String {
        let layout = Layout::new(self.architecture);
        let sizes = [
            ("INPUT", layout.input),
            ("WIDTH", layout.width),
            ("DEPTH", layout.depth),
            ("ROW", layout.input.max(layout.width)),
            ("SAMPLES", self.samples),
            ("SIGNALS", if self.tangents { 3 } else { 1 }),
        ];
        let sizes = sizes.map(|(name, size)| format!("const {name} = {size}u;\n"));
        format!("{}const TANGENTS = {};\n", sizes.concat(), self.tangents)
    }
}

impl Program {
    async fn new(gpu: &Gpu, shape: Shape) -> Self {
        let source = [
            &shape.constants(),
            &activate(shape.architecture.activation),
            include_str!("activations.wgsl"),
            include_str!("weights.wgsl"),
            include_str!("sample.wgsl"),
        ]
        .concat();
        let scope = gpu.device.push_error_scope(wgpu::ErrorFilter::Validation);
        // Only their layouts matter here.
        let some = gpu.zeros(4, wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::UNIFORM);
        let (leg, _) = bind_steps::<DispatchRange>(gpu, &some);
        let others = [0; 5].map(|_| gpu.storage(&[0.0; 12]));
        let (group, _) = bind(gpu, &bound(others.each_ref()));
        let pipeline = pipeline(gpu, &source, "sample", &[Some(&leg), Some(&group)]);
        let refused = scope.pop().await;
        Self {
            shape,
            fault: refused.map(|error| SamplerFault::Device(error.to_string())),
            pipeline,
        }
    }

    /// The same, its first step compared with that on the CPU.
    async fn tested(
        self,
        gpu: &Gpu,
        network: &Network,
        way: &SolverProgram,
        noise: &[Point],
    ) -> Self {
        let (program, way) = (Rc::new(self), way.first_step());
        let mut travellers = GpuIntegration::new(gpu, program.clone(), network, &way, noise);
        let arrived = async {
            travellers.advance(usize::MAX).await?;
            travellers.read_back().await
        };
        let fault = match arrived.await {
            Ok(arrived) => fault(&arrived, network, &way, noise),
            Err(error) => Some(error.into()),
        };
        Self {
            shape: program.shape,
            fault,
            pipeline: program.pipeline.clone(),
        }
    }
}

/// What is wrong with those who have arrived, if anything is.
pub(super) fn fault(
    arrived: &Arrived,
    network: &Network,
    way: &SolverProgram,
    noise: &[Point],
) -> Option<SamplerFault> {
    let right = |(k, &noise): (usize, &Point)| {
        let expected = way.follow(network, noise);
        let near = |a: f64, b: f64| (a - b).abs() <= TOLERANCE * (1.0 + b.abs());
        let there = [0, 1].map(|i| near(arrived.ends[k][i], expected.end[i]));
        let integral = arrived.integrals.get(k);
        there == [true; 2] && integral.is_none_or(|&found| near(found, expected.integral))
    };
    let wrong = !noise.iter().enumerate().all(right);
    wrong.then_some(SamplerFault::Wrong)
}

impl GpuIntegration {
    fn new(
        gpu: &Gpu,
        program: Rc<Program>,
        network: &Network,
        way: &SolverProgram,
        noise: &[Point],
    ) -> Self {
        let layout = Layout::new(program.shape.architecture);
        let starts: Vec<Point> = noise
            .iter()
            .map(|p| p.map(|v| way.start_scale * v))
            .collect();
        let calls: Vec<GpuCall> = way.calls.iter().map(gpu_call).collect();
        let padded = starts.len().next_multiple_of(program.shape.samples);
        let mut states: Vec<f32> = starts
            .iter()
            .flat_map(|p| [p[0] as f32, p[1] as f32, 0.0, 0.0])
            .collect();
        states.resize(4 * padded, 0.0);
        let frames = gpu.zeros(
            2 * (way.times.len() * starts.len()).max(1),
            wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC,
        );
        let [calls, columns, weights, states] = [
            bytemuck::cast_slice(&calls),
            &columns(&layout, program.shape.architecture),
            &layout.pad(network.parameters()),
            &states,
        ]
        .map(|numbers| gpu.storage(numbers));
        let buffers = [&calls, &columns, &weights, &states, &frames];
        let (_, group) = bind(gpu, &bound(buffers));
        let leg = gpu.zeros(size_of::<DispatchRange>() / 4, wgpu::BufferUsages::UNIFORM);
        let (_, leg_group) = bind_steps::<DispatchRange>(gpu, &leg);
        let ends = (1..).zip(&way.calls).filter(|(_, call)| call.ends_a_step());
        Self {
            gpu: gpu.clone(),
            group,
            leg,
            leg_group,
            states,
            frames,
            starts,
            steps: ends.map(|(number, _)| number).collect(),
            done: 0,
            kept: kept(way),
            program,
        }
    }

    /// Whether all calls have been taken.
    pub fn finished(&self) -> bool {
        self.steps.last().is_none_or(|&last| last == self.done)
    }

    /// Takes the calls of as many steps as `most` has room for, at least one step, and waits until
    /// they are taken; how many they were.
    pub async fn advance(&mut self, most: usize) -> Result<usize, DeviceError> {
        let first = self.done;
        let within = |&&step: &&usize| step <= first.saturating_add(most);
        let next = |&&step: &&usize| step > first;
        let last = self.steps.iter().rfind(within).filter(next);
        let Some(&last) = last.or_else(|| self.steps.iter().find(next)) else {
            return Ok(0);
        };
        self.submit(first as u32, last as u32);
        self.done = last;
        self.gpu.done().await?;
        Ok(last - first)
    }

    fn submit(&self, first: u32, last: u32) {
        let leg = DispatchRange {
            first,
            last,
            particles: self.starts.len() as u32,
            unused: 0,
        };
        let Gpu { device, queue } = &self.gpu;
        queue.write_buffer(&self.leg, 0, bytemuck::bytes_of(&leg));
        let mut encoder = device.create_command_encoder(&Default::default());
        let mut pass = encoder.begin_compute_pass(&Default::default());
        pass.set_pipeline(&self.program.pipeline);
        pass.set_bind_group(0, &self.leg_group, &[0]);
        pass.set_bind_group(1, &self.group, &[]);
        let groups = self.starts.len().div_ceil(self.program.shape.samples);
        pass.dispatch_workgroups(groups as u32, 1, 1);
        drop(pass);
        queue.submit([encoder.finish()]);
    }

    /// What they have left behind so far.
    pub async fn read_back(&self) -> Result<Arrived, DeviceError> {
        let (n, frames) = (self.starts.len(), self.kept.len());
        let states = self.gpu.read(&self.states, 4 * n).await?;
        let frames = match frames {
            0 => Vec::new(),
            frames => self.gpu.read(&self.frames, 2 * n * frames).await?,
        };
        let point = |p: &[f32]| [f64::from(p[0]), f64::from(p[1])];
        let mut frames: Vec<Point> = frames.chunks_exact(2).map(point).collect();
        if self.kept.first() == Some(&false) {
            frames[..n].copy_from_slice(&self.starts);
        }
        let integrals = states.chunks_exact(4).map(|state| f64::from(state[2]));
        Ok(Arrived {
            frames,
            ends: states.chunks_exact(4).map(point).collect(),
            integrals: integrals
                .take(if self.program.shape.tangents { n } else { 0 })
                .collect(),
        })
    }
}

/// Which frames a call keeps.
fn kept(way: &SolverProgram) -> Vec<bool> {
    let mut kept = vec![false; way.times.len()];
    for call in &way.calls {
        if let Ends::Step {
            frame: Some(frame), ..
        } = call.ends
        {
            kept[frame as usize] = true;
        }
    }
    kept
}

/// The kernel's buffers, and which of them it only reads.
fn bound(buffers: [&wgpu::Buffer; 5]) -> [(&wgpu::Buffer, bool); 5] {
    let [calls, columns, weights, states, frames] = buffers;
    [
        (calls, true),
        (columns, true),
        (weights, true),
        (states, false),
        (frames, false),
    ]
}

fn gpu_call(call: &Call) -> GpuCall {
    let (ends, rescale, frame) = match call.ends {
        Ends::Answer => (0, 1.0, None),
        Ends::Stage => (1, 1.0, None),
        Ends::Step { rescale, frame } => (2, rescale, frame),
    };
    GpuCall {
        reach: call.reach as f32,
        scale: call.scale as f32,
        t: call.t as f32,
        label: call.label.map_or(-1.0, |label| label as f32),
        factor: call.factor as f32,
        x_factor: call.x_factor as f32,
        weight: call.weight as f32,
        rescale: rescale as f32,
        ends,
        frame: frame.map_or(-1, |frame| frame as i32),
        unused: [0; 2],
    }
}

/// What the columns of the input are made of: factors of x, y and t, and 0 for their sum itself, 1 for
/// its cosine, 2 for its sine, 3 and more for a label.
fn columns(layout: &Layout, architecture: Architecture) -> Vec<f32> {
    let mut columns = vec![
        1.0, 0.0, 0.0, 0.0, //
        0.0, 1.0, 0.0, 0.0, //
        0.0, 0.0, 1.0, 0.0,
    ];
    for wave in Encoder::new(architecture.encoding).waves() {
        for kind in [1.0, 2.0] {
            columns.extend(wave.map(|w| w as f32));
            columns.push(kind);
        }
    }
    for label in 0..architecture.encoding.labels {
        columns.extend([0.0, 0.0, 0.0, 3.0 + label as f32]);
    }
    columns.resize(16 * layout.input, 0.0);
    columns
}
