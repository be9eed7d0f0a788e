//! What Endaoment's platforms may ask for: who acts, and what a person, a fund, a
//! pledge and a grant may be.

mod acting;
pub mod check;
mod country;
pub mod fund;
pub mod grant;
pub mod organization;
pub mod person;
pub mod pledge;

use ledger::{FundCommand, FundOutcome, Outcome};
use shared::Code;
use shared::id::PartnerId;

pub use self::acting::{Acting, header};
use super::replay;
use crate::app::App;
use crate::context::hex;
use crate::error::Error;
use crate::store::ledger::{LedgerError, Order};
use crate::vault;

/// The id of a partner in the dialect: a UUID that follows from the partner's own
/// (RFC 9562, version 8).
pub fn client_id(partner_id: &PartnerId) -> String {
    let digest = vault::hash(format!("endaoment {partner_id}"));
    let mut bytes = [0; 16];
    for (byte, digits) in bytes
        .iter_mut()
        .zip(vault::unhex(&digest).unwrap_or_default())
    {
        *byte = digits;
    }
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let text = hex(&bytes);
    [
        &text[..8],
        &text[8..12],
        &text[12..16],
        &text[16..20],
        &text[20..],
    ]
    .join("-")
}

/// Does a command of funds, or says why not in the dialect's words.
async fn submit(
    app: &App,
    partner_id: &PartnerId,
    command: FundCommand,
) -> Result<FundOutcome, Error> {
    let order = Order {
        partner_id: partner_id.clone(),
        command: ledger::Command::Fund(command),
    };
    match app.ledger.submit(order).await {
        Ok(Outcome::Fund(outcome)) => Ok(outcome),
        Ok(other) => Err(Error::internal(format!(
            "a fund's command ended as {other:?}"
        ))),
        Err(LedgerError::Refused(refusal)) => Err(refused(refusal.code)),
        Err(LedgerError::Batch(error)) => Err(error.into()),
    }
}

fn refused(code: Code) -> Error {
    let message = match code {
        Code::IdempotencyKeyReused => return replay::reused(),
        Code::FundNotFound => return fund::unknown(),
        Code::OperationExists => {
            "partnerOperationId was used for another pledge; each pledge needs one of its own"
        }
        Code::TransferExists => {
            "partnerFundingTransferId was used for other grants; a transfer is reported once"
        }
        Code::AmountTooLarge => "the fund would come to hold more than can be counted",
        // All else that the ledger judges was checked by the same measure before;
        // the time is judged again by its own clock.
        Code::ValidationError => {
            return Error::field("inboundCustodianTransfer.settledAtUtc", grant::NOT_SETTLED);
        }
        other => return Error::internal(format!("the ledger refused with {other}")),
    };
    Error::new(code, message)
}
