//! The GPU kernels in native tests, on the software adapter that comes with Chromium.

use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

use crate::layout::Layout;
use crate::{process, setup};

/// Describes Chromium's software adapter to the Vulkan loader that lies beside it.
const ADAPTER: &str = "vk_swiftshader_icd.json";
/// Where systems put Chromium's libraries, if not beside its program.
const FOLDERS: [&str; 3] = [
    "/usr/lib/chromium",
    "/usr/lib/chromium-browser",
    "/opt/google/chrome",
];

pub fn run(layout: &Layout, log: &Path) -> Result<()> {
    let folder = folder()?;
    let mut command = process::cargo();
    command
        .current_dir(&layout.root)
        .args([
            "test",
            "--package",
            "train",
            "--package",
            "engine",
            "--lib",
            "--features",
            "gpu",
            "--",
            "fused::",
            "acceleration::",
        ])
        // Without an adapter they fail instead of being skipped.
        .env("FLOWLAB_GPU", "1")
        .env("LD_LIBRARY_PATH", &folder)
        .env("VK_ICD_FILENAMES", folder.join(ADAPTER));
    process::run_logged(&mut command, log, super::stages::LIMIT)
}

fn folder() -> Result<PathBuf> {
    let program = setup::chromium::ensure()?.canonicalize()?;
    let beside = program.parent().map(Path::to_owned);
    let mut folders = beside.into_iter().chain(FOLDERS.map(PathBuf::from));
    let found = folders.find(|folder| folder.join(ADAPTER).exists());
    found.with_context(|| format!("Chromium's {ADAPTER} is nowhere to be found"))
}
