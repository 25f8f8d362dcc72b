//! The digest of a tour of [`flow`], for the test that the page computes as native code does, to the bit.

use wasm_bindgen::prelude::*;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

#[wasm_split(digest, fallible)]
fn compute() -> Result<u64, SplitLoaderError> {
    Ok(flow::digest::digest(1))
}

/// The digest in hexadecimal. It walks through more of `flow` than the page uses, so it is a chunk of its own.
///
/// # Errors
/// If the chunk cannot be fetched.
#[wasm_bindgen]
pub async fn digest() -> Result<String, js_sys::Error> {
    let digest = compute().await;
    digest
        .map(|digest| format!("{digest:016x}"))
        .map_err(|error| js_sys::Error::new(&error.to_string()))
}
