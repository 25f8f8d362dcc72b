//! What has to be on the machine. Each part looks first, says what it installs, and says clearly when it cannot.

mod apt;
pub mod chromium;
mod debian;
pub mod firefox;
pub mod npm;
pub mod wasm_std;
pub mod webkit;
