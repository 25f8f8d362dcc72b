//! Where things are.

use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

use crate::program::{Profile, Program};

/// The folders that the commands read and write.
pub struct Layout {
    /// The root of the repository.
    pub root: PathBuf,
    /// Cargo's target folder; everything that is built lands below it, but for `dist/`.
    pub target: PathBuf,
}

impl Layout {
    pub fn find() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("xtask has no parent folder")?;
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(dir) => root.join(dir),
            None => root.join("target"),
        };
        Ok(Self {
            root: root.to_owned(),
            target,
        })
    }

    /// What `serve` puts before a browser. Not `target/site`: there Cargo keeps the profile of that name.
    pub fn site(&self) -> PathBuf {
        self.target.join("web")
    }

    /// The site as `test` puts it before a browser: made as `package` makes it.
    pub fn tested(&self) -> PathBuf {
        self.target.join("tested")
    }

    /// Where wasm-bindgen leaves one program.
    pub fn bound(&self, program: Program, profile: Profile) -> PathBuf {
        self.target
            .join("bindgen")
            .join(profile.name())
            .join(program.name)
    }

    pub fn temporary(&self) -> PathBuf {
        self.target.join("tmp")
    }
}
