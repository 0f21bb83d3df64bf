//! Runs targets on stable Rust: each for so many seconds or executions, some at a time.
//!
//! The same seed runs the same inputs. What breaks a rule is written to `artifacts/TARGET/` beside the corpus.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use driftfield_shared::sim::{Fnv, Rng};

use crate::mutate::mutated;

/// A harness, and what it starts from.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// As the file in `fuzz_targets/` and the folder in `corpus/` are called.
    pub name: &'static str,
    /// Gives the bytes to the code under test, and panics where it breaks a rule.
    pub run: fn(&[u8]),
    /// Inputs that today's code makes itself, so that a change of the wire leaves none of them behind.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// The folder of the crate, in which `corpus/` is.
    pub home: &'static str,
}

/// Runs fuzz targets by seeded mutation of their corpus.
#[derive(Debug, Parser)]
struct Flags {
    /// Targets to run; all if none is named.
    targets: Vec<String>,
    /// Seconds for each target.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Executions of each target, however long they take.
    #[arg(long)]
    executions: Option<u64>,
    /// Seed of the mutations.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Targets that run at the same time.
    #[arg(long, default_value_t = 2)]
    jobs: usize,
    /// Runs the targets once, with the bytes of this file.
    #[arg(long)]
    input: Option<PathBuf>,
    /// Writes the targets' own seeds to folders in this one, for a guided fuzzer to start from.
    #[arg(long)]
    write_seeds: Option<PathBuf>,
    /// Adds this file, or the files in this folder, to the corpus of the target.
    #[arg(long)]
    save_corpus: Option<PathBuf>,
}

/// When a target has run for long enough.
#[derive(Clone, Copy, Debug)]
pub enum Until {
    /// So long.
    Elapsed(Duration),
    /// So many times.
    Executions(u64),
}

/// What came of a run without a find.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// How often the target ran.
    pub executions: u64,
    /// For how long.
    pub took: Duration,
    /// How long its slowest execution took.
    pub slowest: Duration,
}

/// The program: reads the command line and runs those of `targets` that it names.
pub fn main(targets: &[Target]) -> ExitCode {
    let flags = Flags::parse();
    let is_named = |target: &&Target| {
        flags.targets.is_empty() || flags.targets.iter().any(|name| name == target.name)
    };
    let chosen: Vec<&Target> = targets.iter().filter(is_named).collect();
    if chosen.is_empty() || (chosen.len() < flags.targets.len()) {
        let names: Vec<_> = targets.iter().map(|target| target.name).collect();
        eprintln!("the targets are: {}", names.join(", "));
        return ExitCode::FAILURE;
    }
    if let Some(folder) = &flags.write_seeds {
        return finish(chosen.iter().try_for_each(|target| write_seeds(target, folder)));
    }
    if let Some(path) = &flags.save_corpus {
        let [target] = chosen[..] else {
            eprintln!("name the one target whose corpus it is");
            return ExitCode::FAILURE;
        };
        return finish(save_corpus(target, path));
    }
    if let Some(path) = &flags.input {
        return finish(fs::read(path).map(|bytes| {
            chosen.iter().for_each(|target| (target.run)(&bytes));
        }));
    }
    let until = match flags.executions {
        Some(executions) => Until::Executions(executions),
        None => Until::Elapsed(Duration::from_secs(flags.seconds)),
    };
    let (next, has_failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        for _ in 0..flags.jobs.max(1) {
            scope.spawn(|| {
                while let Some(target) = chosen.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match fuzz(target, flags.seed, until) {
                        Ok(outcome) => println!("{}: {outcome}", target.name),
                        Err(find) => {
                            has_failed.store(true, Ordering::Relaxed);
                            eprintln!("{}: {}", target.name, find.report(target, flags.seed));
                        }
                    }
                }
            });
        }
    });
    if has_failed.into_inner() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// An input that breaks a rule.
#[derive(Clone, Debug)]
pub struct Find {
    /// The input.
    pub bytes: Vec<u8>,
    /// Executions before it.
    pub executions: u64,
}

/// Runs a target with its corpus, then with mutations of it.
///
/// # Errors
/// The first input at which the target panics.
pub fn fuzz(target: &Target, seed: u64, until: Until) -> Result<Outcome, Find> {
    let pool = pool(target);
    let mut rng = Rng::new(seed);
    let (started, mut slowest, mut executions) = (Instant::now(), Duration::ZERO, 0);
    let mut of_pool = pool.iter().cloned();
    let mut before = started;
    loop {
        let is_over = match until {
            Until::Elapsed(duration) => before.duration_since(started) >= duration,
            Until::Executions(most) => executions >= most,
        };
        if is_over {
            return Ok(Outcome { executions, took: started.elapsed(), slowest });
        }
        let bytes = of_pool.next().unwrap_or_else(|| mutated(&pool, &mut rng));
        if catch_unwind(AssertUnwindSafe(|| (target.run)(&bytes))).is_err() {
            return Err(Find { bytes, executions });
        }
        executions += 1;
        let after = Instant::now();
        slowest = slowest.max(after - before);
        before = after;
    }
}

/// The seeds of a target and the files of its corpus, in the order of their names.
fn pool(target: &Target) -> Vec<Vec<u8>> {
    let mut pool = (target.seeds)();
    pool.extend(paths_in(&corpus(target)).iter().filter_map(|path| fs::read(path).ok()));
    pool
}

/// The folder of a target's corpus.
pub(crate) fn corpus(target: &Target) -> PathBuf {
    Path::new(target.home).join("corpus").join(target.name)
}

/// What is in a folder, in the order of the names; nothing if there is no such folder.
pub(crate) fn paths_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// Copies inputs into the corpus, under the hashes of their bytes.
fn save_corpus(target: &Target, path: &Path) -> std::io::Result<()> {
    let folder = corpus(target);
    fs::create_dir_all(&folder)?;
    let paths = if path.is_dir() { paths_in(path) } else { vec![path.to_owned()] };
    paths.iter().try_for_each(|path| {
        let bytes = fs::read(path)?;
        fs::write(folder.join(name_of(&bytes)), bytes)
    })
}

fn write_seeds(target: &Target, folder: &Path) -> std::io::Result<()> {
    let folder = folder.join(target.name);
    fs::create_dir_all(&folder)?;
    (target.seeds)().iter().try_for_each(|bytes| fs::write(folder.join(name_of(bytes)), bytes))
}

pub(crate) fn name_of(bytes: &[u8]) -> String {
    format!("{:016x}", Fnv::new().bytes(bytes).finish())
}

fn finish(outcome: std::io::Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

impl Find {
    /// Keeps the input in a file and says how to see it again.
    fn report(&self, target: &Target, seed: u64) -> String {
        let folder = Path::new(target.home).join("artifacts").join(target.name);
        let path = folder.join(name_of(&self.bytes));
        let kept = fs::create_dir_all(&folder).and_then(|()| fs::write(&path, &self.bytes));
        let place = match kept {
            Ok(()) => format!("again with `--input {} {}`", path.display(), target.name),
            Err(error) => format!("not kept: {error}; its bytes: {:02x?}", self.bytes),
        };
        format!("execution {} of seed {seed} broke a rule; {place}", self.executions)
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Outcome { executions, took, slowest } = self;
        let rate = *executions as f64 / took.as_secs_f64();
        write!(f, "{executions} executions in {:.1} s, {rate:.0}/s, ", took.as_secs_f64())?;
        write!(f, "slowest {:.1} ms", slowest.as_secs_f64() * 1e3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAGILE: Target = Target {
        name: "fragile",
        run: |bytes| assert!(!bytes.contains(&0xab), "not this one"),
        seeds: || vec![vec![0xaa; 8]],
        home: "/nonexistent",
    };

    #[test]
    fn the_same_seed_finds_the_same_input() {
        let found = [(); 2].map(|()| fuzz(&FRAGILE, 7, Until::Executions(1_000_000)).unwrap_err());
        assert_eq!(found[0].bytes, found[1].bytes);
        assert_eq!(found[0].executions, found[1].executions);
        assert!(found[0].bytes.contains(&0xab));
    }
}
