//! Who is rewarded for a gift, and how much.

use serde_json::{Value, json};
use shared::Feature;
use shared::donation::{DonationStatus, RewardStatus};
use shared::id::ExternalUserId;
use shared::money::Tokens;
use shared::user::{CreateUser, GetUser, GetUserBalance, ListUsers, User};

use crate::stage::{DAY_MS, MINUTE_MS, Stage};

on_both_databases! {
    twenty_five_dollars_earn_twenty_five_tokens,
    a_tip_earns_nothing,
    half_a_dollar_counts_as_a_whole_one,
    the_user_whom_the_partner_names_is_rewarded,
    a_named_user_who_is_unknown_is_made,
    a_donor_is_known_by_the_address_in_any_case,
    of_two_users_with_one_address_the_older_is_rewarded,
    a_donor_whom_nobody_knows_is_made_once,
    a_gift_never_changes_a_user,
    another_partners_user_is_not_rewarded,
    a_gift_without_a_donor_earns_nothing,
    a_currency_without_a_rate_earns_nothing,
    a_partner_without_actions_rewards_nobody,
    tokens_that_vest_are_not_available_yet,
    the_nonprofit_shows_what_was_raised,
}

const ADA: &str = "ada@example.org";

async fn user(stage: &Stage, name: &str, email: Option<&str>) -> User {
    let call = CreateUser {
        external_user_id: ExternalUserId(name.to_owned()),
        email: email.map(str::to_owned),
        first_name: None,
        last_name: None,
        metadata: None,
    };
    stage.ours.call(&call).await
}

async fn balance_of(stage: &Stage, name: &str) -> i64 {
    let external_id = ExternalUserId(name.to_owned());
    stage
        .ours
        .call(&GetUserBalance { external_id })
        .await
        .balance
        .0
}

/// A gift of 25.00 USD, but for the fields given, that is paid and settled.
async fn give(stage: &Stage, fields: Value, email: Option<&str>) -> shared::donation::Donation {
    let id = stage.create_link_with(fields).await.partner_donation_id;
    stage.pay(&id, email).await;
    stage.settled(&id).await
}

async fn twenty_five_dollars_earn_twenty_five_tokens(stage: &mut Stage) {
    let gift = give(stage, json!({ "partnerUserId": "ada" }), Some(ADA)).await;
    assert_eq!(gift.status, DonationStatus::Completed);
    assert_eq!(gift.reward_status, RewardStatus::Awarded);
    assert_eq!(gift.tokens_awarded, Tokens(25));
    let external_id = ExternalUserId("ada".to_owned());
    let balance = stage.ours.ask(&GetUserBalance { external_id }).await;
    assert_eq!(
        balance.answer::<Value>(200),
        json!({
            "externalUserId": "ada", "balance": 25, "available": 25, "vesting": 0, "debt": 0,
            "lifetimeEarned": 25, "lifetimeReversed": 0, "currency": "SIR",
        })
    );
    let pool = stage.pool_balance().await;
    assert_eq!(
        (pool.balance, pool.distributed),
        (Tokens(9_975), Tokens(25))
    );
}

async fn a_tip_earns_nothing(stage: &mut Stage) {
    let gift = give(
        stage,
        json!({ "tipAmount": 1000, "partnerUserId": "ada" }),
        None,
    )
    .await;
    assert_eq!(gift.tokens_awarded, Tokens(25));
}

async fn half_a_dollar_counts_as_a_whole_one(stage: &mut Stage) {
    for (amount, tokens) in [(4999, 50), (150, 2), (149, 1), (100, 1)] {
        let gift = give(
            stage,
            json!({ "amount": amount, "partnerUserId": "ada" }),
            None,
        )
        .await;
        assert_eq!(gift.tokens_awarded, Tokens(tokens), "{amount}");
    }
    assert_eq!(balance_of(stage, "ada").await, 54);
}

async fn the_user_whom_the_partner_names_is_rewarded(stage: &mut Stage) {
    user(stage, "ada", None).await;
    user(stage, "other", Some(ADA)).await;
    give(stage, json!({ "partnerUserId": "ada" }), Some(ADA)).await;
    assert_eq!(balance_of(stage, "ada").await, 25);
    assert_eq!(balance_of(stage, "other").await, 0);
}

async fn a_named_user_who_is_unknown_is_made(stage: &mut Stage) {
    give(stage, json!({ "partnerUserId": "Ada" }), Some(ADA)).await;
    let external_id = ExternalUserId("Ada".to_owned());
    let made = stage.ours.call(&GetUser { external_id }).await;
    assert_eq!(made.email.as_deref(), Some(ADA));
    assert_eq!(made.first_name.as_deref(), Some("Ada"));
    let told = stage.events_of("user.created").await;
    assert_eq!(told.len(), 1);
    assert_eq!(
        told[0].data,
        json!({ "externalUserId": "Ada", "id": made.id })
    );
}

async fn a_donor_is_known_by_the_address_in_any_case(stage: &mut Stage) {
    user(stage, "ada", Some("Ada@Example.org")).await;
    give(stage, json!({}), Some("aDA@example.ORG")).await;
    assert_eq!(balance_of(stage, "ada").await, 25);
    assert_eq!(stage.count("users").await, 1);
}

async fn of_two_users_with_one_address_the_older_is_rewarded(stage: &mut Stage) {
    user(stage, "z-older", Some(ADA)).await;
    stage.pass_time(MINUTE_MS);
    user(stage, "a-younger", Some(ADA)).await;
    give(stage, json!({}), Some(ADA)).await;
    assert_eq!(balance_of(stage, "z-older").await, 25);
    assert_eq!(balance_of(stage, "a-younger").await, 0);
}

async fn a_donor_whom_nobody_knows_is_made_once(stage: &mut Stage) {
    give(stage, json!({}), Some(ADA)).await;
    give(stage, json!({}), Some("ADA@example.org")).await;
    let users = stage.ours.call(&ListUsers::default()).await.data;
    assert_eq!(users.len(), 1);
    let name = users[0].external_user_id.as_str();
    assert!(
        name.starts_with("donor_") && name.len() == "donor_".len() + 22,
        "{name}"
    );
    assert_eq!(balance_of(stage, name).await, 50);
}

async fn a_gift_never_changes_a_user(stage: &mut Stage) {
    let before = user(stage, "ada", Some("old@example.org")).await;
    stage.pass_time(MINUTE_MS);
    give(stage, json!({ "partnerUserId": "ada" }), Some(ADA)).await;
    let external_id = before.external_user_id.clone();
    assert_eq!(stage.ours.call(&GetUser { external_id }).await, before);
}

async fn another_partners_user_is_not_rewarded(stage: &mut Stage) {
    let call = json!({ "externalUserId": "theirs", "email": ADA });
    let made = stage
        .theirs
        .signed_json("POST", "/v1/partner/users", &call)
        .send()
        .await;
    assert_eq!(made.status, 201);
    give(stage, json!({}), Some(ADA)).await;
    let users = stage.ours.call(&ListUsers::default()).await.data;
    assert!(users[0].external_user_id.as_str().starts_with("donor_"));
    let external_id = ExternalUserId("theirs".to_owned());
    let balance = stage.theirs.call(&GetUserBalance { external_id }).await;
    assert_eq!(balance.balance, Tokens(0));
}

async fn a_gift_without_a_donor_earns_nothing(stage: &mut Stage) {
    let gift = give(stage, json!({}), None).await;
    earns_nothing(stage, &gift).await;
}

async fn a_currency_without_a_rate_earns_nothing(stage: &mut Stage) {
    let gift = give(stage, json!({ "currency": "EUR" }), Some(ADA)).await;
    earns_nothing(stage, &gift).await;
}

async fn a_partner_without_actions_rewards_nobody(stage: &mut Stage) {
    stage
        .change_partner(|partner| partner.features = vec![Feature::Donations])
        .await;
    let gift = give(stage, json!({}), Some(ADA)).await;
    earns_nothing(stage, &gift).await;
}

async fn earns_nothing(stage: &Stage, gift: &shared::donation::Donation) {
    assert_eq!(gift.status, DonationStatus::Completed);
    assert_eq!(gift.reward_status, RewardStatus::NotEligible);
    assert_eq!(gift.tokens_awarded, Tokens(0));
    for table in ["users", "actions", "jobs"] {
        assert_eq!(stage.count(table).await, 0, "{table}");
    }
}

async fn tokens_that_vest_are_not_available_yet(stage: &mut Stage) {
    // The pool that ends first pays.
    let end = stage.now().plus_ms(DAY_MS);
    stage
        .add_pool(100, |pool| {
            (pool.vesting_days, pool.expires_at) = (30, Some(end));
        })
        .await;
    give(stage, json!({ "partnerUserId": "ada" }), None).await;
    let external_id = ExternalUserId("ada".to_owned());
    let look = GetUserBalance { external_id };
    stage.pass_time(30 * DAY_MS - 1);
    let before = stage.ours.call(&look).await;
    assert_eq!(
        (before.balance, before.available, before.vesting),
        (Tokens(25), Tokens(0), Tokens(25))
    );
    stage.pass_time(1);
    let after = stage.ours.call(&look).await;
    assert_eq!(
        (after.balance, after.available, after.vesting),
        (Tokens(25), Tokens(25), Tokens(0))
    );
}

async fn the_nonprofit_shows_what_was_raised(stage: &mut Stage) {
    give(stage, json!({ "tipAmount": 500 }), Some(ADA)).await;
    give(stage, json!({ "amount": 1000 }), Some(ADA)).await;
    give(stage, json!({ "amount": 300, "currency": "EUR" }), None).await;
    stage.create_link().await;
    let path = "/v1/partner/organizations/river-trust";
    let ours = stage.ours.widget("GET", path).send().await.json();
    assert_eq!(
        ours["raised"],
        json!([
            { "currency": "EUR", "amount": 300, "count": 1 },
            { "currency": "USD", "amount": 3500, "count": 2 },
        ])
    );
    let theirs = stage.theirs.widget("GET", path).send().await.json();
    assert_eq!(theirs["raised"], json!([]));
}
