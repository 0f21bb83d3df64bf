//! Hosts Driftfield.

use std::process::ExitCode;

use clap::Parser;
use driftfield_server::config::{Config, Flags};
use driftfield_server::{logging, memory, server};

fn main() -> ExitCode {
    let flags = Flags::parse();
    memory::share_one_heap();
    logging::init();
    let config = match Config::load(&flags) {
        Ok(config) => config,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(USAGE);
        }
    };
    match server::run(&config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// What clap gives for a flag that it does not know.
const USAGE: u8 = 2;
