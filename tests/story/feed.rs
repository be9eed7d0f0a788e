//! What is told of a gift, and in what order.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::json;

use crate::stage::Stage;

on_both_databases! {
    a_rewarded_gift_is_told_step_by_step,
    events_stand_in_the_order_of_their_commits,
    no_event_names_the_donor,
}

async fn a_rewarded_gift_is_told_step_by_step(stage: &mut Stage) {
    let id = stage.create_link().await.partner_donation_id;
    stage.pay(&id, Some("ada@example.org")).await;
    let settled = stage.settled(&id).await;
    let events = stage.events().await;
    let names: Vec<_> = events.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "transaction.completed",
            "token_pool.allocated",
            "donation.created",
            "donation.completed",
            "user.created",
            "transaction.completed",
            "action.completed",
        ]
    );
    let (completed, credit, action) = (&events[3].data, &events[5].data, &events[6].data);
    assert_eq!(completed["status"], "COMPLETED");
    assert_eq!(completed["rewardStatus"], "PENDING");
    let name = events[4].data["externalUserId"].as_str().unwrap();
    assert_eq!(credit["type"], "CREDIT");
    assert_eq!(credit["amount"], 25);
    assert_eq!(
        credit["entries"],
        json!([
            { "account": format!("pool:{}", stage.ours.pool_id), "direction": "DEBIT", "amount": 25 },
            { "account": format!("wallet:{name}"), "direction": "CREDIT", "amount": 25 },
        ])
    );
    assert_eq!(action["actionType"], "DONATION");
    assert_eq!(action["tokensDistributed"], 25);
    assert_eq!(action["partnerDonationId"], json!(id));
    assert_eq!(action["transactionIds"], json!([credit["id"]]));
    assert_eq!(action["actionId"], credit["actionId"]);
    assert_eq!(settled.tokens_awarded.0, 25);
}

async fn events_stand_in_the_order_of_their_commits(stage: &mut Stage) {
    let links = join_all((0..20).map(|_| stage.create_link())).await;
    join_all(
        links
            .iter()
            .map(|link| stage.pay(&link.partner_donation_id, Some("a@b"))),
    )
    .await;
    for link in &links {
        stage.settled(&link.partner_donation_id).await;
    }
    let events = stage.events().await;
    let commits: BTreeSet<_> = events.iter().map(|event| event.place.0).collect();
    let last = i64::try_from(commits.len()).unwrap();
    assert!(
        commits.into_iter().eq(1..=last),
        "a commit without an event"
    );
    for link in &links {
        let place = |name: &str| {
            let told = events.iter().find(|event| {
                event.name == name
                    && event.data["partnerDonationId"] == json!(link.partner_donation_id)
            });
            told.unwrap().place
        };
        assert!(place("donation.created") < place("donation.completed"));
        assert!(place("donation.completed") < place("action.completed"));
    }
}

async fn no_event_names_the_donor(stage: &mut Stage) {
    let id = stage.create_link().await.partner_donation_id;
    stage.pay(&id, Some("ada@example.org")).await;
    stage.settled(&id).await;
    for event in stage.events().await {
        let text = event.data.to_string();
        assert!(
            !text.contains("ada@") && !text.contains("Lovelace"),
            "{text}"
        );
    }
}
