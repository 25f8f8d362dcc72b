//! Packages of Debian and its relatives.

use anyhow::{Result, bail};
use std::process::Command;

use crate::process;

/// Installs a package, without what it merely recommends.
pub fn install(package: &str) -> Result<()> {
    if process::on_path(&["apt-get"]).is_none() {
        bail!("this system has no apt-get to install {package} with");
    }
    // Lists may be missing or old; an old list is still worth a try.
    let _ = process::output(apt()?.arg("update"));
    process::output(apt()?.args(["install", "--yes", "--no-install-recommends", package])).map(drop)
}

/// apt-get with the rights to install, asking nothing.
fn apt() -> Result<Command> {
    let root = process::output(Command::new("id").arg("-u"))?.trim() == "0";
    let mut command = match (root, process::on_path(&["sudo"])) {
        (true, _) => Command::new("apt-get"),
        (false, Some(sudo)) => {
            let mut command = Command::new(sudo);
            command.args(["--non-interactive", "apt-get"]);
            command
        }
        (false, None) => bail!("installing needs root, and there is no sudo"),
    };
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command.args(["-q", "-o", "DPkg::Lock::Timeout=120"]);
    Ok(command)
}
