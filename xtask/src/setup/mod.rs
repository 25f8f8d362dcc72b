//! What has to be on the machine. Each part looks first, says what it installs, and says clearly when it cannot.

mod debian;
pub mod wasm_std;
