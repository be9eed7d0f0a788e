//! Who tries in vain too often has to wait: of each account and each address so
//! many tries in a while. A try counts before its outcome is known, so that many
//! at once are no more than many in turn.

use std::net::IpAddr;

use shared::Code;

use crate::app::App;
use crate::auth::limit::network;
use crate::error::Error;
use crate::store::Connection;
use crate::store::failure::{self, WINDOW_MS};
use crate::store::user::folded;
use crate::vault;

/// The tries in vain of an account or an address that are heard.
const MAX_FAILURES: i64 = 10;

/// What is tried; each is counted apart.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    SignIn,
    /// A link for a new password, which is always in vain: nobody learns more.
    NewPassword,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::NewPassword => "new password",
        }
    }
}

/// A try that was counted for an account and an address.
#[derive(Debug)]
pub(crate) struct Tries {
    account: String,
    address: String,
}

impl Tries {
    /// Counts a try, or refuses it. An unknown account counts like any other.
    pub(crate) async fn count(
        app: &App,
        purpose: Purpose,
        (account, address): (&str, IpAddr),
    ) -> Result<Self, Error> {
        let purpose = purpose.as_str();
        let (account, address) = (folded(account), network(address));
        let tries = Self {
            account: vault::hash(format!("{purpose} account {account}")),
            address: vault::hash(format!("{purpose} address {address}")),
        };
        let mut tx = app.db.write().await?;
        // In one order, so that no two wait for each other.
        let mut subjects = [&tries.account, &tries.address];
        subjects.sort_unstable();
        for subject in subjects {
            count(app, &mut tx, subject).await?;
        }
        tx.commit().await?;
        Ok(tries)
    }

    /// It was not in vain: the account begins anew, and the address has one less.
    pub(crate) async fn give_back(self, conn: &mut Connection) -> Result<(), Error> {
        failure::forget(conn, &self.account).await?;
        failure::give_back(conn, &self.address).await?;
        Ok(())
    }
}

/// One that is refused is not counted: it does not prolong the wait.
async fn count(app: &App, conn: &mut Connection, subject: &str) -> Result<(), Error> {
    let now = app.context.now();
    let (failures, since) = failure::count(conn, subject, now).await?;
    if failures <= MAX_FAILURES {
        return Ok(());
    }
    let wait_ms = since.plus_ms(WINDOW_MS).0 - now.0;
    let seconds = u32::try_from((wait_ms + 999) / 1_000).unwrap_or(1).max(1);
    let message = format!("too many tries; try again in {seconds} seconds");
    Err(Error::new(Code::RateLimited, message).retry_after(seconds))
}
