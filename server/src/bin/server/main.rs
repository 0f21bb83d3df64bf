//! Hosts Driftfield.

mod tools;

use std::process::ExitCode;

use clap::Parser;
use driftfield_server::config::{Command, Config, ConfigError, Flags, StoreCommand};
use driftfield_server::limits::LOG_FLUSH_TIME_MAX;
use driftfield_server::os::memory;
use driftfield_server::{logging, server};

fn main() -> ExitCode {
    let flags = Flags::parse();
    memory::share_one_heap();
    logging::init();
    match flags.command.clone() {
        Some(Command::CheckAssets { dir }) => tools::check_assets(&dir),
        Some(Command::Backup { file, place }) => tools::back_up(&file, &place),
        Some(Command::Store(StoreCommand::Check { place })) => tools::check_store(&place),
        Some(Command::Store(StoreCommand::Audit { lines, place })) => tools::audit(lines, &place),
        Some(Command::Admin { place, json, command }) => tools::admin(&place, json, &command),
        Some(Command::Replay(replay)) => tools::replay(&replay),
        None => host(&flags),
    }
}

fn host(flags: &Flags) -> ExitCode {
    let config = match Config::load(flags) {
        Ok(config) => config,
        Err(error) => return usage(error),
    };
    let outcome = server::run(&config);
    logging::flush(LOG_FLUSH_TIME_MAX);
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            logging::tell(error);
            ExitCode::FAILURE
        }
    }
}

/// Ends like clap at a mistake of the command line.
fn usage(error: ConfigError) -> ExitCode {
    logging::tell(error);
    ExitCode::from(USAGE)
}

/// The exit code of clap for an unknown flag.
const USAGE: u8 = 2;
