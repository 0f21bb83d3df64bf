//! Bans and mutes: rows of the database, and the list of those in force, which is in memory.
//!
//! ```text
//! Record::Sanction --> sanctions (table) --after the commit--> Sanctions --find--> a request, a room, chat
//! ```
//!
//! Whoever asks never waits for the disk: the list is replaced as a whole when a commit has changed it.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use ipnet::IpNet;
use rusqlite::Connection;
use tracing::error;

use super::accounts::AccountId;
use super::time::{UnixSeconds, in_words, unix_seconds};

/// A ban or a mute.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sanction {
    /// What is forbidden.
    pub kind: SanctionKind,
    /// For whom.
    pub target: SanctionTarget,
    /// The reason, as it is told to the player.
    pub reason: String,
    /// Who decided it.
    pub made_by: String,
    /// Since when.
    pub made: UnixSeconds,
    /// Until when; `None`: for ever.
    pub ends: Option<UnixSeconds>,
}

/// What is forbidden.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum SanctionKind {
    /// To enter.
    Ban,
    /// To speak.
    Mute,
}

/// For whom something is forbidden.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum SanctionTarget {
    /// For an account.
    Account(AccountId),
    /// For everyone in a network, as in `203.0.113.0/24`.
    Network(IpNet),
}

impl SanctionKind {
    /// Its word in the database.
    pub fn label(self) -> &'static str {
        match self {
            SanctionKind::Ban => "ban",
            SanctionKind::Mute => "mute",
        }
    }
}

impl SanctionTarget {
    /// Everyone at an address: itself, or the /64 of IPv6, in which a device changes its address as it likes.
    pub fn address(address: IpAddr) -> SanctionTarget {
        SanctionTarget::network(IpNet::from(address))
    }

    /// Everyone in a network, which is at least the /64 of IPv6.
    pub fn network(network: IpNet) -> SanctionTarget {
        SanctionTarget::Network(widened(network))
    }
}

/// As the player reads it.
impl fmt::Display for Sanction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            SanctionKind::Ban => f.write_str("you are banned from this server")?,
            SanctionKind::Mute => f.write_str("you may not speak on this server")?,
        }
        if let Some(ends) = self.ends {
            write!(f, " until {}", in_words(ends))?;
        }
        if self.reason.is_empty() { Ok(()) } else { write!(f, ": {}", self.reason) }
    }
}

impl Sanction {
    /// Writes it to the database.
    pub(super) fn apply(&self, connection: &Connection) -> rusqlite::Result<()> {
        let (account, network) = match &self.target {
            SanctionTarget::Account(id) => (Some(id.0.cast_signed()), None),
            SanctionTarget::Network(network) => (None, Some(network.to_string())),
        };
        connection.execute(
            "INSERT INTO sanctions (kind, account, network, reason, made_by, made, ends) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            (
                self.kind.label(),
                account,
                network,
                &self.reason,
                &self.made_by,
                self.made,
                self.ends,
            ),
        )?;
        Ok(())
    }

    fn is_over(&self, now: UnixSeconds) -> bool {
        self.ends.is_some_and(|ends| ends <= now)
    }
}

/// Ends a sanction before its time.
pub(super) fn end(connection: &Connection, id: i64, at: UnixSeconds) -> rusqlite::Result<()> {
    connection.execute(
        "UPDATE sanctions SET ends = min(coalesce(ends, ?2), ?2) WHERE id = ?1",
        (id, at),
    )?;
    Ok(())
}

/// The sanctions in force. Clones are the same list.
#[derive(Clone, Debug, Default)]
pub struct Sanctions(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    list: RwLock<List>,
    /// Rises with each change.
    version: AtomicU64,
}

#[derive(Debug, Default)]
struct List {
    by_target: HashMap<(SanctionKind, SanctionTarget), Arc<Sanction>>,
    /// Lengths of the networks in the list.
    lengths: BTreeSet<u8>,
}

impl Sanctions {
    /// The ban of somebody who comes from `address`, if there is one.
    pub fn ban(
        &self,
        account: Option<AccountId>,
        address: Option<IpAddr>,
    ) -> Option<Arc<Sanction>> {
        self.find(SanctionKind::Ban, account, address, unix_seconds())
    }

    /// The mute of an account, if there is one.
    pub fn mute(&self, account: AccountId) -> Option<Arc<Sanction>> {
        self.find(SanctionKind::Mute, Some(account), None, unix_seconds())
    }

    /// Rises whenever the list changes.
    pub fn version(&self) -> u64 {
        self.0.version.load(Ordering::Acquire)
    }

    fn find(
        &self,
        kind: SanctionKind,
        account: Option<AccountId>,
        address: Option<IpAddr>,
        now: UnixSeconds,
    ) -> Option<Arc<Sanction>> {
        let list = self.0.list.read().unwrap_or_else(PoisonError::into_inner);
        let network = |length: &u8| IpNet::new(address?.to_canonical(), *length).ok();
        let networks = list.lengths.iter().filter_map(network);
        let networks = networks.map(|network| SanctionTarget::Network(network.trunc()));
        account
            .map(SanctionTarget::Account)
            .into_iter()
            .chain(networks)
            .filter_map(|target| list.by_target.get(&(kind, target)))
            .find(|sanction| !sanction.is_over(now))
            .cloned()
    }

    /// Reads the list anew.
    pub(super) fn refresh(&self, connection: &Connection) -> rusqlite::Result<()> {
        let (mut by_target, mut lengths) = (HashMap::new(), BTreeSet::new());
        for (_, sanction) in in_force(connection)? {
            if let SanctionTarget::Network(network) = &sanction.target {
                lengths.insert(network.prefix_len());
            }
            // Of two for one target the longer one counts.
            let ends = |sanction: &Sanction| sanction.ends.unwrap_or(UnixSeconds::MAX);
            let kept = by_target
                .entry((sanction.kind, sanction.target.clone()))
                .or_insert_with(|| Arc::new(sanction.clone()));
            if ends(kept) < ends(&sanction) {
                *kept = Arc::new(sanction);
            }
        }
        *self.0.list.write().unwrap_or_else(PoisonError::into_inner) = List { by_target, lengths };
        self.0.version.fetch_add(1, Ordering::Release);
        Ok(())
    }
}

/// The sanctions in force with their numbers, the newest first. One of an account and a network is two.
pub(super) fn in_force(connection: &Connection) -> rusqlite::Result<Vec<(i64, Sanction)>> {
    let mut select = connection.prepare(
        "SELECT kind, account, network, reason, made_by, made, ends, id FROM sanctions \
         WHERE ends IS NULL OR ends > ?1 ORDER BY id DESC",
    )?;
    let mut rows = select.query([unix_seconds()])?;
    let mut list = Vec::new();
    while let Some(row) = rows.next()? {
        let kind = match row.get_ref(0)?.as_str()? {
            "ban" => SanctionKind::Ban,
            _ => SanctionKind::Mute,
        };
        let (account, network) =
            (row.get::<_, Option<AccountId>>(1)?, row.get::<_, Option<String>>(2)?);
        let account = account.map(SanctionTarget::Account);
        let network = network.and_then(|text| match text.parse::<IpNet>() {
            Ok(network) => Some(widened(network)),
            Err(error) => {
                error!(text, %error, "a sanction of what is no network is not in force");
                None
            }
        });
        for target in account.into_iter().chain(network.map(SanctionTarget::Network)) {
            let sanction = Sanction {
                kind,
                target,
                reason: row.get(3)?,
                made_by: row.get(4)?,
                made: row.get(5)?,
                ends: row.get(6)?,
            };
            list.push((row.get(7)?, sanction));
        }
    }
    Ok(list)
}

/// IPv4 in its one form, and no part of an IPv6 network that one device has for itself.
fn widened(network: IpNet) -> IpNet {
    let mapped = match network {
        IpNet::V6(v6) if v6.prefix_len() >= 96 => v6
            .addr()
            .to_ipv4_mapped()
            .and_then(|address| IpNet::new(address.into(), v6.prefix_len() - 96).ok()),
        _ => None,
    };
    let network = mapped.unwrap_or(network);
    let length = match network {
        IpNet::V4(v4) => v4.prefix_len(),
        IpNet::V6(v6) => v6.prefix_len().min(DEVICE_PREFIX_MAX),
    };
    IpNet::new(network.addr(), length).unwrap_or(network).trunc()
}

/// A device with IPv6 has at least a network of this length.
const DEVICE_PREFIX_MAX: u8 = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::database::Database;

    const ADA: AccountId = AccountId(u64::MAX - 7);

    fn sanction(kind: SanctionKind, target: SanctionTarget, ends: Option<UnixSeconds>) -> Sanction {
        let (reason, made_by) = ("ramming".to_owned(), "host".to_owned());
        Sanction { kind, target, reason, made_by, made: 0, ends }
    }

    fn network(text: &str) -> SanctionTarget {
        SanctionTarget::Network(text.parse().unwrap())
    }

    fn address(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    /// The list of a database with these sanctions.
    fn in_force(sanctions: &[Sanction]) -> Sanctions {
        let database = Database::in_memory().unwrap();
        let connection = database.prepare().unwrap();
        sanctions.iter().for_each(|sanction| sanction.apply(&connection).unwrap());
        let list = Sanctions::default();
        list.refresh(&connection).unwrap();
        list
    }

    #[test]
    fn a_ban_of_a_network_is_for_everyone_in_it_and_for_nobody_else() {
        let ban = |target| sanction(SanctionKind::Ban, target, None);
        let list = in_force(&[
            ban(network("203.0.113.0/24")),
            ban(SanctionTarget::address("198.51.100.7".parse().unwrap())),
            ban(SanctionTarget::address("2001:db8:0:1::1".parse().unwrap())),
            ban(network("2001:db8:1:2::9/128")),
        ]);
        for (text, is_banned) in [
            ("203.0.113.9", true),
            ("::ffff:203.0.113.9", true),
            ("203.0.114.9", false),
            ("198.51.100.7", true),
            ("198.51.100.8", false),
            ("2001:db8:0:1:ffff::1", true),
            ("2001:db8:0:2::1", false),
            ("2001:db8:1:2::1", true),
        ] {
            assert_eq!(list.ban(None, address(text)).is_some(), is_banned, "{text}");
        }
        assert_eq!(list.ban(Some(ADA), None), None);
    }

    #[test]
    fn a_mute_is_no_ban_and_each_ends_at_its_time() {
        let (ban, mute) = (SanctionKind::Ban, SanctionKind::Mute);
        let later = unix_seconds() + 1_000;
        let ada = SanctionTarget::Account(ADA);
        let list = in_force(&[
            sanction(mute, ada.clone(), None),
            sanction(ban, ada.clone(), Some(later)),
            sanction(ban, ada.clone(), Some(later - 500)),
            sanction(ban, SanctionTarget::Account(AccountId(8)), Some(10)),
        ]);
        assert!(list.mute(ADA).is_some() && list.mute(AccountId(8)).is_none());
        let ends = |now| list.find(ban, Some(ADA), None, now).and_then(|ban| ban.ends);
        assert_eq!((ends(later - 1), ends(later)), (Some(later), None));
        assert_eq!(list.ban(Some(AccountId(8)), None), None);
    }

    #[test]
    fn a_player_reads_until_when_and_why() {
        let ada = SanctionTarget::Account(ADA);
        let ban = sanction(SanctionKind::Ban, ada.clone(), Some(1_000_000_000));
        assert_eq!(
            ban.to_string(),
            "you are banned from this server until 2001-09-09 01:46 UTC: ramming"
        );
        let mute = Sanction { reason: String::new(), ..sanction(SanctionKind::Mute, ada, None) };
        assert_eq!(mute.to_string(), "you may not speak on this server");
    }
}
