//! `cargo run -p driftfield-fuzz -- --seconds 20`

use std::process::ExitCode;

use driftfield_fuzz::{runner, targets};

fn main() -> ExitCode {
    runner::main(&targets::ALL)
}
