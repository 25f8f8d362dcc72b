//! The page program: it draws and never trains. The loader starts it by `flowlab::web::page::start`.

// What the loader calls is an export of the library, which is linked for its sake.
use flowlab as _;

fn main() {}
