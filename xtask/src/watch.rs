//! Notices changes by looking at the times of files: a few hundred of them, so cheaper than a dependency.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What a rebuild can depend on.
const WATCHED: [&str; 6] = [
    "src",
    "crates",
    "www",
    "index.html",
    "Cargo.toml",
    "Cargo.lock",
];

/// The state of the watched files at one moment: how many, and the newest times. Compare two to see a change.
#[derive(PartialEq, Debug)]
pub struct Snapshot(Vec<(PathBuf, Option<SystemTime>)>);

impl Snapshot {
    pub fn take(root: &Path) -> Self {
        let watched = WATCHED
            .iter()
            .flat_map(|name| walkdir::WalkDir::new(root.join(name)));
        // A file that vanishes while we look is a change, and the next look will show it.
        let mut files: Vec<_> = watched
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| (entry.path().to_owned(), modified(&entry)))
            .collect();
        files.sort();
        Self(files)
    }

    /// The first file, by name, that differs between the two.
    pub fn first_difference<'a>(&'a self, newer: &'a Self) -> Option<&'a Path> {
        let gone_or_changed = self.0.iter().find(|file| !newer.0.contains(file));
        let come = newer.0.iter().find(|file| !self.0.contains(file));
        come.or(gone_or_changed).map(|(path, _)| path.as_path())
    }
}

fn modified(entry: &walkdir::DirEntry) -> Option<SystemTime> {
    entry.metadata().ok()?.modified().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn sees_files_come_and_go() {
        let root = std::env::temp_dir().join(format!("xtask-watch-{}", std::process::id()));
        fs::create_dir_all(root.join("src")).unwrap();
        let before = Snapshot::take(&root);
        fs::write(root.join("src/a.rs"), "").unwrap();
        let after = Snapshot::take(&root);
        assert_eq!(before.first_difference(&before), None);
        assert_eq!(
            before.first_difference(&after),
            Some(root.join("src/a.rs").as_path())
        );
        assert_eq!(
            after.first_difference(&before),
            Some(root.join("src/a.rs").as_path())
        );
        fs::remove_dir_all(root).unwrap();
    }
}
