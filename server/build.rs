//! Names the build: a hash over everything that decides how a journal is executed.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::Path;

/// Rules, room, and the figures of the game.
const FOLDERS: [&str; 3] = ["../shared/src", "src/room", "../assets"];

fn main() -> io::Result<()> {
    let mut hash = DefaultHasher::new();
    for folder in FOLDERS {
        println!("cargo::rerun-if-changed={folder}");
        add(Path::new(folder), &mut hash)?;
    }
    println!("cargo::rustc-env=DRIFTFIELD_BUILD_ID={:016x}", hash.finish());
    Ok(())
}

/// Adds a file, or what is in a folder, in the order of names.
fn add(path: &Path, hash: &mut DefaultHasher) -> io::Result<()> {
    if path.is_dir() {
        let entries = fs::read_dir(path)?.collect::<io::Result<Vec<_>>>()?;
        let mut paths: Vec<_> = entries.into_iter().map(|entry| entry.path()).collect();
        paths.sort();
        return paths.iter().try_for_each(|path| add(path, hash));
    }
    path.file_name().hash(hash);
    fs::read(path)?.hash(hash);
    Ok(())
}
