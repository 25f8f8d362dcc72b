//! The engine program: it trains, in a worker, and draws nothing.

fn main() {
    #[cfg(target_arch = "wasm32")]
    flowlab::worker::start();
}
