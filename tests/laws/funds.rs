//! Pledges and grants as chance would have them, on the machine and through the
//! server's writer: no fund is ever overdrawn, every movement adds up to zero,
//! and a key has one effect.

use std::collections::{BTreeMap, BTreeSet};

use ledger::{
    Books, Command, Effect, Environment, Fund, FundAccount, FundCommand, FundEffect, FundOutcome,
    Grant, Movement, Outcome, Pledge, Refusal, Seed, Stamp, Submission, Transfer, decide,
};
use server::store::fund::{self, FundRow};
use server::store::ledger::{LedgerError, Order};
use server::store::user;
use shared::Code;
use shared::endaoment::FundType;
use shared::id::{ExternalUserId, FundId, OrganizationId, UserId};
use shared::money::MicroDollars;
use shared::user::User;
use sqlx::Row as _;

use crate::stage::{Chance, OPENING, Stage};

on_both_databases! { the_writer_keeps_funds_as_the_machine_does }

const FUNDS: usize = 3;
const SEEDS: u64 = 200;
const COMMANDS: usize = 300;
/// What must have come up, or the play means little.
const CODES: &[Code] = &[
    Code::IdempotencyKeyReused,
    Code::FundNotFound,
    Code::OperationExists,
    Code::TransferExists,
    Code::AmountTooLarge,
    Code::ValidationError,
];

/// Commands from a seed; few keys and names, so that they meet often.
struct Asker {
    chance: Chance,
    number: u64,
}

impl Asker {
    fn next(&mut self) -> FundCommand {
        self.number += 1;
        let seed = Seed {
            time: OPENING,
            random: self.number * 1_000,
        };
        let fund_id = FundId(format!("fund {}", self.chance.below(FUNDS + 1)));
        let key = format!("key {}", self.chance.below(60));
        if self.chance.below(2) == 0 {
            return FundCommand::Pledge(self.pledge(seed, (fund_id, key)));
        }
        FundCommand::Submit(self.submission(seed, (fund_id, key)))
    }

    fn amount(&mut self) -> MicroDollars {
        let amounts = [0, 1, 1, 5, 25, 100, 1_000, i64::MAX / 2, i64::MAX];
        MicroDollars(self.chance.pick(&amounts))
    }

    fn pledge(&mut self, seed: Seed, (fund_id, key): (FundId, String)) -> Pledge {
        let amount = self.amount();
        let operation_id = format!("operation {}", self.chance.below(80));
        Pledge {
            seed,
            id: format!("pledge {}", self.number).into(),
            fingerprint: format!("{fund_id} {} {operation_id}", amount.0),
            key,
            operation_id,
            fund_id,
            user_id: UserId("donor".to_owned()),
            amount,
            stock: None,
        }
    }

    fn submission(&mut self, seed: Seed, (fund_id, key): (FundId, String)) -> Submission {
        let count = self.chance.pick(&[0, 1, 1, 2, 3]);
        let amount = self.amount();
        let grants: Vec<Grant> = (0..count).map(|place| self.grant(place)).collect();
        let amounts: Vec<_> = grants.iter().map(|grant| grant.amount.0).collect();
        let transfer = Transfer {
            id: format!("transfer {}", self.chance.below(80)),
            amount,
            source_account: "source".to_owned(),
            destination_account: "destination".to_owned(),
            settled_at: OPENING.plus_ms(self.chance.pick(&[-1, -1, -1, 0, 0, 1])),
        };
        Submission {
            seed,
            id: format!("submission {}", self.number).into(),
            fingerprint: format!("{fund_id} {amounts:?} {transfer:?}"),
            key,
            fund_id,
            transfer,
            grants,
        }
    }

    fn grant(&mut self, place: usize) -> Grant {
        Grant {
            id: format!("grant {} {place}", self.number).into(),
            organization_id: OrganizationId("river".to_owned()),
            amount: self.amount(),
            instructions: None,
            hides_donor: false,
        }
    }
}

/// What was done, added up in another way than the machine's.
#[derive(Default)]
struct Shadow {
    funds: BTreeMap<FundId, i128>,
    done: BTreeMap<String, (String, FundOutcome)>,
    names: BTreeSet<String>,
}

impl Shadow {
    /// Checks an answer, and takes it up.
    fn check(&mut self, command: &FundCommand, decided: &Result<Movement, Refusal>) {
        let (key, fingerprint, name) = identity(command);
        let known = self.done.get(&key);
        match (known, decided) {
            (Some((first, _)), Err(refusal)) => {
                assert_ne!(first, &fingerprint, "a replay was refused");
                assert_eq!(refusal.code, Code::IdempotencyKeyReused);
            }
            (Some((first, outcome)), Ok(movement)) => {
                assert_eq!(first, &fingerprint, "another request had the first answer");
                assert!(movement.effects.is_empty(), "a replay moved something");
                let again = Outcome::Fund(told(outcome, true));
                assert_eq!(movement.outcome, again);
            }
            (None, Err(refusal)) => {
                assert_ne!(refusal.code, Code::IdempotencyKeyReused);
                let is_taken = matches!(refusal.code, Code::OperationExists | Code::TransferExists);
                assert!(!is_taken || self.names.contains(&name));
            }
            (None, Ok(movement)) => {
                assert!(self.names.insert(name), "a name came twice");
                self.post(command, movement);
                let Outcome::Fund(outcome) = &movement.outcome else {
                    panic!("{movement:?}");
                };
                let first = told(outcome, false);
                assert_eq!(outcome, &first);
                self.done.insert(key, (fingerprint, first));
            }
        }
    }

    fn post(&mut self, command: &FundCommand, movement: &Movement) {
        let mut gained = 0;
        for effect in &movement.effects {
            let Effect::Fund(effect) = effect else {
                panic!("a fund moved tokens: {effect:?}");
            };
            let FundEffect::Moved(moved) = effect else {
                continue;
            };
            let sum: i128 = moved.entries.iter().map(|e| i128::from(e.amount)).sum();
            assert_eq!(sum, 0);
            let of_fund = FundAccount::Fund(command.fund_id().clone());
            let own = moved.entries.iter().filter(|e| e.account == of_fund);
            gained += own.map(|e| i128::from(e.amount)).sum::<i128>();
        }
        let asked = match command {
            FundCommand::Pledge(pledge) => i128::from(pledge.amount.0),
            FundCommand::Submit(asked) => {
                let granted: i128 = asked.grants.iter().map(|g| i128::from(g.amount.0)).sum();
                assert!(granted <= i128::from(asked.transfer.amount.0));
                assert!(asked.transfer.settled_at <= OPENING);
                i128::from(asked.transfer.amount.0) - granted
            }
        };
        assert_eq!(gained, asked);
        *self.funds.entry(command.fund_id().clone()).or_default() += gained;
    }

    fn agrees(&self, books: &Books) {
        for (id, fund) in &books.funds.funds {
            let sum = self.funds.get(id).copied().unwrap_or_default();
            assert_eq!(i128::from(fund.balance.0), sum);
            assert!(fund.balance.0 >= 0, "{id} is overdrawn");
        }
    }
}

fn told(outcome: &FundOutcome, is_again: bool) -> FundOutcome {
    let mut outcome = outcome.clone();
    match &mut outcome {
        FundOutcome::Pledged { replayed, .. } | FundOutcome::Submitted { replayed, .. } => {
            *replayed = is_again;
        }
    }
    outcome
}

/// The key of a command, what is asked under it, and the partner's name for it.
fn identity(command: &FundCommand) -> (String, String, String) {
    match command {
        FundCommand::Pledge(pledge) => (
            format!("pledge {}", pledge.key),
            pledge.fingerprint.clone(),
            pledge.operation_id.clone(),
        ),
        FundCommand::Submit(submission) => (
            format!("submission {}", submission.key),
            submission.fingerprint.clone(),
            submission.transfer.id.clone(),
        ),
    }
}

fn empty_books() -> Books {
    let mut books = Books::default();
    for number in 0..FUNDS {
        let id = FundId(format!("fund {number}"));
        books.funds.funds.insert(id, Fund::new(OPENING));
    }
    books
}

const STAMP: Stamp = Stamp {
    now: OPENING,
    environment: Environment::Sandbox,
};

#[test]
fn no_sequence_of_pledges_and_grants_breaks_a_fund() {
    let mut refused = BTreeSet::new();
    for seed in 0..SEEDS {
        let mut asker = Asker {
            chance: Chance::seeded(seed),
            number: 0,
        };
        let (mut books, mut shadow) = (empty_books(), Shadow::default());
        for _ in 0..COMMANDS {
            let command = asker.next();
            let decided = decide(&books, &Command::Fund(command.clone()), STAMP);
            shadow.check(&command, &decided);
            match &decided {
                Ok(movement) => books.apply(movement),
                Err(refusal) => drop(refused.insert(refusal.code)),
            }
            shadow.agrees(&books);
        }
    }
    for code in CODES {
        assert!(refused.contains(code), "it never came to {code}");
    }
}

/// Everything that is kept of funds, one line a row.
const LINES: &str = "
    SELECT 'fund ' || fund_id || ' ' || balance || ' ' || pledged || ' ' || transferred || ' ' || granted
        AS line FROM fund_balances
    UNION ALL SELECT 'pledge ' || id || ' ' || idempotency_key FROM pledges
    UNION ALL SELECT 'submission ' || id || ' ' || idempotency_key FROM grant_submissions
    UNION ALL SELECT 'grant ' || id || ' ' || submission_id FROM grants";

fn lines_of(books: &Books) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    for (id, fund) in &books.funds.funds {
        let (pledged, transferred) = (fund.pledged, fund.transferred);
        let (balance, granted) = (fund.balance, fund.granted);
        lines.insert(format!(
            "fund {id} {balance} {pledged} {transferred} {granted}"
        ));
    }
    for (key, pledge) in &books.funds.pledges {
        lines.insert(format!("pledge {} {key}", pledge.id));
    }
    for (key, submission) in &books.funds.submissions {
        lines.insert(format!("submission {} {key}", submission.id));
        for id in &submission.grants {
            lines.insert(format!("grant {id} {}", submission.id));
        }
    }
    lines
}

async fn open_funds(stage: &Stage) {
    let partner_id = &stage.ours.partner.id;
    let donor = User {
        id: UserId("donor".to_owned()),
        external_user_id: ExternalUserId("donor".to_owned()),
        email: None,
        first_name: None,
        last_name: None,
        metadata: serde_json::Map::new(),
        created_at: OPENING,
        updated_at: OPENING,
    };
    let mut tx = stage.app().db.write().await.unwrap();
    user::insert(&mut tx, partner_id, &donor).await.unwrap();
    for number in 0..FUNDS {
        let row = FundRow {
            id: FundId(format!("fund {number}")),
            user_id: donor.id.clone(),
            name: "Fund".to_owned(),
            fund_type: FundType::Private,
            description: "Fund".to_owned(),
            account_identifier: format!("account {number}"),
            created_at: OPENING,
        };
        fund::insert(&mut tx, partner_id, &row).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// Asked many at once, in their order, through batches.
async fn the_writer_keeps_funds_as_the_machine_does(stage: &mut Stage) {
    open_funds(stage).await;
    let mut asker = Asker {
        chance: Chance::seeded(7),
        number: 0,
    };
    let mut books = empty_books();
    for _ in 0..20 {
        let commands: Vec<_> = (0..20).map(|_| Command::Fund(asker.next())).collect();
        let order = |command: &Command| Order {
            partner_id: stage.ours.partner.id.clone(),
            command: command.clone(),
        };
        let bulk = commands.iter().map(order).collect();
        let answers = stage.app().ledger.submit_all(bulk).await.unwrap();
        for (command, answer) in commands.iter().zip(answers) {
            let decided = decide(&books, command, STAMP);
            if let Ok(movement) = &decided {
                books.apply(movement);
            }
            let answer = answer.map_err(|error| match error {
                LedgerError::Refused(refusal) => refusal,
                LedgerError::Batch(error) => panic!("{error}"),
            });
            assert_eq!(answer, decided.map(|movement| movement.outcome));
        }
    }
    let mut conn = stage.app().db.read().await.unwrap();
    let rows = sqlx::query(LINES).fetch_all(&mut *conn).await.unwrap();
    let kept: BTreeSet<String> = rows.iter().map(|row| row.get("line")).collect();
    assert_eq!(kept, lines_of(&books));
}
