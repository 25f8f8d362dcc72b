//! The page program: it draws and never trains.

fn main() {
    #[cfg(target_arch = "wasm32")]
    flowlab::web::page::start();
}
