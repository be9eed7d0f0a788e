//! The funds of a partner as commands read and change them.

use std::collections::{BTreeMap, BTreeSet};

use shared::id::{FundId, GrantId, PledgeId, SubmissionId};
use shared::money::MicroDollars;
use shared::time::Timestamp;

use super::{FundAccount, FundEffect, FundMove, FundTransaction};

/// As far as they were loaded.
#[derive(Clone, Debug, Default)]
pub struct Funds {
    pub funds: BTreeMap<FundId, Fund>,
    /// By their keys.
    pub pledges: BTreeMap<String, KnownPledge>,
    /// The partner's names of pledges that were made.
    pub operations: BTreeSet<String>,
    /// By their keys.
    pub submissions: BTreeMap<String, KnownSubmission>,
    /// The partner's names of transfers that have come.
    pub transfers: BTreeSet<String>,
}

/// The money of one fund: what was pledged and transferred, less what was
/// granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fund {
    pub balance: MicroDollars,
    pub pledged: MicroDollars,
    pub transferred: MicroDollars,
    pub granted: MicroDollars,
    pub updated_at: Timestamp,
}

impl Fund {
    /// One without money.
    pub const fn new(now: Timestamp) -> Self {
        Self {
            balance: MicroDollars(0),
            pledged: MicroDollars(0),
            transferred: MicroDollars(0),
            granted: MicroDollars(0),
            updated_at: now,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownPledge {
    pub id: PledgeId,
    pub fingerprint: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownSubmission {
    pub id: SubmissionId,
    pub fingerprint: String,
    /// In the order of the request.
    pub grants: Vec<GrantId>,
}

impl Funds {
    /// Does what was decided. Balances of funds change here and nowhere else.
    pub(crate) fn apply(&mut self, effect: &FundEffect) {
        match effect {
            FundEffect::Moved(transaction) => self.post(transaction),
            FundEffect::Pledged { pledge, .. } => {
                let known = KnownPledge {
                    id: pledge.id.clone(),
                    fingerprint: pledge.fingerprint.clone(),
                };
                self.operations.insert(pledge.operation_id.clone());
                self.pledges.insert(pledge.key.clone(), known);
            }
            FundEffect::Submitted { submission, .. } => {
                let known = KnownSubmission {
                    id: submission.id.clone(),
                    fingerprint: submission.fingerprint.clone(),
                    grants: submission
                        .grants
                        .iter()
                        .map(|grant| grant.id.clone())
                        .collect(),
                };
                self.transfers.insert(submission.transfer.id.clone());
                self.submissions.insert(submission.key.clone(), known);
            }
        }
    }

    fn post(&mut self, transaction: &FundTransaction) {
        debug_assert_eq!(
            transaction
                .entries
                .iter()
                .map(|entry| i128::from(entry.amount))
                .sum::<i128>(),
            0
        );
        for entry in &transaction.entries {
            let FundAccount::Fund(id) = &entry.account else {
                continue;
            };
            let Some(fund) = self.funds.get_mut(id) else {
                continue;
            };
            fund.balance.0 += entry.amount;
            fund.updated_at = transaction.created_at;
            match transaction.kind {
                FundMove::Pledge => fund.pledged.0 += entry.amount,
                FundMove::Transfer => fund.transferred.0 += entry.amount,
                FundMove::Grant => fund.granted.0 -= entry.amount,
            }
        }
    }
}
