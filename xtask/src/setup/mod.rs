//! What has to be on the machine. Each part looks first, says what it installs, and says clearly when it cannot.

pub mod chromium;
mod debian;
pub mod npm;
pub mod wasm_std;
