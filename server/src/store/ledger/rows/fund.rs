//! The tables of funds.

use ledger::{Fund, FundTransaction, Pledge, Submission};
use shared::id::{FundId, PartnerId, TransactionId};
use shared::time::Timestamp;
use sqlx::Error;

use crate::store::sql::Column::{Number, Text};
use crate::store::sql::{Rows, Table};

pub(in crate::store::ledger) const FUND_BALANCES: Table = Table {
    name: "fund_balances",
    columns: &[
        Text("partner_id"),
        Text("fund_id"),
        Number("balance"),
        Number("pledged"),
        Number("transferred"),
        Number("granted"),
        Number("updated_at"),
    ],
    conflict: "ON CONFLICT (partner_id, fund_id) DO UPDATE SET balance = excluded.balance, \
        pledged = excluded.pledged, transferred = excluded.transferred, granted = excluded.granted, \
        updated_at = excluded.updated_at",
};

pub(in crate::store::ledger) fn push_fund_balance(
    rows: &mut Rows,
    partner: &PartnerId,
    (id, fund): (&FundId, &Fund),
) -> Result<(), Error> {
    rows.push([
        partner.as_str().into(),
        id.as_str().into(),
        fund.balance.0.into(),
        fund.pledged.0.into(),
        fund.transferred.0.into(),
        fund.granted.0.into(),
        fund.updated_at.0.into(),
    ])
}

pub(in crate::store::ledger) const FUND_TRANSACTIONS: Table = Table {
    name: "fund_transactions",
    columns: &[
        Text("partner_id"),
        Text("id"),
        Text("type"),
        Text("fund_id"),
        Number("amount"),
        Number("created_at"),
    ],
    conflict: "",
};

pub(in crate::store::ledger) fn push_fund_transaction(
    rows: &mut Rows,
    partner: &PartnerId,
    transaction: &FundTransaction,
) -> Result<(), Error> {
    rows.push([
        partner.as_str().into(),
        transaction.id.as_str().into(),
        transaction.kind.as_str().into(),
        transaction.fund_id.as_str().into(),
        transaction.amount.0.into(),
        transaction.created_at.0.into(),
    ])
}

pub(in crate::store::ledger) const PLEDGES: Table = Table {
    name: "pledges",
    columns: &[
        Text("partner_id"),
        Text("id"),
        Text("idempotency_key"),
        Text("fingerprint"),
        Text("operation_id"),
        Text("fund_id"),
        Text("user_id"),
        Number("amount"),
        Text("stock"),
        Text("transaction_id"),
        Number("created_at"),
    ],
    conflict: "",
};

pub(in crate::store::ledger) fn push_pledge(
    rows: &mut Rows,
    partner: &PartnerId,
    (pledge, at): (&Pledge, Timestamp),
) -> Result<(), Error> {
    let transaction_id: TransactionId = pledge.seed.id(0);
    rows.push([
        partner.as_str().into(),
        pledge.id.as_str().into(),
        pledge.key.as_str().into(),
        pledge.fingerprint.as_str().into(),
        pledge.operation_id.as_str().into(),
        pledge.fund_id.as_str().into(),
        pledge.user_id.as_str().into(),
        pledge.amount.0.into(),
        pledge.stock.as_deref().into(),
        transaction_id.as_str().into(),
        at.0.into(),
    ])
}

pub(in crate::store::ledger) const SUBMISSIONS: Table = Table {
    name: "grant_submissions",
    columns: &[
        Text("partner_id"),
        Text("id"),
        Text("idempotency_key"),
        Text("fingerprint"),
        Text("fund_id"),
        Text("transfer_id"),
        Number("amount"),
        Text("source_account"),
        Text("destination_account"),
        Number("settled_at"),
        Text("transaction_id"),
        Number("created_at"),
    ],
    conflict: "",
};

pub(in crate::store::ledger) fn push_submission(
    rows: &mut Rows,
    partner: &PartnerId,
    (submission, at): (&Submission, Timestamp),
) -> Result<(), Error> {
    let transfer = &submission.transfer;
    let transaction_id: TransactionId = submission.seed.id(0);
    rows.push([
        partner.as_str().into(),
        submission.id.as_str().into(),
        submission.key.as_str().into(),
        submission.fingerprint.as_str().into(),
        submission.fund_id.as_str().into(),
        transfer.id.as_str().into(),
        transfer.amount.0.into(),
        transfer.source_account.as_str().into(),
        transfer.destination_account.as_str().into(),
        transfer.settled_at.0.into(),
        transaction_id.as_str().into(),
        at.0.into(),
    ])
}

pub(in crate::store::ledger) const GRANTS: Table = Table {
    name: "grants",
    columns: &[
        Text("partner_id"),
        Text("submission_id"),
        Number("position"),
        Text("id"),
        Text("fund_id"),
        Text("organization_id"),
        Number("amount"),
        Text("instructions"),
        Number("hides_donor"),
        Text("transaction_id"),
    ],
    conflict: "",
};

pub(in crate::store::ledger) fn push_grants(
    rows: &mut Rows,
    partner: &PartnerId,
    submission: &Submission,
) -> Result<(), Error> {
    for (position, grant) in submission.grants.iter().enumerate() {
        // The transfer stands before the grants.
        let place = u64::try_from(position + 1).unwrap_or(u64::MAX);
        let transaction_id: TransactionId = submission.seed.id(place);
        rows.push([
            partner.as_str().into(),
            submission.id.as_str().into(),
            position.into(),
            grant.id.as_str().into(),
            submission.fund_id.as_str().into(),
            grant.organization_id.as_str().into(),
            grant.amount.0.into(),
            grant.instructions.as_deref().into(),
            i64::from(grant.hides_donor).into(),
            transaction_id.as_str().into(),
        ])?;
    }
    Ok(())
}
