//! The roles of accounts: a column of their table, and in memory the few that are not players.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use driftfield_shared::protocol::Role;
use rusqlite::Connection;

use crate::store::AccountId;

/// The roles of accounts. Clones are the same list.
#[derive(Clone, Debug, Default)]
pub struct Roles(Arc<RwLock<HashMap<AccountId, Role>>>);

impl Roles {
    /// The role of an account.
    pub fn of(&self, account: AccountId) -> Role {
        let roles = self.0.read().unwrap_or_else(PoisonError::into_inner);
        roles.get(&account).copied().unwrap_or_default()
    }

    /// Accounts with a role above player.
    pub fn count(&self) -> usize {
        self.0.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Reads the list anew.
    pub(in crate::store) fn refresh(&self, connection: &Connection) -> rusqlite::Result<()> {
        let mut select =
            connection.prepare("SELECT id, role FROM accounts WHERE role <> 'player'")?;
        let rows = select.query_map((), |row| {
            let role = Role::of_word(row.get_ref(1)?.as_str()?).unwrap_or_default();
            Ok((row.get(0)?, role))
        })?;
        let roles = rows.collect::<rusqlite::Result<HashMap<AccountId, Role>>>()?;
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = roles;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::Rig;
    use crate::store::{AccountChange, AccountKind, Batch, SecretHash};

    #[test]
    fn a_role_is_in_force_when_it_is_durable_and_goes_with_its_account() {
        let rig = Rig::new("roles");
        let (handle, id, secret) = (rig.handle(), AccountId(u64::MAX - 3), SecretHash([7; 32]));
        let submit = |change| rig.wait_durable(handle.submit(Batch::of(change)).unwrap());
        submit(AccountChange::Create { id, secret, kind: AccountKind::Person, at: 5 });
        assert_eq!(handle.roles().of(id), Role::Player);
        submit(AccountChange::SetRole { id, role: Role::Moderator });
        assert_eq!((handle.roles().of(id), handle.roles().count()), (Role::Moderator, 1));
        assert_eq!(handle.account(id).unwrap().unwrap().role, Role::Moderator);
        submit(AccountChange::Rename { id, name: "Ada".into() });
        let named = handle.accounts_named("ADA", 2).unwrap();
        assert_eq!(named.iter().map(|account| account.id).collect::<Vec<_>>(), [id]);
        submit(AccountChange::Delete { secret });
        assert_eq!((handle.roles().of(id), handle.roles().count()), (Role::Player, 0));
    }
}
