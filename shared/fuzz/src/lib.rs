//! Fuzz targets for what takes bytes from a stranger, and a runner for them.
//!
//! ```text
//! targets: bytes -> code under test -> panic if a rule is broken
//!    |-> fuzz_targets/*.rs: cargo-fuzz, guided by coverage; needs a C++ compiler
//!    |-> bin `fuzz`: seeded mutations of the corpus on stable Rust, 20 seconds each in CI
//!    \-> the test of this crate: the corpus, and some mutations of it
//! ```
//!
//! Why both: cargo-fuzz finds more, since it sees which code an input reaches, but asks for a nightly toolchain or hand-made
//! flags, and for a C++ compiler. The runner needs neither and starts from the corpus that coverage found. On stable Rust the
//! guided fuzzer is had by the flags that cargo-fuzz passes, but for the sanitizer:
//!
//! ```text
//! export RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
//!   -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
//!   -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 -Cdebug-assertions --cfg fuzzing"
//! cargo build --release -p driftfield-fuzz --features libfuzzer --bin snapshots --target x86_64-unknown-linux-gnu --target-dir target/fuzz
//! target/fuzz/x86_64-unknown-linux-gnu/release/snapshots shared/fuzz/corpus/snapshots
//! ```

pub mod input;
pub mod mutate;
pub mod runner;
pub mod targets;

pub use runner::Target;
