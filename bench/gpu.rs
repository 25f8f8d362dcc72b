//! Training steps per second on this machine's own GPU: the fused kernels of the page's WebGPU engine, beside Burn's tensor
//! operations on the same GPU, the CPU's blocked steps, and PyTorch where it is installed.
//!
//! `cargo bench --profile engine --features gpu --bench gpu` prints a Markdown table. Without a GPU (Vulkan, Metal or
//! DirectX 12) it says so and measures nothing.

use flowlab::flow::batch::Objective;
use flowlab::flow::spec::{Drawn, LaneSpec, Target};
use flowlab::train::device::{Choice, Kind, Processor};
use flowlab::train::trainer::Trainer;
use pollster::block_on;
use std::process::Command;
use std::time::Instant;

/// Width, depth and batch, as in the browser's table.
const SIZES: [(u32, u32, u32); 3] = [(64, 3, 256), (128, 3, 1024), (512, 4, 4096)];

/// Seconds that a measurement takes at least.
const LONG: f64 = 2.0;
const ROUNDS: usize = 3;

fn main() {
    let gpu = block_on(Processor::choose(Choice::WebGpu));
    if gpu.kind() != Kind::WebGpu {
        println!("There is no GPU to measure: {}.", gpu.detail());
        return;
    }
    let cpu = block_on(Processor::choose(Choice::Cpu));
    println!("On {}; medians of {ROUNDS} runs, steps/s.\n", gpu.detail());
    println!("| network, batch | fused kernels | tensor operations | CPU, one core | PyTorch |");
    println!("|---|---|---|---|---|");
    for size in SIZES {
        let paces = [&gpu, &gpu.without_kernels(), &cpu].map(|processor| pace(processor, size));
        let [fused, tensors, cpu] = paces.map(|pace| format!("{pace:.0}"));
        let (width, depth, batch) = size;
        let torch = torch(size).unwrap_or_else(|| "not installed".to_owned());
        println!("| 3-{width}x{depth}-2, {batch} | {fused} | {tensors} | {cpu} | {torch} |");
    }
}

/// Steps per second, the making of batches included; the median of some runs.
fn pace(processor: &Processor, (width, depth, batch): (u32, u32, u32)) -> f64 {
    let mut spec = LaneSpec::default();
    spec.data.target = Target::Moons;
    (spec.model.width, spec.model.depth) = (width, depth);
    (spec.training.batch, spec.training.limit) = (batch, 0);
    let mut objective = Objective::new(&spec, &Drawn::default()).expect("moons are not drawn");
    let mut trainer = Trainer::new(processor, &objective.lane().network(), spec.training);
    let mut steps = |n: u32| {
        let begin = Instant::now();
        for _ in 0..n {
            trainer.step(&objective.batch(batch as usize));
        }
        // This waits until all of them are done.
        let (loss, taken) = block_on(trainer.take_losses()).expect("the device does not fail");
        assert!(loss.is_finite() && taken == n);
        begin.elapsed().as_secs_f64()
    };
    // Compiled, warm, and long enough to be timed.
    let mut n = 8;
    while steps(n) < LONG / 2.0 {
        n *= 2;
    }
    let mut paces: Vec<f64> = (0..ROUNDS).map(|_| f64::from(n) / steps(n)).collect();
    paces.sort_by(f64::total_cmp);
    paces[ROUNDS / 2]
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
