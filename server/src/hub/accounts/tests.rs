//! Accounts on a disk that fails.

use driftfield_shared::protocol::{AccountSecret, AccountTicket};

use super::*;
use crate::store::Failure;
use crate::store::tests::{Fault, Rig};

fn secret(n: u8) -> AccountSecret {
    AccountSecret([n; 16])
}

#[tokio::test]
async fn while_nothing_can_be_saved_accounts_that_exist_get_in_and_new_ones_are_not_promised() {
    let rig = Rig::new("accounts");
    let accounts = Accounts::new(rig.handle());
    let before = accounts.open_session(&secret(1), AccountKind::Person).await.unwrap();
    rig.disk.set(Fault::Full);
    let new = accounts.open_session(&secret(2), AccountKind::Person).await;
    assert_eq!(new, Err(AccountError::Unavailable));
    rig.wait_failure(Failure::DiskFull);
    let again = accounts.open_session(&secret(1), AccountKind::Person).await.unwrap();
    assert_eq!(again.account, before.account);
    assert_eq!(accounts.rotate(&secret(1), &secret(3)).await, Err(AccountError::Unavailable));
    rig.disk.set(Fault::None);
    rig.wait_durable(rig.handle().submit(Batch::new()).unwrap());
    // What could not be promised was made all the same when the disk was well again.
    assert!(accounts.is_known(&secret(2)).await.unwrap());
    let rotated = accounts.open_session(&secret(3), AccountKind::Person).await.unwrap();
    assert_eq!(rotated.account, before.account);
}

#[tokio::test]
async fn a_ticket_stands_for_its_account() {
    let rig = Rig::new("tickets");
    let accounts = Accounts::new(rig.handle());
    let session = accounts.open_session(&secret(1), AccountKind::Bot).await.unwrap();
    let now = Instant::now();
    assert_eq!(accounts.redeem(&session.ticket, now), Some(session.account));
    assert_eq!(accounts.redeem(&AccountTicket([0; 16]), now), None);
    assert_eq!(accounts.redeem(&session.ticket, now + session.expires), None);
}
