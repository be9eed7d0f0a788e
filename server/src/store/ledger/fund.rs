//! Funds in a batch: what commands want to see of them, what is loaded, and what
//! is written.

use std::collections::{BTreeMap, BTreeSet};

use ledger::{
    Entry, Fund, FundAccount, FundCommand, FundEffect, FundTransaction, KnownPledge,
    KnownSubmission,
};
use shared::id::{FundId, GrantId, PartnerId, SubmissionId};
use shared::money::MicroDollars;
use sqlx::Error;
use sqlx::any::AnyRow;

use super::load::Loader;
use super::wanted::{Of, pairs};
use super::{Shelf, rows};
use crate::store::Connection;
use crate::store::row::Columns as _;
use crate::store::sql::{Dialect, Rows};

/// What is looked up of funds.
#[derive(Default)]
pub(super) struct WantedFunds {
    funds: Of<FundId>,
    pledge_keys: Of<String>,
    operations: Of<String>,
    submission_keys: Of<String>,
    transfers: Of<String>,
}

impl WantedFunds {
    pub(super) fn add(&mut self, partner: &PartnerId, command: &FundCommand) {
        let of = |text: &String| (partner.clone(), text.clone());
        self.funds
            .insert((partner.clone(), command.fund_id().clone()));
        match command {
            FundCommand::Pledge(pledge) => {
                self.pledge_keys.insert(of(&pledge.key));
                self.operations.insert(of(&pledge.operation_id));
            }
            FundCommand::Submit(submission) => {
                self.submission_keys.insert(of(&submission.key));
                self.transfers.insert(of(&submission.transfer.id));
            }
        }
    }
}

impl Loader<'_> {
    /// The funds, then the keys and names already used.
    pub(super) async fn load_funds(&mut self, wanted: &WantedFunds) -> Result<(), Error> {
        let balances = ("t.*", "fund_balances");
        let funds = pairs(&wanted.funds, FundId::as_str)?;
        for row in self.lookup(balances, &["fund_id"], funds).await? {
            let id = row.text("fund_id")?;
            self.books(&row)?.funds.funds.insert(id, read_fund(&row)?);
        }
        let pledges = (
            "t.partner_id, t.id, t.idempotency_key, t.fingerprint",
            "pledges",
        );
        let keys = pairs(&wanted.pledge_keys, String::as_str)?;
        for row in self.lookup(pledges, &["idempotency_key"], keys).await? {
            let known = KnownPledge {
                id: row.text("id")?,
                fingerprint: row.text("fingerprint")?,
            };
            let key = row.text("idempotency_key")?;
            self.books(&row)?.funds.pledges.insert(key, known);
        }
        let operations = ("t.partner_id, t.operation_id", "pledges");
        let names = pairs(&wanted.operations, String::as_str)?;
        for row in self.lookup(operations, &["operation_id"], names).await? {
            let name = row.text("operation_id")?;
            self.books(&row)?.funds.operations.insert(name);
        }
        self.load_submissions(wanted).await
    }

    async fn load_submissions(&mut self, wanted: &WantedFunds) -> Result<(), Error> {
        let submissions = (
            "t.partner_id, t.id, t.idempotency_key, t.fingerprint",
            "grant_submissions",
        );
        let keys = pairs(&wanted.submission_keys, String::as_str)?;
        let mut found = Of::<SubmissionId>::new();
        let mut known = Vec::new();
        for row in self.lookup(submissions, &["idempotency_key"], keys).await? {
            found.insert((row.text("partner_id")?, row.text("id")?));
            known.push(row);
        }
        let ids = pairs(&found, SubmissionId::as_str)?;
        let mut grants = BTreeMap::<(PartnerId, SubmissionId), BTreeMap<i64, GrantId>>::new();
        for row in self
            .lookup(("t.*", "grants"), &["submission_id"], ids)
            .await?
        {
            let of = (row.text("partner_id")?, row.text("submission_id")?);
            let place = row.number("position")?;
            grants.entry(of).or_default().insert(place, row.text("id")?);
        }
        for row in known {
            let id: SubmissionId = row.text("id")?;
            let of = grants.remove(&(row.text("partner_id")?, id.clone()));
            let known = KnownSubmission {
                id,
                fingerprint: row.text("fingerprint")?,
                grants: of.unwrap_or_default().into_values().collect(),
            };
            let key = row.text("idempotency_key")?;
            self.books(&row)?.funds.submissions.insert(key, known);
        }
        let transfers = ("t.partner_id, t.transfer_id", "grant_submissions");
        let names = pairs(&wanted.transfers, String::as_str)?;
        for row in self.lookup(transfers, &["transfer_id"], names).await? {
            let name = row.text("transfer_id")?;
            self.books(&row)?.funds.transfers.insert(name);
        }
        Ok(())
    }
}

fn read_fund(row: &AnyRow) -> Result<Fund, Error> {
    Ok(Fund {
        balance: MicroDollars(row.number("balance")?),
        pledged: MicroDollars(row.number("pledged")?),
        transferred: MicroDollars(row.number("transferred")?),
        granted: MicroDollars(row.number("granted")?),
        updated_at: row.time("updated_at")?,
    })
}

/// What a batch writes of funds.
pub(super) struct FundChanges {
    changed: BTreeSet<(PartnerId, FundId)>,
    transactions: Rows,
    pledges: Rows,
    submissions: Rows,
    grants: Rows,
}

impl FundChanges {
    pub(super) fn new() -> Self {
        Self {
            changed: BTreeSet::new(),
            transactions: Rows::of(&rows::FUND_TRANSACTIONS),
            pledges: Rows::of(&rows::PLEDGES),
            submissions: Rows::of(&rows::SUBMISSIONS),
            grants: Rows::of(&rows::GRANTS),
        }
    }

    /// Takes up what happened to a fund; its entries stand with all others.
    pub(super) fn record(
        &mut self,
        partner: &PartnerId,
        effect: &FundEffect,
        entries: &mut Rows,
    ) -> Result<(), Error> {
        match effect {
            FundEffect::Moved(transaction) => {
                let fund = (partner.clone(), transaction.fund_id.clone());
                self.changed.insert(fund);
                push_entries(entries, partner, transaction)?;
                rows::push_fund_transaction(&mut self.transactions, partner, transaction)
            }
            FundEffect::Pledged { pledge, at } => {
                rows::push_pledge(&mut self.pledges, partner, (pledge, *at))
            }
            FundEffect::Submitted { submission, at } => {
                rows::push_submission(&mut self.submissions, partner, (submission, *at))?;
                rows::push_grants(&mut self.grants, partner, submission)
            }
        }
    }

    pub(super) async fn save(
        self,
        conn: &mut Connection,
        dialect: Dialect,
        loaded: &Shelf,
    ) -> Result<(), Error> {
        let mut balances = Rows::of(&rows::FUND_BALANCES);
        for (partner, id) in &self.changed {
            let books = loaded.get(partner).map(|of_partner| &of_partner.books);
            let fund = books.and_then(|books| books.funds.funds.get_key_value(id));
            let fund = fund.ok_or(Error::RowNotFound)?;
            rows::push_fund_balance(&mut balances, partner, fund)?;
        }
        for rows in [
            self.transactions,
            self.pledges,
            self.submissions,
            self.grants,
            balances,
        ] {
            rows.write(conn, dialect).await?;
        }
        Ok(())
    }
}

fn push_entries(
    rows: &mut Rows,
    partner: &PartnerId,
    transaction: &FundTransaction,
) -> Result<(), Error> {
    for (position, entry) in transaction.entries.iter().enumerate() {
        let Entry::<FundAccount> { account, amount } = entry;
        rows.push([
            partner.as_str().into(),
            transaction.id.as_str().into(),
            position.into(),
            account.kind().into(),
            account.id().into(),
            UNIT.into(),
            (*amount).into(),
        ])?;
    }
    Ok(())
}

/// The unit of the entries of funds: millionths of a US dollar.
pub(super) const UNIT: &str = "MICRO_USD";
