//! Funds of donors: money in microdollars, in double entry beside the tokens.
//!
//! Their accounts are of a type of their own, so that no transaction can mix the
//! two units.

mod books;
mod decide;

use shared::id::{FundId, GrantId, OrganizationId, PledgeId, SubmissionId, TransactionId, UserId};
use shared::money::MicroDollars;
use shared::time::Timestamp;

pub use self::books::{Fund, Funds, KnownPledge, KnownSubmission};
pub(crate) use self::decide::decide;
use crate::command::Seed;
use crate::movement::Entry;

/// One thing to do to the funds of a partner.
#[derive(Clone, Debug)]
pub enum FundCommand {
    Pledge(Pledge),
    Submit(Submission),
}

/// Money for a fund, which the partner has settled.
#[derive(Clone, Debug)]
pub struct Pledge {
    pub seed: Seed,
    pub id: PledgeId,
    pub key: String,
    /// A hash of the request: under one key only the same request is the same.
    pub fingerprint: String,
    /// The partner's name for it, which comes once.
    pub operation_id: String,
    pub fund_id: FundId,
    /// Who gives.
    pub user_id: UserId,
    pub amount: MicroDollars,
    /// What was sold for it, as JSON, if it was not cash.
    pub stock: Option<String>,
}

/// A transfer that reaches a fund and is granted from there, in one step.
#[derive(Clone, Debug)]
pub struct Submission {
    pub seed: Seed,
    pub id: SubmissionId,
    pub key: String,
    pub fingerprint: String,
    pub fund_id: FundId,
    pub transfer: Transfer,
    pub grants: Vec<Grant>,
}

/// Money that has come from a partner's account to the custodian's.
#[derive(Clone, Debug)]
pub struct Transfer {
    /// The partner's name for it, which comes once.
    pub id: String,
    pub amount: MicroDollars,
    pub source_account: String,
    pub destination_account: String,
    pub settled_at: Timestamp,
}

/// Money for a nonprofit.
#[derive(Clone, Debug)]
pub struct Grant {
    pub id: GrantId,
    pub organization_id: OrganizationId,
    pub amount: MicroDollars,
    pub instructions: Option<String>,
    /// Whether the nonprofit is not told who gives.
    pub hides_donor: bool,
}

impl FundCommand {
    pub fn fund_id(&self) -> &FundId {
        match self {
            Self::Pledge(pledge) => &pledge.fund_id,
            Self::Submit(submission) => &submission.fund_id,
        }
    }

    /// How many rows it writes, or so.
    pub fn weight(&self) -> usize {
        match self {
            Self::Pledge(_) => 1,
            Self::Submit(submission) => 1 + submission.grants.len(),
        }
    }

    /// How long its free texts are together, in bytes.
    pub fn length_of_texts(&self) -> usize {
        match self {
            Self::Pledge(pledge) => pledge.stock.as_ref().map_or(0, String::len),
            Self::Submit(submission) => {
                let instructions = submission.grants.iter().map(|grant| &grant.instructions);
                instructions.flatten().map(String::len).sum()
            }
        }
    }
}

/// One thing to record of funds.
#[derive(Clone, Debug)]
pub enum FundEffect {
    Moved(FundTransaction),
    Pledged {
        pledge: Pledge,
        at: Timestamp,
    },
    Submitted {
        submission: Submission,
        at: Timestamp,
    },
}

/// Why money moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FundMove {
    Pledge,
    Transfer,
    Grant,
}

impl FundMove {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pledge => "PLEDGE",
            Self::Transfer => "TRANSFER",
            Self::Grant => "GRANT",
        }
    }
}

/// Money from account to account, through one fund. The entries add up to zero.
#[derive(Clone, Debug)]
pub struct FundTransaction {
    pub id: TransactionId,
    pub kind: FundMove,
    pub fund_id: FundId,
    pub amount: MicroDollars,
    pub entries: Vec<Entry<FundAccount>>,
    pub created_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FundAccount {
    /// The outside world, from which pledges come. It keeps no balance.
    Donors,
    /// The outside world, from which transfers come. It keeps no balance.
    Custodian,
    Fund(FundId),
    /// A nonprofit, outside. It keeps no balance here.
    Organization(OrganizationId),
}

impl FundAccount {
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Donors => "donors",
            Self::Custodian => "custodian",
            Self::Fund(_) => "fund",
            Self::Organization(_) => "organization",
        }
    }

    /// The id within its kind; empty for the outside world.
    pub fn id(&self) -> &str {
        match self {
            Self::Donors | Self::Custodian => "",
            Self::Fund(id) => id.as_str(),
            Self::Organization(id) => id.as_str(),
        }
    }
}

/// What the asker is told, done now or (`replayed`) earlier under the same key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FundOutcome {
    Pledged {
        id: PledgeId,
        replayed: bool,
    },
    Submitted {
        id: SubmissionId,
        /// In the order of the request.
        grants: Vec<GrantId>,
        replayed: bool,
    },
}
