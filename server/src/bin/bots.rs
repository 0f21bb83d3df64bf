//! Flies headless bots against a server.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;

use clap::Parser;
use driftfield_server::fleet::{Flags, Progress, Report};
use driftfield_server::shutdown::Signals;

fn main() -> ExitCode {
    let flags = Flags::parse();
    let progress = Arc::new(Progress::default());
    if let Err(error) = stop_at_signals(progress.clone()) {
        eprintln!("signals cannot be caught, Ctrl-C will end without a report: {error}");
    }
    let flown = flags.plan().map_err(Into::into).and_then(|plan| plan.fly(&progress));
    let report = match flown {
        Ok(report) => report,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    // Nobody may be reading, and that is no reason to lose the file.
    let _ = write!(io::stdout(), "{report}");
    if let Some(file) = &flags.report
        && let Err(error) = write_report(file, &report)
    {
        eprintln!("cannot write {}: {error}", file.display());
        return ExitCode::FAILURE;
    }
    if report.connected == 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn write_report(file: &Path, report: &Report) -> io::Result<()> {
    let mut json = serde_json::to_vec_pretty(report)?;
    json.push(b'\n');
    fs::write(file, json)
}

/// The first signal ends the flight early, a second one the process.
fn stop_at_signals(progress: Arc<Progress>) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut signals = runtime.block_on(async { Signals::new() })?;
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        runtime.block_on(async {
            signals.next().await;
            progress.stop();
            signals.next().await;
            std::process::exit(INTERRUPTED);
        });
    })?;
    Ok(())
}

/// What a shell gives for a program that was ended by Ctrl-C.
const INTERRUPTED: i32 = 130;
