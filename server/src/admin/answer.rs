//! What the host is told, as a line of JSON and as text.

use std::fmt;

use driftfield_shared::protocol::RefusalReason;
use serde::{Deserialize, Serialize};

/// The answer to a command: one line of JSON, `{"ok": ...}` or `{"error": ...}`.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// It is done.
    Ok(Answer),
    /// Nothing was changed.
    Error(Failure),
}

/// Why nothing was changed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Failure {
    /// For programs.
    pub code: FailureCode,
    /// For people.
    pub message: String,
}

/// Why nothing was changed, in one word.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureCode {
    /// The line is no command.
    BadCommand,
    /// Nobody is known by that.
    NoSuchPlayer,
    /// More than one account has that name.
    Ambiguous,
    /// There is no ban or mute to end.
    NotInForce,
    /// It cannot be done to those who are meant.
    NotAllowed,
    /// Too much waits, or nothing can be made durable.
    Busy,
}

/// What was done or asked for.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// It was done; a sentence.
    Done(String),
    /// Who is on-line.
    Players(Vec<PlayerLine>),
    /// The rooms.
    Rooms(Vec<RoomLine>),
    /// The bans and mutes in force.
    Bans(Vec<SanctionLine>),
    /// What players reported.
    Reports(Vec<ReportLine>),
    /// What was done; a line each.
    Audit(Vec<String>),
}

/// A player.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct PlayerLine {
    /// The room.
    pub room: String,
    /// The seat.
    pub player: u16,
    /// The name.
    pub name: String,
    /// The account, in 16 hexadecimal digits; none: a guest.
    pub account: Option<String>,
    /// The role.
    pub role: String,
    /// The address; none: not connected, or a bot of the server.
    pub address: Option<String>,
    /// The short hash of the network, as moderators see it.
    pub network: Option<String>,
    /// Whether a program plays.
    pub is_bot: bool,
    /// Whether the player has done something in the last minute.
    pub is_active: bool,
}

/// A room.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct RoomLine {
    /// Its identifier.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its mode.
    pub mode: String,
    /// Seats of people.
    pub players: u32,
    /// Seats of programs.
    pub bots: u32,
    /// All seats.
    pub max_players: u32,
    /// How it is, in a sentence.
    pub health: String,
}

/// A ban or a mute.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct SanctionLine {
    /// `ban` or `mute`.
    pub kind: String,
    /// `account:TAG` or `address:NETWORK`, as a command takes it.
    pub who: String,
    /// The name of the account, where there is one.
    pub name: Option<String>,
    /// Since when, in seconds since 1970.
    pub made: i64,
    /// Until when; none: for ever.
    pub ends: Option<i64>,
    /// Who decided it.
    pub made_by: String,
    /// Why.
    pub note: String,
    /// How long it is in force from now on, as in `2h`.
    pub left: String,
}

/// A report.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ReportLine {
    /// When, in seconds since 1970.
    pub at: i64,
    /// When, in words.
    pub time: String,
    /// In which room.
    pub room: String,
    /// Who tells it: a name and `account:TAG`.
    pub reporter: (String, String),
    /// Of whom.
    pub reported: (String, Option<String>),
    /// What it is about.
    pub complaint: String,
    /// In the reporter's words.
    pub note: String,
    /// What the reported had said last.
    pub lines: Vec<String>,
}

impl Failure {
    /// A line that is no command.
    pub fn bad(message: impl Into<String>) -> Failure {
        Failure { code: FailureCode::BadCommand, message: message.into() }
    }
}

/// As moderation refuses, in words for the host.
impl From<RefusalReason> for Failure {
    fn from(reason: RefusalReason) -> Failure {
        let (code, message) = match reason {
            RefusalReason::NoSuchPlayer => (
                FailureCode::NoSuchPlayer,
                "nobody is known by that: `players` lists who is on-line".to_owned(),
            ),
            RefusalReason::Ambiguous => (
                FailureCode::Ambiguous,
                "more than one has that name: use account:TAG, which `players` lists".to_owned(),
            ),
            RefusalReason::NotInForce => (
                FailureCode::NotInForce,
                "there is nothing in force to end: `bans` lists bans and mutes".to_owned(),
            ),
            RefusalReason::NoAccount => (
                FailureCode::NotAllowed,
                "a guest has no account: only a kick, or a ban of its address, reaches it"
                    .to_owned(),
            ),
            RefusalReason::NotAllowed => {
                (FailureCode::NotAllowed, "a network can be banned and nothing else".to_owned())
            }
            RefusalReason::Busy => (
                FailureCode::Busy,
                "the server is busy or cannot save at the moment: it may be done later".to_owned(),
            ),
            other => (FailureCode::NotAllowed, other.to_string()),
        };
        Failure { code, message }
    }
}

/// A line each, for people.
impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = match self {
            Answer::Done(sentence) => vec![sentence.clone()],
            Answer::Players(players) => players.iter().map(ToString::to_string).collect(),
            Answer::Rooms(rooms) => rooms.iter().map(ToString::to_string).collect(),
            Answer::Bans(bans) => bans.iter().map(ToString::to_string).collect(),
            Answer::Reports(reports) => reports.iter().map(ToString::to_string).collect(),
            Answer::Audit(lines) => lines.clone(),
        };
        // What players write cannot move the host's cursor.
        let plain = |line: &String| line.replace(|it: char| it.is_control() && it != '\n', " ");
        match lines.is_empty() {
            true => f.write_str("there are none"),
            false => f.write_str(&lines.iter().map(plain).collect::<Vec<String>>().join("\n")),
        }
    }
}

impl fmt::Display for PlayerLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PlayerLine { room, name, account, role, address, network, .. } = self;
        let or_dash = |it: &Option<String>| it.clone().unwrap_or_else(|| "-".to_owned());
        let account =
            account.as_ref().map_or_else(|| "guest".to_owned(), |it| format!("account:{it}"));
        let kind = if self.is_bot { "bot" } else { role };
        let idle = if self.is_active { "" } else { "  idle" };
        let (address, network) = (or_dash(address), or_dash(network));
        write!(f, "{room}  {name}  {kind}  {account}  {address}  network:{network}{idle}")
    }
}

impl fmt::Display for RoomLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RoomLine { id, name, mode, players, bots, max_players, health } = self;
        write!(f, "{id}  {name}  {mode}  {players} players, {bots} bots of {max_players}  {health}")
    }
}

impl fmt::Display for SanctionLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SanctionLine { kind, who, name, made_by, note, left, .. } = self;
        let name = name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
        write!(f, "{kind}  {who}{name}  {left}  by {made_by}  {note}")
    }
}

impl fmt::Display for ReportLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ReportLine { time, room, reporter, reported, complaint, note, lines, .. } = self;
        let tag = |tag: &Option<String>| tag.clone().unwrap_or_else(|| "guest".to_owned());
        write!(
            f,
            "{time}  {room}  {} ({}) on {} ({}): {complaint}. {note}",
            reporter.0,
            reporter.1,
            reported.0,
            tag(&reported.1)
        )?;
        lines.iter().try_for_each(|line| write!(f, "\n    {line}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_one_line_whatever_players_write() {
        let lines = vec!["a\nb\u{1b}[2J".to_owned()];
        let reply = Reply::Ok(Answer::Audit(lines));
        let text = serde_json::to_string(&reply).unwrap();
        assert!(!text.contains('\n'), "{text}");
        assert_eq!(serde_json::from_str::<Reply>(&text).unwrap(), reply);
        let Reply::Ok(answer) = reply else { unreachable!() };
        assert_eq!(answer.to_string(), "a\nb [2J");
        assert_eq!(Answer::Players(Vec::new()).to_string(), "there are none");
        let failed = Reply::Error(Failure::from(RefusalReason::Ambiguous));
        let text = serde_json::to_string(&failed).unwrap();
        assert!(text.starts_with(r#"{"error":{"code":"ambiguous","message":"#), "{text}");
    }
}
