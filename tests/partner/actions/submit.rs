//! `POST …/actions/submit`: what an action brings, and what comes of the same
//! request again.

use serde_json::{Value, json};
use shared::Code;
use shared::action::{ActionStatus, SubmittedAction};
use shared::money::Tokens;
use shared::user::{GetUser, User};

use crate::stage::{Act, HOUR_MS, Response, Stage, purchase};

on_both_databases! {
    an_action_is_answered_with_its_tokens,
    an_action_is_told_with_its_transaction,
    each_stakeholder_who_received_tokens_has_a_transaction,
    what_cannot_be_shared_evenly_goes_to_the_earlier,
    nothing_is_worth_nothing_and_is_done,
    a_user_in_two_parts_receives_both,
    unknown_users_are_made_once_with_what_is_known_of_them,
    a_known_user_stays_as_it_is,
    the_same_request_again_answers_the_same,
    a_replay_needs_no_tokens,
    names_addresses_and_metadata_make_no_other_request,
    amounts_are_the_same_however_they_are_spelt,
    another_request_under_the_same_key_is_refused,
    each_partner_has_keys_of_its_own,
    a_currency_with_a_rate_is_priced_by_it,
    a_currency_without_a_rate_is_refused,
    decimals_are_those_of_the_currency,
    more_tokens_than_can_be_counted_are_refused,
}

/// The body of the public documentation's signing example.
const EXAMPLE: &str = r#"{"idempotencyKey":"purchase_98765","actionType":"PURCHASE","amount":49.99,"currency":"USD","stakeholders":[{"stakeholderTypeCode":"CUSTOMER","partnerUserId":"user_42"}],"autoCreateUsers":true}"#;

fn is_replay(response: &Response) -> bool {
    response.header("idempotent-replayed") == Some("true")
}

async fn tokens_of(stage: &Stage, key: &str, act: Act) -> i64 {
    let act = act.with("idempotencyKey", &json!(key));
    stage.rewarded(&act).await.tokens_distributed.0
}

async fn an_action_is_answered_with_its_tokens(stage: &mut Stage) {
    let path = "/v1/partner/actions/submit";
    let response = stage.ours.posting(path, EXAMPLE.to_owned()).send().await;
    let mut answer: Value = response.answer(200);
    let is_id = |id: &Value| id.as_str().unwrap().len() == 24;
    assert!(is_id(&answer["actionId"].take()) && is_id(&answer["transactionIds"][0].take()));
    assert_eq!(
        answer,
        json!({
            "actionId": null, "idempotencyKey": "purchase_98765", "status": "COMPLETED",
            "tokensDistributed": 50, "transactionIds": [null],
        })
    );
    assert!(!is_replay(&response));
    let balance = stage.balance("user_42").await;
    assert_eq!(
        (balance.available, balance.lifetime_earned),
        (Tokens(50), Tokens(50))
    );
    assert_eq!(stage.pool_balance().await.balance, Tokens(9_950));
}

async fn an_action_is_told_with_its_transaction(stage: &mut Stage) {
    let done = stage.rewarded(&purchase("one")).await;
    let events = stage.events().await;
    let names: Vec<_> = events.iter().map(|event| event.name.as_str()).collect();
    let told = ["user.created", "transaction.completed", "action.completed"];
    assert_eq!(names[2..], told, "{names:?}");
    let id = &done.transaction_ids[0];
    let pool = format!("pool:{}", stage.ours.pool_id);
    assert_eq!(
        events[3].data,
        json!({
            "id": id, "type": "CREDIT", "amount": 10, "externalUserId": "ada", "actionId": done.action_id,
            "poolId": stage.ours.pool_id, "createdAt": "2025-05-10T11:20:00.000Z",
            "entries": [
                { "account": pool, "direction": "DEBIT", "amount": 10 },
                { "account": "wallet:ada", "direction": "CREDIT", "amount": 10 },
            ],
        })
    );
    assert_eq!(
        events[4].data,
        json!({
            "actionId": done.action_id, "idempotencyKey": "one", "actionType": "PURCHASE", "status": "COMPLETED",
            "tokensDistributed": 10, "transactionIds": [id],
        })
    );
}

async fn each_stakeholder_who_received_tokens_has_a_transaction(stage: &mut Stage) {
    let people = [
        ("CUSTOMER", "ada"),
        ("REFERRER", "eve"),
        ("VOLUNTEER", "bob"),
    ];
    let done = stage
        .rewarded(&purchase("one").amount("2").by(&people))
        .await;
    assert_eq!(done.tokens_distributed, Tokens(2));
    let parts = stage.record(&done.action_id).await.stakeholders;
    let ids: Vec<_> = parts
        .iter()
        .map(|part| part.transaction_id.clone())
        .collect();
    assert_eq!(ids[2], None);
    let paid: Vec<_> = ids.into_iter().flatten().collect();
    assert_eq!(paid, done.transaction_ids);
    assert_eq!(stage.count("transactions WHERE type = 'CREDIT'").await, 2);
}

async fn what_cannot_be_shared_evenly_goes_to_the_earlier(stage: &mut Stage) {
    let people: Vec<_> = ["ada", "eve", "bob", "kim"]
        .map(|user| ("CUSTOMER", user))
        .into();
    let done = stage
        .rewarded(&purchase("one").amount("11").by(&people))
        .await;
    let parts = stage.record(&done.action_id).await.stakeholders;
    let tokens: Vec<_> = parts.iter().map(|part| part.tokens_distributed.0).collect();
    assert_eq!(tokens, [3, 3, 3, 2]);
}

async fn nothing_is_worth_nothing_and_is_done(stage: &mut Stage) {
    for (key, amount) in [("one", "0"), ("two", "0.49")] {
        let done = stage.rewarded(&purchase(key).amount(amount)).await;
        assert_eq!(done.status, ActionStatus::Completed);
        assert_eq!(
            (done.tokens_distributed, done.transaction_ids.len()),
            (Tokens(0), 0)
        );
    }
    // Nor does it take tokens that are not there.
    stage.rewarded(&purchase("all").amount("10000")).await;
    let done = stage.rewarded(&purchase("three").amount("0.00")).await;
    assert_eq!(done.tokens_distributed, Tokens(0));
    assert_eq!(stage.balance("ada").await.balance, Tokens(10_000));
}

async fn a_user_in_two_parts_receives_both(stage: &mut Stage) {
    let people = [("CUSTOMER", "ada"), ("REFERRER", "ada")];
    let done = stage
        .rewarded(&purchase("one").amount("5").by(&people))
        .await;
    assert_eq!(done.transaction_ids.len(), 2);
    assert_eq!(stage.count("users").await, 1);
    assert_eq!(stage.balance("ada").await.balance, Tokens(5));
}

async fn unknown_users_are_made_once_with_what_is_known_of_them(stage: &mut Stage) {
    let people = json!([{
        "stakeholderTypeCode": "CUSTOMER", "partnerUserId": "ada", "userEmail": "Ada@Example.org",
        "userFirstName": "Ada", "userLastName": "Lovelace",
    }, {
        "stakeholderTypeCode": "REFERRER", "partnerUserId": "ada", "userEmail": "other@example.org",
    }]);
    for key in ["one", "two"] {
        stage
            .rewarded(&purchase(key).with("stakeholders", &people))
            .await;
    }
    let external_id = "ada".to_owned().into();
    let user: User = stage.ours.call(&GetUser { external_id }).await;
    assert_eq!(user.email.as_deref(), Some("Ada@Example.org"));
    assert_eq!(user.first_name.as_deref(), Some("Ada"));
    assert_eq!(user.last_name.as_deref(), Some("Lovelace"));
    let told = stage.events_of("user.created").await;
    assert_eq!(told.len(), 1);
    assert_eq!(
        told[0].data,
        json!({ "externalUserId": "ada", "id": user.id })
    );
}

async fn a_known_user_stays_as_it_is(stage: &mut Stage) {
    let body = json!({ "externalUserId": "ada", "email": "ada@example.org" });
    let made = stage.ours.signed_json("POST", "/v1/partner/users", &body);
    let made: User = made.send().await.answer(201);
    stage.pass_time(HOUR_MS);
    let people = json!([{
        "stakeholderTypeCode": "CUSTOMER", "partnerUserId": "ada", "userEmail": "other@example.org",
        "userFirstName": "Other",
    }]);
    stage
        .rewarded(&purchase("one").with("stakeholders", &people))
        .await;
    let external_id = "ada".to_owned().into();
    assert_eq!(stage.ours.call(&GetUser { external_id }).await, made);
}

async fn the_same_request_again_answers_the_same(stage: &mut Stage) {
    let first = stage.submit(&purchase("one")).await;
    stage.pass_time(HOUR_MS);
    let before = stage.row_counts().await;
    let again = stage.submit(&purchase("one")).await;
    assert_eq!((again.status, &again.text), (200, &first.text));
    assert!(is_replay(&again) && !is_replay(&first));
    assert_eq!(stage.row_counts().await, before);
}

async fn a_replay_needs_no_tokens(stage: &mut Stage) {
    let all = purchase("all").amount("10000");
    let first = stage.submit(&all).await;
    assert_eq!(stage.pool_balance().await.balance, Tokens(0));
    let again = stage.submit(&all).await;
    assert_eq!(
        (again.status, again.text.as_str()),
        (200, first.text.as_str())
    );
    stage
        .recorded(&purchase("more").amount("1"), Code::InsufficientPool)
        .await;
    let pool_id = &stage.ours.pool_id;
    let close = format!("UPDATE pools SET is_active = 0 WHERE id = '{pool_id}'");
    stage.change_rows(&close).await;
    assert!(is_replay(&stage.submit(&all).await));
}

async fn names_addresses_and_metadata_make_no_other_request(stage: &mut Stage) {
    let first = stage.submit(&purchase("one")).await;
    let people = json!([{
        "stakeholderTypeCode": "CUSTOMER", "partnerUserId": "ada", "userEmail": "ada@example.org",
        "userFirstName": "Ada", "userLastName": "Lovelace", "unknown": 1,
    }]);
    for same in [
        purchase("one").with("stakeholders", &people),
        purchase("one").with("metadata", &json!({ "order": 7 })),
        purchase("one").currency("USD"),
        purchase("one").by_the_known_only(),
        purchase("one").with("campaignId", &json!(null)),
    ] {
        let again = stage.submit(&same).await;
        assert_eq!((again.status, &again.text), (200, &first.text), "{same:?}");
        assert!(is_replay(&again));
    }
}

async fn amounts_are_the_same_however_they_are_spelt(stage: &mut Stage) {
    let first: SubmittedAction = stage.rewarded(&purchase("one").amount("49.9")).await;
    for same in ["49.90", "49.900", "49.9000000000000000000000000000000000"] {
        let again = stage.submit(&purchase("one").amount(same)).await;
        assert_eq!(again.answer::<SubmittedAction>(200), first, "{same}");
        assert!(is_replay(&again));
    }
    stage
        .submit(&purchase("one").amount("49.91"))
        .await
        .refused(Code::IdempotencyKeyReused);
}

async fn another_request_under_the_same_key_is_refused(stage: &mut Stage) {
    let rates = ["EUR=1"].map(|rate| rate.to_owned().try_into().unwrap());
    stage
        .restart(|settings| settings.reward_rates = rates.into())
        .await;
    let people = [("CUSTOMER", "ada"), ("REFERRER", "eve")];
    let first = purchase("one").by(&people);
    stage.rewarded(&first).await;
    let before = stage.row_counts().await;
    for other in [
        first.clone().amount("10.01"),
        first.clone().currency("EUR"),
        first.clone().action_type("VOLUNTEER"),
        first.clone().under("000000000000000000000000"),
        first.clone().by(&[people[1], people[0]]),
        first.clone().by(&people[..1]),
        first
            .clone()
            .by(&[("CUSTOMER", "ada"), ("REFERRER", "Eve")]),
        first.clone().by(&[("CUSTOMER", "ada"), ("DONOR", "eve")]),
    ] {
        let refused = stage.submit(&other).await;
        let body = refused.refused(Code::IdempotencyKeyReused);
        assert_eq!(body.action_id, None, "{other:?}");
    }
    assert_eq!(stage.row_counts().await, before);
}

async fn each_partner_has_keys_of_its_own(stage: &mut Stage) {
    let first = stage.rewarded(&purchase("one")).await;
    let theirs = stage.theirs.submitting(&purchase("one")).send().await;
    assert!(!is_replay(&theirs));
    let theirs: SubmittedAction = theirs.answer(200);
    assert_ne!(theirs.action_id, first.action_id);
    assert_eq!(stage.pool_balance().await.balance, Tokens(9_990));
}

async fn a_currency_with_a_rate_is_priced_by_it(stage: &mut Stage) {
    let rates = ["EUR=1.1", "JPY=0.0065", "KWD=3.25", "USD=2"];
    let rates = rates.map(|rate| rate.to_owned().try_into().unwrap());
    stage
        .restart(|settings| settings.reward_rates = rates.into())
        .await;
    for (amount, currency, tokens) in [
        ("10", "EUR", 11),
        ("4.99", "EUR", 5),
        ("1000", "JPY", 7),
        ("999", "JPY", 6),
        ("1.000", "KWD", 3),
        ("1.077", "KWD", 4),
        ("1.076", "KWD", 3),
        ("10", "USD", 20),
    ] {
        let act = purchase("").amount(amount).currency(currency);
        let key = format!("{amount} {currency}");
        assert_eq!(tokens_of(stage, &key, act).await, tokens, "{key}");
    }
}

async fn a_currency_without_a_rate_is_refused(stage: &mut Stage) {
    let before = stage.row_counts().await;
    for code in ["EUR", "usd", "XXX", "", "US$"] {
        let refused = stage.submit(&purchase("one").currency(code)).await;
        let body = refused.refused(Code::UnsupportedCurrency);
        assert_eq!(
            (body.action_id, body.errors[0].field.as_str()),
            (None, "currency")
        );
    }
    assert_eq!(stage.row_counts().await, before);
}

async fn decimals_are_those_of_the_currency(stage: &mut Stage) {
    let rates = ["JPY=1", "KWD=1"].map(|rate| rate.to_owned().try_into().unwrap());
    stage
        .restart(|settings| settings.reward_rates = rates.into())
        .await;
    for (amount, currency) in [("1500.5", "JPY"), ("1.2345", "KWD"), ("49.999", "USD")] {
        let act = purchase("one").amount(amount).currency(currency);
        stage.submit(&act).await.refused_field("amount");
    }
    let yen = purchase("").amount("1500.00").currency("JPY");
    assert_eq!(tokens_of(stage, "yen", yen).await, 1_500);
    let dinar = purchase("").amount("1.499").currency("KWD");
    assert_eq!(tokens_of(stage, "dinar", dinar).await, 1);
}

async fn more_tokens_than_can_be_counted_are_refused(stage: &mut Stage) {
    let rates = ["USD=1000000"].map(|rate| rate.to_owned().try_into().unwrap());
    stage
        .restart(|settings| settings.reward_rates = rates.into())
        .await;
    stage.rewarded(&purchase("known").amount("0")).await;
    let before = stage.row_counts().await;
    for amount in [
        "92233720368547758.07",
        "92233720368547758.08",
        "99999999999999999999",
    ] {
        let refused = stage.submit(&purchase("one").amount(amount)).await;
        let body = refused.refused(Code::AmountTooLarge);
        assert_eq!(body.action_id, None);
    }
    assert_eq!(stage.row_counts().await, before);
    // So much can be counted, and is not there.
    let act = purchase("one").amount("9223372036854.77");
    stage.recorded(&act, Code::InsufficientPool).await;
}
