//! Several processes on one database share the work, and take over from one that
//! was killed.

use std::collections::BTreeSet;

use crate::stage::{Chance, Giving, Message, Serving, Sink, Stage};

on_both_databases! {
    what_was_acknowledged_before_a_kill_is_delivered_after_it,
}

const KILLS: u64 = 20;
const USERS: usize = 8;

fn serve(stage: &Stage) -> Serving {
    Giving::on(stage, &["serve", "--listen", "127.0.0.1:0"])
        .set("GIVING_ALLOW_LOOPBACK_WEBHOOKS", "true")
        .set("GIVING_RATE_LIMIT_STANDARD", "1000000")
        .serve()
}

fn ids(messages: &[Message]) -> BTreeSet<String> {
    messages.iter().map(Message::event_id).collect()
}

async fn what_was_acknowledged_before_a_kill_is_delivered_after_it(stage: &mut Stage) {
    let sink = Sink::open().await;
    stage.users_webhook(&sink, false).await;
    stage.stop().await;
    // The program's clock is the system's.
    stage.turn_to_the_present();
    for seed in 0..KILLS {
        let giving = serve(stage);
        stage.call_at(&giving.base_url);
        let mut chance = Chance::seeded(seed);
        for number in 0..=chance.below(USERS) {
            stage.user(&format!("user-{seed}-{number}")).await;
        }
        if chance.below(2) == 0 {
            // Killed while it delivers.
            let before = sink.messages().len();
            sink.received(before.max(1)).await;
        }
        drop(giving);
    }
    stage.restart(|_| {}).await;
    stage.pass_leases().await;
    let told: BTreeSet<String> = stage.event_ids("user.created").await.into_iter().collect();
    sink.until(|messages| ids(messages).is_superset(&told))
        .await;
    assert_eq!(ids(&sink.messages()), told);
}
