//! How a lab ends.

use std::fmt::Display;
use std::process::{ExitCode, ExitStatus};

/// The exit status of a lab: that of its outcome, or 1, with the error on standard error under the lab's name.
pub fn exit_code<O: Outcome>(lab: &str, outcome: Result<O, impl Display>) -> ExitCode {
    match outcome {
        Ok(outcome) => outcome.exit_code(),
        Err(error) => {
            eprintln!("{lab}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What a lab ends with when nothing went wrong in the lab itself.
pub trait Outcome {
    /// The lab's exit status.
    fn exit_code(self) -> ExitCode;
}

/// A measurement that is complete.
impl Outcome for () {
    fn exit_code(self) -> ExitCode {
        ExitCode::SUCCESS
    }
}

/// A program that the lab ran for its user.
impl Outcome for ExitStatus {
    fn exit_code(self) -> ExitCode {
        // A process without an exit code was ended by a signal.
        let code = self.code().and_then(|code| u8::try_from(code).ok());
        code.map_or(ExitCode::FAILURE, ExitCode::from)
    }
}
