//! A history of thirty days, made by the ledger's own writer under a clock that
//! is moved by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use ledger::{
    Command, Key, KeySpace, OnRefusal, Profile, Rate, Recipient, Reward, Stakeholder, UnknownUsers,
};
use server::config::Environment;
use server::context::Context;
use server::router::call_facts;
use server::store::activity::fold;
use server::store::ledger::{Ledger, Order};
use server::store::usage::{Counts, Span, UsageRow};
use server::store::{Db, pool, usage};
use shared::id::{ExternalUserId, KeyId, PartnerId};
use shared::money::{Currency, Minor};
use shared::time::Timestamp;

use crate::load::ask;
use crate::scripts::USERS;
use crate::world::World;

const DAYS: u64 = 30;
/// Days of which calls were counted.
const USAGE_DAYS: i64 = 90;
const DAY_MS: u64 = 86_400_000;
/// Bulk calls under way at a time, and the actions of each.
const CALLERS: u64 = 16;
const BULK: u64 = 100;
/// One action of so many is under the campaign.
const CAMPAIGN_EVERY: u64 = 7;
/// Partners that are folded at once.
const MAX_PARTNERS: i64 = 16;

/// A campaign for some of the actions; answers its id.
pub(super) async fn campaign(world: &World) -> String {
    let body =
        br#"{"name":"Bench","status":"ACTIVE","actionTypes":["VOLUNTEER"],"multiplier":"1.5"}"#;
    let mut request = Vec::new();
    let signer = &world.tenants[0].signer;
    signer.post(&mut request, "/v1/partner/campaigns", body);
    let (status, answer) = ask(world.server.address, &request).await;
    assert_eq!(status, 201, "{answer}");
    let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
    answer["id"].as_str().expect("an id").to_owned()
}

/// The database of a world, beside its server.
pub(super) struct History {
    db: Db,
    partner_id: PartnerId,
}

impl History {
    pub(super) async fn open(world: &World) -> Self {
        let db = Db::open(&world.url).await.expect("a database");
        let mut conn = db.read().await.expect("a connection");
        let pool_id = &world.tenants[0].pool_id;
        let partner_id = pool::find_partner(&mut conn, pool_id).await;
        let partner_id = partner_id.expect("an answer").expect("a partner");
        drop(conn);
        Self { db, partner_id }
    }

    pub(super) async fn close(self) {
        self.db.close().await;
    }

    /// Makes so many actions until now; answers when the first of them was.
    pub(super) async fn act(&self, actions: u64) -> Timestamp {
        let now = Context::system().now();
        let first = now.0 - i64::try_from((DAYS - 1) * DAY_MS).expect("a time");
        let clock = Arc::new(AtomicI64::new(first));
        let context = Context::by_hand(clock.clone());
        let (ledger, writers) = Ledger::start(self.db.clone(), &context, Environment::Sandbox);
        let ledger = Arc::new(ledger);
        let step_ms = (DAYS - 1) * DAY_MS / actions.max(1);
        let next = Arc::new(AtomicU64::new(0));
        let mut callers = tokio::task::JoinSet::new();
        for _ in 0..CALLERS {
            let (ledger, next, clock) = (ledger.clone(), next.clone(), clock.clone());
            let (context, partner_id) = (context.clone(), self.partner_id.clone());
            callers.spawn(async move {
                loop {
                    let from = next.fetch_add(BULK, Ordering::Relaxed);
                    if from >= actions {
                        break;
                    }
                    let orders = (from..(from + BULK).min(actions)).map(|number| Order {
                        partner_id: partner_id.clone(),
                        command: action(&context, number),
                    });
                    let done = ledger.submit_all(orders.collect()).await;
                    assert!(done.expect("room").iter().all(Result::is_ok));
                    let at = first + i64::try_from(from * step_ms).expect("a time");
                    clock.fetch_max(at, Ordering::Relaxed);
                }
            });
        }
        callers.join_all().await;
        drop(ledger);
        for writer in writers {
            writer.await.expect("the writer ends well");
        }
        Timestamp(first)
    }

    /// Folds all, beside the server's own worker.
    pub(super) async fn fold(&self) {
        loop {
            let mut conn = self.db.read().await.expect("a connection");
            let behind = fold::behind(&mut conn, 1, MAX_PARTNERS).await;
            let behind = behind.expect("partners");
            drop(conn);
            if behind.is_empty() {
                return;
            }
            fold::fold(&self.db, &behind).await.expect("a fold");
        }
    }

    /// Calls of every endpoint in every hour.
    pub(super) async fn count_calls(&self) {
        let now = Context::system().now();
        let mut counts = Counts::default();
        for took_ms in 1..100 {
            counts.count(200, took_ms * 1_000);
        }
        let row = |facts: &shared::CallFacts, at| UsageRow {
            partner_id: self.partner_id.clone(),
            key_id: KeyId("bench".to_owned()),
            method: facts.method,
            path: facts.path,
            at,
            counts: counts.clone(),
        };
        let table = call_facts();
        let hours = (0..USAGE_DAYS).map(|day| now.plus_ms(-day * Span::Day.ms()));
        // Of the last days, which are shown by the hour, every one.
        let hours = hours.chain((1..48).map(|hour| now.plus_ms(-hour * Span::Hour.ms())));
        for hour in hours {
            let rows: Vec<_> = table.iter().map(|facts| row(facts, hour)).collect();
            let written = usage::write(&self.db, &rows, &[]).await;
            written.expect("counts");
        }
    }
}

fn action(context: &Context, number: u64) -> Command {
    let is_volunteer = number.is_multiple_of(CAMPAIGN_EVERY);
    // Two numbers without a common factor: everybody comes again and again.
    let user = number.wrapping_mul(7_919) % USERS;
    Command::Reward(Reward {
        seed: context.seed(),
        key: Key {
            space: KeySpace::Caller,
            key: format!("history-{number}"),
        },
        fingerprint: format!("{number:064x}"),
        action_type: if is_volunteer {
            "VOLUNTEER"
        } else {
            "PURCHASE"
        }
        .to_owned(),
        amount: Minor(4_999),
        currency: Currency::Usd,
        rate: Rate::ONE,
        stakeholders: vec![Stakeholder {
            type_code: "CUSTOMER".to_owned(),
            recipient: Recipient::Named(ExternalUserId(format!("user_{user}"))),
            profile: Profile::default(),
        }],
        unknown_users: UnknownUsers::Make,
        campaign_id: None,
        metadata: "{}".to_owned(),
        donation_id: None,
        on_refusal: OnRefusal::Record,
    })
}
