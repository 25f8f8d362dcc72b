//! Training and sampling on this machine's own GPU: the fused kernels of the page's WebGPU engine, beside Burn's module,
//! autodiff and Adam on the same GPU, the CPU, and PyTorch where it is installed.
//!
//! `cargo bench --profile engine --features gpu --bench gpu` prints Markdown tables. Without a GPU (Vulkan, Metal or
//! DirectX 12) it says so and measures nothing.

use flow::Point;
use flow::batch::{Batch, Objective};
use flow::network::Network;
use flow::spec::{Drawn, LaneSpec, SolverKind, Target, TrainingSpec};
use pollster::block_on;
use std::hint::black_box;
use std::process::Command;
use std::time::Instant;
use train::choice::{Choice, Kind, StepperChoice};
use train::device::Processor;
use train::sampler::Sampler;
use train::trainer::Trainer;

/// Width, depth and batch, as in the browser's table.
const SIZES: [(u32, u32, u32); 3] = [(64, 3, 256), (128, 3, 1024), (512, 4, 4096)];

/// Particles of an ensemble.
const PARTICLES: [usize; 3] = [1_000, 10_000, 100_000];

/// Seconds that a measurement takes at least.
const LONG: f64 = 2.0;
const ROUNDS: usize = 3;
const LR: f64 = 1e-3;

fn main() {
    let gpu = block_on(Processor::choose(Choice::WebGpu, StepperChoice::Auto));
    if gpu.kind() != Kind::WebGpu {
        println!("There is no GPU to measure: {:?}.", gpu.origin());
        return;
    }
    let cpu = block_on(Processor::choose(Choice::Cpu, StepperChoice::Auto));
    println!("On {:?}; medians of {ROUNDS} runs.\n", gpu.origin());
    training(&gpu, &cpu);
    sampling(&gpu);
}

/// Steps per second, the making of batches included but where it says ready.
fn training(gpu: &Processor, cpu: &Processor) {
    println!("Training steps/s:\n");
    println!(
        "| network, batch | fused kernels | fused, batches ready | Burn's autodiff and Adam | CPU, one core | PyTorch |"
    );
    println!("|---|---|---|---|---|---|");
    for size in SIZES {
        let burn = gpu.without_own_steps();
        let paces = [
            trainer(gpu, size, false),
            trainer(gpu, size, true),
            trainer(&burn, size, false),
            trainer(cpu, size, false),
        ];
        let paces = paces.map(|pace| format!("{pace:.0}")).join(" | ");
        let (width, depth, batch) = size;
        let torch = torch(size).unwrap_or_else(|| "not installed".to_owned());
        println!("| 3-{width}x{depth}-2, {batch} | {paces} | {torch} |");
    }
}

fn spec((width, depth, batch): (u32, u32, u32)) -> LaneSpec {
    let mut spec = LaneSpec::default();
    spec.data.target = Target::Moons;
    (spec.model.width, spec.model.depth) = (width, depth);
    spec.training = TrainingSpec {
        lr: LR,
        batch,
        limit: 0,
    };
    spec
}

fn objective(spec: &LaneSpec) -> Objective {
    Objective::new(spec, &Drawn::default()).expect("moons are not drawn")
}

/// Steps on that processor.
fn trainer(processor: &Processor, size: (u32, u32, u32), ready: bool) -> f64 {
    let spec = spec(size);
    let mut objective = objective(&spec);
    let mut trainer = Trainer::new(processor, &objective.lane().network(), spec.training);
    let mut batches = batches(&mut objective, ready);
    pace(|n| {
        for k in 0..n {
            trainer.step(&batches(k));
        }
        // This waits until all of them are done.
        let (loss, taken) = block_on(trainer.take_losses()).expect("the device does not fail");
        assert!(loss.is_finite() && taken == n);
    })
}

/// The batch of each step: made for it, or one of a few that are there.
fn batches(objective: &mut Objective, ready: bool) -> impl FnMut(u32) -> Batch {
    const READY: u32 = 16;
    let size = objective.lane().spec().training.batch as usize;
    let made: Vec<Batch> = (0..READY).map(|_| objective.batch(size)).collect();
    move |k| match ready {
        true => made[(k % READY) as usize].clone(),
        false => objective.batch(size),
    }
}

/// Repetitions per second of what is told how often to do it; the median of some runs.
fn pace(mut run: impl FnMut(u32)) -> f64 {
    let mut seconds = |n| {
        let begin = Instant::now();
        run(n);
        begin.elapsed().as_secs_f64()
    };
    // Compiled, warm, and long enough to be timed.
    let mut n = 1;
    while seconds(n) < LONG / 2.0 {
        n *= 2;
    }
    let mut paces: Vec<f64> = (0..ROUNDS).map(|_| f64::from(n) / seconds(n)).collect();
    paces.sort_by(f64::total_cmp);
    paces[ROUNDS / 2]
}

/// Particles times solver steps per second: ten steps of the midpoint rule, until the points are back.
fn sampling(gpu: &Processor) {
    println!("\nMillions of particle-steps/s, ten steps of the midpoint rule:\n");
    println!("| network, particles | fused kernel | CPU, one core |");
    println!("|---|---|---|");
    let sampler = gpu.sampler().expect("kernels compute rightly");
    for size in SIZES {
        let mut spec = spec(size);
        (spec.sampling.solver, spec.sampling.steps) = (SolverKind::Midpoint, 10);
        for particles in PARTICLES {
            let objective = objective(&spec);
            let network = objective.lane().network();
            let noise = objective.lane().noise(particles, 1);
            let work = 10.0 * particles as f64 / 1e6;
            let fused = work
                * pace(|n| (0..n).for_each(|_| travel(&sampler, &objective, &network, &noise)));
            // Each particle costs the same there.
            let few = &noise[..1_000];
            let one_core = 10.0 * few.len() as f64 / 1e6
                * pace(|n| (0..n).for_each(|_| integrate(&objective, &network, few)));
            let (width, depth, _) = size;
            println!("| 3-{width}x{depth}-2, {particles} | {fused:.2} | {one_core:.3} |");
        }
    }
}

/// All the way on the GPU, as many particles together as it takes.
fn travel(sampler: &Sampler, objective: &Objective, network: &Network, noise: &[Point]) {
    let lane = objective.lane();
    let way = lane
        .solver_program(&lane.spec().sampling, 0)
        .expect("its steps are fixed");
    for some in noise.chunks(sampler.most_particles(1)) {
        let arrived = block_on(async {
            let mut gpu_integration = sampler.start(network, &way, some, false).await?;
            while !gpu_integration.finished() {
                gpu_integration
                    .advance(usize::MAX)
                    .await
                    .map_err(|e| e.to_string())?;
            }
            gpu_integration.read_back().await.map_err(|e| e.to_string())
        });
        assert_eq!(arrived.expect("the GPU takes them").ends.len(), some.len());
    }
}

/// The same on the CPU.
fn integrate(objective: &Objective, network: &Network, noise: &[Point]) {
    let lane = objective.lane();
    let learned = lane.learned(network);
    let (field, _) = lane.sampled_field(&*learned);
    let mut integration = lane.integration(&lane.spec().sampling, &*learned, noise.to_vec(), 0);
    while integration.step(&*field) {}
    black_box(integration.points());
}

/// What `torch_step.py` measures, and on what, if Python and PyTorch are there.
fn torch((width, depth, batch): (u32, u32, u32)) -> Option<String> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/bench/torch_step.py");
    let sizes = [width, depth, batch].map(|size| size.to_string());
    let run = Command::new("python3")
        .arg(script)
        .args(sizes)
        .output()
        .ok()?;
    let said = String::from_utf8(run.stdout).ok()?;
    run.status.success().then(|| said.trim().to_owned())
}
