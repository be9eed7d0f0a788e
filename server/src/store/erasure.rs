//! The traces of a person outside of the users: in gifts, and in answers that
//! are kept. Events and the ledger know people by their ids alone.

use shared::id::{ExternalUserId, PartnerId};
use shared::time::Timestamp;
use shared::user::User;
use sqlx::{AssertSqlSafe, Error};

use super::Connection;
use super::row::Columns as _;
use super::sql::{Dialect, json};
use super::user::folded;

/// Keeps the workers from the gifts of an address until the transaction ends.
/// Answers false if one of them has such a gift in hand already.
pub async fn hold_jobs(
    conn: &mut Connection,
    dialect: Dialect,
    partner_id: &PartnerId,
    (email, now): (&str, Timestamp),
) -> Result<bool, Error> {
    let rows = sqlx::query(AssertSqlSafe(format!(
        "SELECT j.leased_until
         FROM donations d JOIN jobs j ON j.partner_id = d.partner_id AND j.subject_id = d.id
         WHERE d.partner_id = $1 AND d.donor_email_folded = $2 {}",
        dialect.lock()
    )))
    .bind(partner_id.as_str())
    .bind(folded(email))
    .fetch_all(conn)
    .await?;
    for row in rows {
        if row.time("leased_until")? > now {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Names the user to whom the rewards go that are still due for gifts from an
/// address, so that they find their way without it.
pub async fn name_donor(
    conn: &mut Connection,
    partner_id: &PartnerId,
    email: &str,
    external_id: &ExternalUserId,
) -> Result<(), Error> {
    sqlx::query(
        "UPDATE donations SET external_user_id = $1
         WHERE partner_id = $2 AND donor_email_folded = $3 AND external_user_id IS NULL
             AND status = 'COMPLETED' AND reward_status = 'PENDING'",
    )
    .bind(external_id.as_str())
    .bind(partner_id.as_str())
    .bind(folded(email))
    .execute(conn)
    .await?;
    Ok(())
}

macro_rules! forget_donors {
    ($which:literal) => {
        concat!(
            "UPDATE donations SET donor_email = NULL, donor_email_folded = NULL, first_name = NULL,
                 last_name = NULL, metadata = '{}'
             WHERE partner_id = $1 AND ",
            $which
        )
    };
}

/// What was noted of sessions for nobody in particular, in which such gifts were
/// begun.
macro_rules! forget_sessions {
    ($which:literal) => {
        concat!(
            "UPDATE donation_sessions SET metadata = NULL
             WHERE partner_id = $1 AND user_id IS NULL AND id IN (
                 SELECT session_id FROM donations
                 WHERE partner_id = $1 AND session_id IS NOT NULL AND ",
            $which,
            ")"
        )
    };
}

/// The sessions first: the gifts no longer tell afterwards whose they were.
macro_rules! forget {
    ($which:literal) => {
        [forget_sessions!($which), forget_donors!($which)]
    };
}

/// Erases who gave from the gifts in the user's name, from the user's address
/// and for the user's reward, and what was noted of their sessions and of those
/// for the user: one statement each, so that each has its index.
pub async fn forget_donor(
    conn: &mut Connection,
    partner_id: &PartnerId,
    user: &User,
) -> Result<(), Error> {
    let by_name = forget!("external_user_id = $2");
    let by_address = forget!("donor_email_folded = $2");
    let by_reward = forget!(
        "id IN (SELECT a.donation_id FROM transactions t
             JOIN actions a ON a.partner_id = t.partner_id AND a.id = t.action_id
             WHERE t.partner_id = $1 AND t.user_id = $2 AND a.donation_id IS NOT NULL)"
    );
    let ways = [
        (by_name, Some(user.external_user_id.0.clone())),
        (by_address, user.email.as_deref().map(folded)),
        (by_reward, Some(user.id.0.clone())),
    ];
    for (statements, value) in ways {
        for sql in statements {
            sqlx::query(sql)
                .bind(partner_id.as_str())
                .bind(value.as_deref())
                .execute(&mut *conn)
                .await?;
        }
    }
    sqlx::query(
        "UPDATE donation_sessions SET metadata = NULL WHERE partner_id = $1 AND user_id = $2",
    )
    .bind(partner_id.as_str())
    .bind(user.external_user_id.as_str())
    .execute(conn)
    .await?;
    Ok(())
}

/// Puts the user as it is now into the answers that told of it.
pub async fn rewrite_answers(
    conn: &mut Connection,
    partner_id: &PartnerId,
    user: &User,
) -> Result<(), Error> {
    sqlx::query("UPDATE replays SET answer = $1 WHERE partner_id = $2 AND subject_id = $3")
        .bind(json(user)?)
        .bind(partner_id.as_str())
        .bind(user.id.as_str())
        .execute(conn)
        .await?;
    Ok(())
}
