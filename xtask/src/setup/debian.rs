//! The source of the standard library from Debian, in exactly the compiler's version.
//!
//! The package is fetched with a private configuration of apt, so that nothing on the machine changes:
//! the machine's own mirror, the one suite that has the version, and Debian's keys to verify it.

use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::layout::Layout;
use crate::process;

const SUITE: &str = "trixie-backports";
const KEYS: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// Puts the compiler's source tree at `place`.
pub fn install_source(layout: &Layout, place: &Path) -> Result<()> {
    for tool in ["apt-get", "dpkg-deb"] {
        if process::on_path(&[tool]).is_none() {
            bail!("this is no Debian: {tool} is not on PATH");
        }
    }
    let version = compiler_version()?;
    eprintln!(
        "fetching Debian's rust-src {version} (about 25 MB) into {}",
        place.display()
    );
    let work = layout
        .temporary()
        .join(format!("rust-src-{}", std::process::id()));
    let apt = PrivateApt::new(&work)?;
    apt.update()?;
    let package = apt.download(&version)?;
    let tree = unpack(&package, &work)?;
    move_into(&tree, place)?;
    fs::remove_dir_all(&work)?;
    Ok(())
}

fn compiler_version() -> Result<String> {
    let text = process::output(Command::new("rustc").arg("-vV"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("release: "));
    line.map(str::to_owned).context("rustc tells no release")
}

/// apt with lists, caches and sources of its own; how to reach the mirror is still the machine's.
struct PrivateApt {
    folder: PathBuf,
}

impl PrivateApt {
    fn new(folder: &Path) -> Result<Self> {
        for part in ["lists/partial", "cache/archives/partial", "sources.d"] {
            fs::create_dir_all(folder.join(part))?;
        }
        let sources = format!("deb [signed-by={KEYS}] {} {SUITE} main\n", mirror()?);
        fs::write(folder.join("sources.list"), sources)?;
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    fn command(&self, tool: &str) -> Command {
        let mut command = Command::new(tool);
        command.current_dir(&self.folder);
        for (option, part) in [
            ("Dir::Etc::SourceList", "sources.list"),
            ("Dir::Etc::SourceParts", "sources.d"),
            ("Dir::State::Lists", "lists"),
            ("Dir::Cache", "cache"),
        ] {
            command
                .arg("-o")
                .arg(format!("{option}={}", self.folder.join(part).display()));
        }
        // apt's own user may not write to a folder of ours.
        command.args([
            "-o",
            "APT::Sandbox::User=root",
            "-o",
            "Acquire::Languages=none",
            "-o",
            "Acquire::Retries=2",
        ]);
        command
    }

    fn update(&self) -> Result<()> {
        process::output(self.command("apt-get").arg("update")).map(drop)
    }

    fn download(&self, version: &str) -> Result<PathBuf> {
        let listed = process::output(self.command("apt-cache").args(["madison", "rust-src"]))?;
        let debian = pick(&listed, version)
            .with_context(|| format!("Debian's {SUITE} has no rust-src {version} any more"))?;
        process::output(
            self.command("apt-get")
                .arg("download")
                .arg(format!("rust-src={debian}")),
        )?;
        let files = crate::files::list(&self.folder)?;
        let package = files.into_iter().find(|(name, _)| name.ends_with(".deb"));
        package
            .map(|(_, path)| path)
            .context("apt-get downloaded no package")
    }
}

/// The address of the Debian mirror that apt already uses.
fn mirror() -> Result<String> {
    let wanted = [
        "indextargets",
        "--format",
        "$(REPO_URI) $(ORIGIN) $(LABEL)",
        "Created-By: Packages",
    ];
    let text = process::output(Command::new("apt-get").args(wanted))?;
    pick_mirror(&text)
        .context("apt knows no Debian mirror (is its list empty? try `apt-get update`)")
}

/// Origin and label are both `Debian` for the main archive; the security archive has another label.
fn pick_mirror(targets: &str) -> Option<String> {
    let main = targets
        .lines()
        .find_map(|line| line.strip_suffix(" Debian Debian"));
    main.map(|uri| uri.trim_end_matches('/').to_owned())
}

/// The Debian version, among those listed (`name | version | where`), that carries this release.
fn pick(listed: &str, version: &str) -> Option<String> {
    let versions = listed
        .lines()
        .filter_map(|line| line.split('|').nth(1))
        .map(str::trim);
    versions
        .filter(|found| {
            found
                .strip_prefix(version)
                .is_some_and(|rest| rest.starts_with(['+', '-', '~']))
        })
        .map(str::to_owned)
        .next()
}

fn unpack(package: &Path, work: &Path) -> Result<PathBuf> {
    let tree = work.join("tree");
    process::run(Command::new("dpkg-deb").arg("-x").arg(package).arg(&tree))?;
    let std = "library/std/Cargo.toml";
    let found = crate::files::list(&tree)?
        .into_iter()
        .find(|(name, _)| name.ends_with(std));
    let root = found.and_then(|(_, path)| Some(path.ancestors().nth(3)?.to_owned()));
    root.context("the package holds no library/std")
}

fn move_into(tree: &Path, place: &Path) -> Result<()> {
    let parent = place.parent().context("the source has no parent folder")?;
    fs::create_dir_all(parent).with_context(|| format!("cannot write to {}", parent.display()))?;
    // Copied beside its place first: the toolchain may be on another disk, where a move is no single step.
    let fresh = place.with_extension(format!("{}.part", std::process::id()));
    process::run(Command::new("cp").arg("-a").arg(tree).arg(&fresh))?;
    let _ = fs::remove_dir_all(place);
    fs::rename(&fresh, place)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picks_exactly_the_release() {
        let listed = "  rust-src | 1.95.10+dfsg1-1 | http://m suite/main\n  rust-src | 1.95.0+dfsg1-1~bpo13+1 | http://m s/main\n";
        assert_eq!(
            pick(listed, "1.95.0").as_deref(),
            Some("1.95.0+dfsg1-1~bpo13+1")
        );
        assert_eq!(pick(listed, "1.95.1"), None);
        assert_eq!(pick("", "1.95.0"), None);
    }

    #[test]
    fn picks_the_main_archive() {
        let targets = "http://m/debian-security/ Debian Debian-Security\nhttp://m/debian/ Debian Debian\nhttp://x/ Node Node\n";
        assert_eq!(pick_mirror(targets).as_deref(), Some("http://m/debian"));
    }
}
