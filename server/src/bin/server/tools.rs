//! What the program can do beside hosting. Each prints a line or more, and says by its exit status how it went.

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use driftfield_server::admin::AdminCommand;
#[cfg(unix)]
use driftfield_server::admin::{self, Reply};
use driftfield_server::config::{DataPlace, ReplayFlags, content_with};
use driftfield_server::logging;
use driftfield_server::room::journal::Replay;
use driftfield_server::store::{self, Stretch};
use driftfield_shared::units::Tick;

/// A line for the host, and whether all is well; or why there is none.
type Outcome = Result<(String, bool), Box<dyn Error>>;

/// Checks a folder of content files.
pub fn check_assets(dir: &Path) -> ExitCode {
    let check = || -> Outcome {
        let content = content_with(Some(dir))?;
        let sectors: Vec<&str> = content.sectors.iter().map(|sector| sector.id.as_str()).collect();
        let modes: Vec<&str> = content.modes.iter().map(|mode| mode.id.as_str()).collect();
        let (dir, sectors, modes) = (dir.display(), sectors.join(", "), modes.join(", "));
        Ok((format!("{dir} is fine. Sectors: {sectors}. Modes: {modes}."), true))
    };
    finish(check())
}

/// Copies the database.
pub fn back_up(file: &Path, place: &DataPlace) -> ExitCode {
    let folder = match place.folder() {
        Ok(folder) => folder,
        Err(error) => return crate::usage(error),
    };
    let copied = store::backup(&folder, file);
    finish(
        copied
            .map(|bytes| (format!("{}: {bytes} bytes", file.display()), true))
            .map_err(Into::into),
    )
}

/// Checks the database.
pub fn check_store(place: &DataPlace) -> ExitCode {
    let folder = match place.folder() {
        Ok(folder) => folder,
        Err(error) => return crate::usage(error),
    };
    let checked = store::check(&folder);
    finish(checked.map(|report| (report.to_string(), report.faults.is_empty())).map_err(Into::into))
}

/// Prints the audit log.
pub fn audit(lines: u32, place: &DataPlace) -> ExitCode {
    let folder = match place.folder() {
        Ok(folder) => folder,
        Err(error) => return crate::usage(error),
    };
    let text = store::audit(&folder, lines).map(|lines| match lines.is_empty() {
        true => "the audit log is empty".to_owned(),
        false => lines.iter().map(ToString::to_string).collect::<Vec<String>>().join("\n"),
    });
    finish(text.map(|text| (text, true)).map_err(Into::into))
}

/// Gives an order to a running server.
#[cfg(unix)]
pub fn admin(place: &DataPlace, json: bool, command: &AdminCommand) -> ExitCode {
    let folder = match place.folder() {
        Ok(folder) => folder,
        Err(error) => return crate::usage(error),
    };
    let asked = || -> Outcome {
        let line = admin::ask(&folder, command)?;
        let reply: Reply = serde_json::from_str(&line)?;
        match (json, reply) {
            (true, reply) => Ok((line, matches!(reply, Reply::Ok(_)))),
            (false, Reply::Ok(answer)) => Ok((answer.to_string(), true)),
            (false, Reply::Error(failure)) => Err(failure.message.into()),
        }
    };
    finish(asked())
}

/// Gives an order to a running server.
#[cfg(not(unix))]
pub fn admin(_: &DataPlace, _: bool, _: &AdminCommand) -> ExitCode {
    finish(Err("`server admin` needs a system with Unix sockets".into()))
}

/// Executes a stretch of a journal again.
pub fn replay(flags: &ReplayFlags) -> ExitCode {
    finish(try_replay(flags))
}

/// All is well if every state that was recorded came again, or nobody asked.
fn try_replay(flags: &ReplayFlags) -> Outcome {
    let ReplayFlags { place, room, from, verify, export } = flags;
    let replay = if place.is_dir() {
        let room = room.as_deref().ok_or("--room says which room of this data folder")?;
        let stretch = Stretch::read(place, room, from.map(Tick))?;
        let missing = || format!("there is no checkpoint of room {room} to begin with");
        Replay::from(stretch.ok_or_else(missing)?)
    } else {
        Replay::from_bytes(&fs::read(place)?)?
    };
    if let Some(file) = export {
        fs::write(file, replay.to_bytes())?;
    }
    let report = replay.execute()?;
    let is_well = report.differs_at.is_none() || !verify;
    Ok((format!("room {}, {report}", replay.room), is_well))
}

/// Tells the host how it went, and the system by the exit status.
fn finish(outcome: Outcome) -> ExitCode {
    match outcome {
        Ok((line, is_well)) => {
            // Standard output may be closed; the exit status says the same.
            let _ = writeln!(io::stdout(), "{line}");
            if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            logging::tell(error);
            ExitCode::FAILURE
        }
    }
}
