//! Amounts in every currency, and the tip.

use serde_json::{Value, json};
use shared::Code;
use shared::donation::Provider;
use shared::money::Currency;

use crate::stage::{Stage, gift_with};

on_both_databases! {
    each_currency_is_taken_from_its_smallest_to_its_largest_amount,
    an_unlisted_currency_is_named,
    every_org_takes_dollars_only,
    a_tip_is_a_share_of_the_amount_with_halves_rounded_up,
    a_tip_in_money_wins_over_a_share,
    every_org_takes_no_tip,
    a_partner_whose_tips_are_off_gets_none,
}

async fn each_currency_is_taken_from_its_smallest_to_its_largest_amount(stage: &mut Stage) {
    for currency in Currency::ALL.iter().copied() {
        let gift = |amount| gift_with(&json!({ "currency": currency, "amount": amount }));
        let (min, max) = (currency.min().0, currency.max().0);
        for amount in [min, max] {
            stage.ours.call(&gift(amount)).await;
        }
        for amount in [min - 1, max + 1] {
            stage.ours.ask(&gift(amount)).await.refused_field("amount");
        }
    }
    assert_eq!(
        stage.count("donations").await,
        2 * i64::try_from(Currency::ALL.len()).unwrap()
    );
}

async fn an_unlisted_currency_is_named(stage: &mut Stage) {
    for code in ["ISK", "XXX", "US", "", "USDT", "€"] {
        let response = stage
            .ours
            .ask(&gift_with(&json!({ "currency": code })))
            .await;
        let refusal = response.refused(Code::UnsupportedCurrency);
        assert_eq!(refusal.errors[0].field, "currency");
    }
    assert_eq!(stage.count("donations").await, 0);
}

async fn every_org_takes_dollars_only(stage: &mut Stage) {
    let gift = |currency| gift_with(&json!({ "provider": "every.org", "currency": currency }));
    stage
        .ours
        .ask(&gift("EUR"))
        .await
        .refused(Code::UnsupportedCurrency);
    stage.ours.call(&gift("USD")).await;
}

async fn a_tip_is_a_share_of_the_amount_with_halves_rounded_up(stage: &mut Stage) {
    for (amount, percent, tip) in [
        (2500, json!(10), 250),
        (2500, json!(12.5), 313),
        (101, json!(0.5), 1),
        (101, json!(0.49), 0),
        (2500, json!(0), 0),
        (2500, json!(100), 2500),
        (99_999_999, json!(33.33), 33_330_000),
    ] {
        let fields = json!({ "amount": amount, "tipPercent": percent });
        assert_eq!(tip_of(stage, fields).await, tip, "{percent} % of {amount}");
    }
}

async fn a_tip_in_money_wins_over_a_share(stage: &mut Stage) {
    assert_eq!(
        tip_of(stage, json!({ "tipAmount": 7, "tipPercent": 50 })).await,
        7
    );
    assert_eq!(
        tip_of(stage, json!({ "tipAmount": 0, "tipPercent": 50 })).await,
        0
    );
    assert_eq!(tip_of(stage, json!({ "tipAmount": 2500 })).await, 2500);
    assert_eq!(tip_of(stage, json!({})).await, 0);
}

async fn every_org_takes_no_tip(stage: &mut Stage) {
    let gift = json!({ "provider": Provider::EveryOrg, "tipAmount": 100, "tipPercent": 10 });
    assert_eq!(tip_of(stage, gift).await, 0);
}

async fn a_partner_whose_tips_are_off_gets_none(stage: &mut Stage) {
    stage
        .change_partner(|partner| partner.config.tip.enabled = false)
        .await;
    assert_eq!(
        tip_of(stage, json!({ "tipAmount": 100, "tipPercent": 10 })).await,
        0
    );
}

async fn tip_of(stage: &Stage, fields: Value) -> i64 {
    let link = stage.create_link_with(fields).await;
    stage.status(&link.partner_donation_id).await.tip_amount.0
}
