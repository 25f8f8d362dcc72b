//! The engine program: it trains, in a worker, and draws nothing.

#[cfg(target_arch = "wasm32")]
unsafe extern "C" {
    /// Runs the static constructors of all crates, among them the registries of Burn's compiler of kernels.
    safe fn __wasm_call_ctors();
}

fn main() {
    #[cfg(target_arch = "wasm32")]
    {
        // Where a program does not call them itself, the linker wraps every export so that each call from JavaScript runs
        // all of them again: 100 to 300 us a call in the flavour for WebGPU.
        __wasm_call_ctors();
        flowlab::worker::start();
    }
}
