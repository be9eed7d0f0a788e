//! `giving donations`: what an operator does for a gift.

use clap::{Args, Subcommand};
use shared::donation::{Refund, RefundDonation};
use shared::id::DonationId;
use shared::money::Minor;

use super::output::{self, Shape};
use super::{CommandError, Flags};
use crate::context::Context;
use crate::domain::donation;
use crate::error::Error;
use crate::store::{self, Db};

#[derive(Debug, Args)]
pub(super) struct Donations {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    shape: Shape,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Give a paid gift back, whole or in part, and take back its reward
    Refund {
        id: DonationId,
        /// In minor units, the tip included; without it, all that is left
        #[arg(long, value_name = "MINOR_UNITS")]
        amount: Option<i64>,
        /// So that the command, given again, gives nothing back twice
        #[arg(long, value_name = "KEY")]
        idempotency_key: Option<String>,
    },
}

/// Why a gift was not given back.
#[derive(Debug, thiserror::Error)]
pub enum DonationsError {
    #[error("no donation has the id {0}")]
    Unknown(DonationId),
    #[error("the donation {0} is not given back: {1}")]
    Refused(DonationId, String),
}

/// What is wrong with a field says more than that there is one.
fn reason(error: &Error) -> String {
    match error.errors.first() {
        Some(field) => format!("{} {}", field.field, field.message),
        None => error.message.clone(),
    }
}

impl Donations {
    pub(super) async fn run(self, flags: &Flags) -> Result<(), CommandError> {
        let db = flags.database().await?;
        let Action::Refund {
            id,
            amount,
            idempotency_key,
        } = self.action;
        let context = Context::system();
        let key = idempotency_key.unwrap_or_else(|| format!("operator_{}", context.uuid()));
        let asked = RefundDonation {
            id,
            amount: amount.map(Minor),
            idempotency_key: key,
        };
        let refund = refund((&db, &context), asked).await?;
        db.close().await;
        if self.shape.json {
            return output::json(&refund);
        }
        let major = |amount| format!("{} {}", refund.currency.major(amount), refund.currency);
        output::fields(&[
            ("refund", refund.refund_id.to_string()),
            ("donation", refund.partner_donation_id.to_string()),
            ("status", refund.status.to_string()),
            ("given back", major(refund.amount)),
            ("in all", major(refund.amount_refunded)),
        ])
    }
}

/// A running server takes the reward back within a second.
async fn refund(
    (db, context): (&Db, &Context),
    asked: RefundDonation,
) -> Result<Refund, CommandError> {
    let id = asked.id.clone();
    let partner = store::donation::partner_of(&mut *db.read().await?, &id).await?;
    let partner = partner.ok_or_else(|| DonationsError::Unknown(id.clone()))?;
    let done = donation::refund((db, context), &partner, asked).await;
    let refused = |error: Error| DonationsError::Refused(id, reason(&error));
    Ok(done.map_err(refused)?.answer)
}
