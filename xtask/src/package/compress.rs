//! Smaller copies beside each file, for servers that send them as they are.

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

/// Whether compression gains anything: pictures and fonts are compressed already.
pub fn pays(name: &str) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    [
        "html",
        "js",
        "mjs",
        "css",
        "json",
        "webmanifest",
        "wasm",
        "svg",
        "txt",
        "ico",
    ]
    .contains(&ending)
}

/// At the highest quality: done once, downloaded often.
pub fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 11,
        // The largest window that every browser takes.
        lgwin: 24,
        size_hint: bytes.len(),
        ..Default::default()
    };
    let mut smaller = Vec::new();
    brotli::BrotliCompress(&mut &bytes[..], &mut smaller, &parameters).context("brotli failed")?;
    Ok(smaller)
}

pub fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn both_come_back() {
        let text = "flow matching ".repeat(1000).into_bytes();
        let (mut from_gzip, mut from_brotli) = (Vec::new(), Vec::new());
        flate2::read::GzDecoder::new(&gzip(&text).unwrap()[..])
            .read_to_end(&mut from_gzip)
            .unwrap();
        brotli::BrotliDecompress(&mut &brotli(&text).unwrap()[..], &mut from_brotli).unwrap();
        assert_eq!((from_gzip, from_brotli), (text.clone(), text));
    }

    #[test]
    fn only_what_gains() {
        assert!(pays("page_bg.wasm") && pays("lang/zh.json"));
        assert!(!pays("icons/big.png") && !pays("page.js.br"));
    }
}
