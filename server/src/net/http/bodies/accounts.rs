//! The addresses of accounts.
//!
//! ```text
//! POST /api/session         {"secret": S, may_create?, is_bot?} -> {"ticket", "expires_seconds", "account"}
//! POST /api/account/rotate  {"secret": S, "new_secret": T}      -> 204
//! POST /api/account/delete  {"secret": S}                       -> 204
//! ```

use std::net::IpAddr;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::{json, no_content, parse, secret_of};
use crate::hub::{AccountError, Accounts};
use crate::net::http::{Answer, Refusal, Visitor};
use crate::store::AccountKind;

/// What is done with a secret.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::net::http) enum AccountRoute {
    Session,
    Rotate,
    Delete,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SecretBody {
    secret: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SessionBody {
    secret: String,
    /// Whether an account is made if the secret has none. A page that had one before says no, to hear that it is gone.
    #[serde(default = "yes")]
    may_create: bool,
    /// Whether a program plays; only counts when the account is made.
    #[serde(default)]
    is_bot: bool,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RotateBody {
    secret: String,
    new_secret: String,
}

#[derive(Serialize)]
struct SessionAnswer {
    ticket: String,
    expires_seconds: u64,
    account: String,
}

impl AccountRoute {
    /// The route of an address.
    pub(in crate::net::http) fn of(path: &str) -> Option<AccountRoute> {
        match path {
            "/api/session" => Some(AccountRoute::Session),
            "/api/account/rotate" => Some(AccountRoute::Rotate),
            "/api/account/delete" => Some(AccountRoute::Delete),
            _ => None,
        }
    }

    /// Answers a request for it. `client` is to whom a new account is counted.
    pub(in crate::net::http) async fn answer(
        self,
        accounts: &Accounts,
        visitor: &Visitor,
        client: Option<IpAddr>,
        body: &[u8],
    ) -> Result<Answer, Refusal> {
        match self {
            AccountRoute::Session => {
                let SessionBody { secret, may_create, is_bot } = parse(body)?;
                let secret = secret_of(&secret)?;
                let kind = if is_bot { AccountKind::Bot } else { AccountKind::Person };
                let is_known = accounts.is_known(&secret).await.map_err(Refusal::Account)?;
                if !is_known && !may_create {
                    return Err(Refusal::Account(AccountError::NoSuchAccount));
                }
                if !is_known && !visitor.note_account(client, Instant::now()) {
                    return Err(Refusal::TooManyAccounts);
                }
                let session = accounts.open_session(&secret, kind).await;
                let session = session.map_err(Refusal::Account)?;
                if let Some(ban) = accounts.ban(session.account) {
                    return Err(Refusal::Banned(ban));
                }
                let answer = SessionAnswer {
                    ticket: session.ticket.to_text(),
                    expires_seconds: session.expires.as_secs(),
                    account: session.account.to_string(),
                };
                json(&answer)
            }
            AccountRoute::Rotate => {
                let RotateBody { secret, new_secret } = parse(body)?;
                let (old, new) = (secret_of(&secret)?, secret_of(&new_secret)?);
                accounts.rotate(&old, &new).await.map_err(Refusal::Account)?;
                Ok(no_content())
            }
            AccountRoute::Delete => {
                let SecretBody { secret } = parse(body)?;
                accounts.delete(&secret_of(&secret)?).await.map_err(Refusal::Account)?;
                Ok(no_content())
            }
        }
    }
}
