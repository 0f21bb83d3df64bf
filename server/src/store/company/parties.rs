//! Parties and their members.

use rusqlite::{Connection, Row};

use crate::store::AccountId;
use crate::store::time::UnixSeconds;

/// The number of a party: random, never given twice.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct PartyId(pub u64);

/// A party as the store has it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StoredParty {
    /// Its number.
    pub id: PartyId,
    /// What lets its holder in.
    pub secret: [u8; 16],
    /// Who leads it.
    pub leader: AccountId,
    /// Its members, the leader among them, in the order in which they came.
    pub members: Vec<StoredMember>,
}

/// A member of a party.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StoredMember {
    /// Who.
    pub account: AccountId,
    /// The name when it joined.
    pub name: String,
    /// When it was last on-line.
    pub seen: UnixSeconds,
}

/// A change of parties.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum PartyChange {
    /// A new party with one member, who leads it.
    Open {
        /// Its number.
        id: PartyId,
        /// What lets its holder in.
        secret: [u8; 16],
        /// Its member.
        leader: StoredMember,
    },
    /// An account joins a party.
    Join(PartyId, StoredMember),
    /// An account is in its party no more. A party without members is gone.
    Leave(PartyId, AccountId),
    /// A member leads the party.
    Lead(PartyId, AccountId),
    /// A party has another secret.
    Renew(PartyId, [u8; 16]),
    /// A member was on-line then.
    Seen(AccountId, UnixSeconds),
}

impl PartyChange {
    /// Memory that it holds beside itself, in bytes.
    pub(in crate::store) fn bytes(&self) -> usize {
        match self {
            PartyChange::Open { leader: member, .. } | PartyChange::Join(_, member) => {
                member.name.len()
            }
            PartyChange::Leave(..)
            | PartyChange::Lead(..)
            | PartyChange::Renew(..)
            | PartyChange::Seen(..) => 0,
        }
    }

    /// Writes it to the database.
    pub(in crate::store) fn apply(&self, connection: &Connection) -> rusqlite::Result<()> {
        match self {
            PartyChange::Open { id, secret, leader } => {
                connection.execute(
                    "INSERT INTO parties VALUES (?1, ?2, ?3)",
                    (id.0.cast_signed(), secret, leader.account.0.cast_signed()),
                )?;
                join(connection, *id, leader)
            }
            PartyChange::Join(party, member) => join(connection, *party, member),
            PartyChange::Leave(party, account) => {
                connection.execute(
                    "DELETE FROM party_members WHERE account = ?1 AND party = ?2",
                    (account.0.cast_signed(), party.0.cast_signed()),
                )?;
                drop_empty(connection)
            }
            PartyChange::Lead(party, account) => {
                let change = "UPDATE parties SET leader = ?2 WHERE id = ?1";
                connection.execute(change, (party.0.cast_signed(), account.0.cast_signed()))?;
                Ok(())
            }
            PartyChange::Renew(party, secret) => {
                let change = "UPDATE parties SET secret = ?2 WHERE id = ?1";
                connection.execute(change, (party.0.cast_signed(), secret))?;
                Ok(())
            }
            PartyChange::Seen(account, at) => {
                let change = "UPDATE party_members SET seen = ?2 WHERE account = ?1";
                connection.execute(change, (account.0.cast_signed(), at))?;
                Ok(())
            }
        }
    }
}

/// Whoever was in another party, by an error, is in this one alone from now on. A party that is gone has no members.
fn join(connection: &Connection, party: PartyId, member: &StoredMember) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT OR REPLACE INTO party_members \
         SELECT ?1, id, ?3, ?4, ?4 FROM parties WHERE id = ?2",
        (member.account.0.cast_signed(), party.0.cast_signed(), &member.name, member.seen),
    )?;
    Ok(())
}

fn drop_empty(connection: &Connection) -> rusqlite::Result<()> {
    let change = "DELETE FROM parties WHERE id NOT IN (SELECT party FROM party_members)";
    connection.execute(change, ())?;
    Ok(())
}

/// Forgets that an account was in a party.
pub(in crate::store) fn forget(
    connection: &Connection,
    account: AccountId,
) -> rusqlite::Result<()> {
    let account = [account.0.cast_signed()];
    connection.execute("DELETE FROM party_members WHERE account = ?1", account)?;
    drop_empty(connection)
}

/// All parties that have members, each with a leader among them.
pub(super) fn all(connection: &Connection) -> rusqlite::Result<Vec<StoredParty>> {
    let number = |row: &Row<'_>, index: usize| -> rusqlite::Result<u64> {
        Ok(row.get::<_, i64>(index)?.cast_unsigned())
    };
    let mut select = connection.prepare("SELECT id, secret, leader FROM parties ORDER BY id")?;
    let parties = select.query_map((), |row| {
        let (id, leader) = (PartyId(number(row, 0)?), AccountId(number(row, 2)?));
        Ok(StoredParty { id, secret: row.get(1)?, leader, members: Vec::new() })
    })?;
    let mut members = connection.prepare(
        "SELECT account, name, seen FROM party_members WHERE party = ?1 ORDER BY joined, account",
    )?;
    let mut found = Vec::new();
    for party in parties {
        let mut party = party?;
        let of_party = members.query_map([party.id.0.cast_signed()], |row| {
            let account = AccountId(number(row, 0)?);
            Ok(StoredMember { account, name: row.get(1)?, seen: row.get(2)? })
        })?;
        party.members = of_party.collect::<rusqlite::Result<_>>()?;
        let Some(first) = party.members.first() else { continue };
        // The leader's account may have been deleted.
        if party.members.iter().all(|member| member.account != party.leader) {
            party.leader = first.account;
        }
        found.push(party);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::database::Database;

    const PARTY: PartyId = PartyId(u64::MAX - 7);

    fn member(id: u64, seen: UnixSeconds) -> StoredMember {
        StoredMember { account: AccountId(u64::MAX - id), name: format!("P{id}"), seen }
    }

    #[test]
    fn a_party_is_read_back_with_its_members_until_the_last_one_is_gone() {
        let database = Database::in_memory().unwrap();
        let connection = database.prepare().unwrap();
        let apply = |change: PartyChange| change.apply(&connection).unwrap();
        let id = |n: u64| member(n, 0).account;
        let open =
            |party, secret, leader| PartyChange::Open { id: party, secret: [secret; 16], leader };
        apply(open(PARTY, 1, member(1, 10)));
        apply(PartyChange::Join(PARTY, member(2, 20)));
        apply(PartyChange::Join(PARTY, member(3, 20)));
        apply(PartyChange::Join(PartyId(5), member(4, 20)));
        apply(PartyChange::Seen(id(1), 90));
        apply(PartyChange::Renew(PARTY, [9; 16]));
        let party = |leader, members: &[StoredMember]| StoredParty {
            id: PARTY,
            secret: [9; 16],
            leader,
            members: members.to_vec(),
        };
        // Of those who came in the same second the lower number is the first.
        let members = [member(1, 90), member(3, 20), member(2, 20)];
        assert_eq!(all(&connection).unwrap(), [party(id(1), &members)]);
        apply(PartyChange::Lead(PARTY, id(2)));
        apply(PartyChange::Leave(PARTY, id(1)));
        let members = [member(3, 20), member(2, 20)];
        assert_eq!(all(&connection).unwrap(), [party(id(2), &members)]);
        apply(PartyChange::Leave(PartyId(5), id(2)));
        forget(&connection, id(2)).unwrap();
        assert_eq!(all(&connection).unwrap(), [party(id(3), &[member(3, 20)])], "somebody leads");
        apply(PartyChange::Leave(PARTY, id(3)));
        let rows = connection
            .query_row("SELECT count(*) FROM parties", (), |row| row.get::<_, u32>(0))
            .unwrap();
        assert_eq!((all(&connection).unwrap().len(), rows), (0, 0));
    }
}
