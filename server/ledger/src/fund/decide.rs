//! Pledges and grants: what they do to a fund.

use shared::Code;
use shared::id::{FundId, TransactionId};
use shared::money::MicroDollars;
use shared::time::Timestamp;

use super::{
    Fund, FundAccount, FundCommand, FundEffect, FundMove, FundOutcome, FundTransaction, Funds,
    Pledge, Submission,
};
use crate::command::Stamp;
use crate::movement::{Effect, Entry, Movement, Outcome, Refusal};

pub(crate) fn decide(
    funds: &Funds,
    command: &FundCommand,
    stamp: Stamp,
) -> Result<Movement, Refusal> {
    match command {
        FundCommand::Pledge(asked) => pledge(funds, asked, stamp.now),
        FundCommand::Submit(asked) => submit(funds, asked, stamp.now),
    }
}

fn pledge(funds: &Funds, asked: &Pledge, now: Timestamp) -> Result<Movement, Refusal> {
    if let Some(earlier) = funds.pledges.get(&asked.key) {
        check_same(&earlier.fingerprint, &asked.fingerprint)?;
        return Ok(movement(
            Vec::new(),
            FundOutcome::Pledged {
                id: earlier.id.clone(),
                // The same command again, after a commit whose end was not known, is
                // still the first.
                replayed: earlier.id != asked.id,
            },
        ));
    }
    let fund = find(funds, &asked.fund_id)?;
    if funds.operations.contains(&asked.operation_id) {
        return Err(Code::OperationExists.into());
    }
    check_amount(asked.amount)?;
    add(fund.balance, asked.amount)?;
    add(fund.pledged, asked.amount)?;
    let moved = Move {
        fund_id: &asked.fund_id,
        now,
    };
    let effects = vec![
        moved.into_fund(
            asked.seed.id(0),
            FundMove::Pledge,
            (FundAccount::Donors, asked.amount),
        ),
        FundEffect::Pledged {
            pledge: asked.clone(),
            at: now,
        },
    ];
    let outcome = FundOutcome::Pledged {
        id: asked.id.clone(),
        replayed: false,
    };
    Ok(movement(effects, outcome))
}

/// The transfer first, then each grant: what is left of it stays in the fund.
fn submit(funds: &Funds, asked: &Submission, now: Timestamp) -> Result<Movement, Refusal> {
    if let Some(earlier) = funds.submissions.get(&asked.key) {
        check_same(&earlier.fingerprint, &asked.fingerprint)?;
        return Ok(movement(
            Vec::new(),
            FundOutcome::Submitted {
                id: earlier.id.clone(),
                grants: earlier.grants.clone(),
                replayed: earlier.id != asked.id,
            },
        ));
    }
    let fund = find(funds, &asked.fund_id)?;
    let transfer = &asked.transfer;
    if funds.transfers.contains(&transfer.id) {
        return Err(Code::TransferExists.into());
    }
    check_submission(fund, asked, now)?;
    let moved = Move {
        fund_id: &asked.fund_id,
        now,
    };
    let mut effects = vec![moved.into_fund(
        asked.seed.id(0),
        FundMove::Transfer,
        (FundAccount::Custodian, transfer.amount),
    )];
    for (place, grant) in (1..).zip(&asked.grants) {
        let to = FundAccount::Organization(grant.organization_id.clone());
        effects.push(moved.out_of_fund(asked.seed.id(place), (to, grant.amount)));
    }
    effects.push(FundEffect::Submitted {
        submission: asked.clone(),
        at: now,
    });
    let outcome = FundOutcome::Submitted {
        id: asked.id.clone(),
        grants: asked.grants.iter().map(|grant| grant.id.clone()).collect(),
        replayed: false,
    };
    Ok(movement(effects, outcome))
}

/// Whether the transfer has come, covers its grants and can be counted.
fn check_submission(fund: &Fund, asked: &Submission, now: Timestamp) -> Result<(), Refusal> {
    let transfer = &asked.transfer;
    check_amount(transfer.amount)?;
    if transfer.settled_at > now || asked.grants.is_empty() {
        return Err(Code::ValidationError.into());
    }
    let mut granted = MicroDollars(0);
    for grant in &asked.grants {
        check_amount(grant.amount)?;
        granted = add(granted, grant.amount)?;
    }
    if granted > transfer.amount {
        return Err(Code::ValidationError.into());
    }
    add(fund.balance, transfer.amount)?;
    add(fund.transferred, transfer.amount)?;
    add(fund.granted, granted)?;
    Ok(())
}

fn check_same(earlier: &str, asked: &str) -> Result<(), Refusal> {
    if earlier == asked {
        Ok(())
    } else {
        Err(Code::IdempotencyKeyReused.into())
    }
}

fn find<'a>(funds: &'a Funds, id: &FundId) -> Result<&'a Fund, Refusal> {
    Ok(funds.funds.get(id).ok_or(Code::FundNotFound)?)
}

fn check_amount(amount: MicroDollars) -> Result<(), Refusal> {
    if amount.0 > 0 {
        Ok(())
    } else {
        Err(Code::ValidationError.into())
    }
}

fn add(amount: MicroDollars, more: MicroDollars) -> Result<MicroDollars, Refusal> {
    let sum = amount.0.checked_add(more.0);
    Ok(MicroDollars(sum.ok_or(Code::AmountTooLarge)?))
}

/// Where and when money moves.
#[derive(Clone, Copy)]
struct Move<'a> {
    fund_id: &'a FundId,
    now: Timestamp,
}

impl Move<'_> {
    fn account(self) -> FundAccount {
        FundAccount::Fund(self.fund_id.clone())
    }

    fn into_fund(
        self,
        id: TransactionId,
        kind: FundMove,
        (from, amount): (FundAccount, MicroDollars),
    ) -> FundEffect {
        let entries = Entry::pair(from, self.account(), amount.0);
        self.transaction(id, kind, (entries, amount))
    }

    fn out_of_fund(
        self,
        id: TransactionId,
        (to, amount): (FundAccount, MicroDollars),
    ) -> FundEffect {
        let entries = Entry::pair(self.account(), to, amount.0);
        self.transaction(id, FundMove::Grant, (entries, amount))
    }

    fn transaction(
        self,
        id: TransactionId,
        kind: FundMove,
        (entries, amount): ([Entry<FundAccount>; 2], MicroDollars),
    ) -> FundEffect {
        FundEffect::Moved(FundTransaction {
            id,
            kind,
            fund_id: self.fund_id.clone(),
            amount,
            entries: entries.into(),
            created_at: self.now,
        })
    }
}

fn movement(effects: Vec<FundEffect>, outcome: FundOutcome) -> Movement {
    Movement {
        effects: effects.into_iter().map(Effect::Fund).collect(),
        outcome: Outcome::Fund(outcome),
    }
}
