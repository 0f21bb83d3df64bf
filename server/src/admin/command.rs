//! What the host can ask for, on the command line and as a line of JSON.

use std::net::IpAddr;
use std::str::FromStr;

use clap::Subcommand;
use driftfield_shared::protocol::{AccountTag, NetworkTag, Role, Term};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::hub::{HostSubject, Subject};
use crate::store::AccountId;

/// A command to a running server.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize, Subcommand)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub enum AdminCommand {
    /// Lists who is on-line, with addresses
    Players {},
    /// Lists the rooms
    Rooms {},
    /// Says something to everyone
    #[command(alias = "announce")]
    #[serde(alias = "announce")]
    Say {
        /// What
        text: String,
    },
    /// Takes somebody's right to speak away for a time
    Mute {
        /// A name, or account:TAG
        who: String,
        /// As in 10m, 2h, 3d, 1w or forever
        #[arg(value_parser = checked_term)]
        time: String,
        /// Why, as the player reads it
        #[arg(default_value = "")]
        #[serde(default)]
        note: String,
    },
    /// Gives it back
    Unmute {
        /// A name, or account:TAG
        who: String,
    },
    /// Sends somebody out, for a minute at least
    Kick {
        /// A name, or account:TAG
        who: String,
        /// Why, as the player reads it
        #[arg(default_value = "")]
        #[serde(default)]
        note: String,
    },
    /// Lets somebody, or a network, not in any more for a time
    Ban {
        /// A name, account:TAG, network:HASH, or address:IP, also with a length as in 203.0.113.0/24
        who: String,
        /// As in 10m, 2h, 3d, 1w or forever
        #[arg(value_parser = checked_term)]
        time: String,
        /// Why, as the player reads it
        #[arg(default_value = "")]
        #[serde(default)]
        note: String,
    },
    /// Ends a ban
    Unban {
        /// As of a ban
        who: String,
    },
    /// Lists the bans and mutes in force
    Bans {},
    /// Gives an account a role
    Role {
        /// A name, or account:TAG
        who: String,
        /// player, helper, moderator or admin
        #[arg(value_parser = checked_role)]
        role: String,
    },
    /// Shows what players reported, the newest last
    Reports {
        /// How many
        #[arg(long, value_name = "N", default_value_t = COUNT_DEFAULT)]
        #[serde(default = "count_default")]
        count: u32,
    },
    /// Shows what was done, the newest last
    Audit {
        /// How many lines
        #[arg(long, value_name = "N", default_value_t = COUNT_DEFAULT)]
        #[serde(default = "count_default")]
        count: u32,
    },
    /// Ends the server in some minutes, and tells everyone; again: at another time
    StopIn {
        /// Minutes, at most a day; 0: at once
        #[arg(value_parser = clap::value_parser!(u32).range(0..=STOP_MINUTES_MAX as i64))]
        minutes: u32,
    },
    /// Does not end it
    StopCancel {},
}

/// Whom the host means.
///
/// # Errors
/// A sentence.
pub fn subject(who: &str) -> Result<HostSubject, String> {
    let hex = |digits: &str, length: usize| {
        (digits.len() == length).then(|| u64::from_str_radix(digits, 16).ok()).flatten()
    };
    if let Some(tag) = who.strip_prefix("account:") {
        let tag = hex(tag, 16).map(AccountTag);
        let AccountTag(id) =
            tag.ok_or_else(|| format!("{tag_help}, not {who:?}", tag_help = TAG))?;
        return Ok(HostSubject::Subject(Subject::Account(AccountId(id))));
    }
    if let Some(hash) = who.strip_prefix("network:") {
        let hash = hex(hash, 10).map(NetworkTag).ok_or_else(|| format!("{HASH}, not {who:?}"))?;
        return Ok(HostSubject::Subject(Subject::Network(hash)));
    }
    let address = who.strip_prefix("address:");
    if let Some(network) = network(address.unwrap_or(who)) {
        return Ok(HostSubject::Network(network));
    }
    match address {
        Some(address) => Err(format!("{address:?} is no address and no network")),
        None if who.trim().is_empty() => Err("a name is needed".to_owned()),
        None => Ok(HostSubject::Subject(Subject::Name(who.to_owned()))),
    }
}

fn network(text: &str) -> Option<IpNet> {
    IpNet::from_str(text).ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

fn checked_term(text: &str) -> Result<String, String> {
    text.parse::<Term>().map(|term| term.to_string()).map_err(|error| error.to_string())
}

fn checked_role(text: &str) -> Result<String, String> {
    let role = Role::of_word(text);
    role.map(|role| role.word().to_owned()).ok_or_else(|| ROLES.to_owned())
}

fn count_default() -> u32 {
    COUNT_DEFAULT
}

/// Reports and lines that are shown if nothing is said.
const COUNT_DEFAULT: u32 = 50;
/// Reports and lines that are shown at most.
pub const COUNT_MAX: u32 = 1_000;
/// Longest time until an announced end: a day.
pub const STOP_MINUTES_MAX: u32 = 1_440;
/// The roles, for a mistake.
pub const ROLES: &str = "a role is player, helper, moderator or admin";
const TAG: &str = "an account is account: and 16 hexadecimal digits";
const HASH: &str = "a network is network: and 10 hexadecimal digits";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_is_meant_by_name_account_network_or_address() {
        let read = |who: &str| format!("{:?}", subject(who).unwrap());
        assert!(read("Eve").contains("Name(\"Eve\")"));
        assert!(read("account:00000000000000ff").contains("AccountId(255)"));
        assert!(read("network:00000000ff").contains("NetworkTag(255)"));
        assert!(read("203.0.113.7").contains("203.0.113.7/32"));
        assert!(read("address:2001:db8::/32").contains("2001:db8::/32"));
        for who in ["", " ", "account:ff", "network:zzzzzzzzzz", "address:Eve"] {
            assert!(subject(who).is_err(), "{who}");
        }
    }

    #[test]
    fn a_command_is_a_line_of_json_and_what_is_unknown_is_refused() {
        let mute = r#"{"command":"mute","who":"Eve","time":"10m"}"#;
        let read: AdminCommand = serde_json::from_str(mute).unwrap();
        let (who, time, note) = ("Eve".to_owned(), "10m".to_owned(), String::new());
        assert_eq!(read, AdminCommand::Mute { who, time, note });
        let stop = r#"{"command":"stop-in","minutes":5}"#;
        assert_eq!(
            serde_json::from_str::<AdminCommand>(stop).unwrap(),
            AdminCommand::StopIn { minutes: 5 }
        );
        let players = r#"{"command":"players"}"#;
        assert!(serde_json::from_str::<AdminCommand>(players).is_ok());
        for wrong in [
            r#"{"command":"explode"}"#,
            r#"{"command":"kick"}"#,
            r#"{"command":"kick","who":"Eve","how":"hard"}"#,
        ] {
            assert!(serde_json::from_str::<AdminCommand>(wrong).is_err(), "{wrong}");
        }
    }
}
