//! Pledges in cash and in stock: booked once, to the last digit.

use serde_json::{Value, json};

use super::scene::{CASH, DONOR, STOCK, cash, key, open_fund, provision, stock, with};
use crate::stage::{MINUTE_MS, Stage};

on_both_databases! {
    cash_is_credited_to_the_fund,
    stock_is_credited_to_the_fund,
    a_replay_answers_the_same_and_credits_nothing,
    a_changed_body_under_the_key_is_refused,
    an_operation_comes_once,
    an_amount_is_exact_to_the_last_digit,
    another_partners_fund_is_none,
    a_user_without_name_and_address_gives_nothing,
    a_bad_amount_is_named,
    bad_input_is_named,
    bad_stock_is_named,
    bad_lots_are_named,
}

fn id(fund: &Value) -> &str {
    fund["id"].as_str().unwrap()
}

async fn cash_is_credited_to_the_fund(stage: &mut Stage) {
    let fund = open_fund(&stage.ours, DONOR).await;
    stage.pass_time(MINUTE_MS);
    let made: Value = stage
        .ours
        .post(CASH, &cash(&fund, 25_000_000))
        .await
        .answer(201);
    assert_eq!(made.as_object().unwrap().len(), 1);
    assert_eq!(made["id"].as_str().unwrap().len(), 36);
    let path = format!("/v1/funds/{}", id(&fund));
    let read: Value = stage.ours.platform("GET", &path).send().await.answer(200);
    assert_eq!(read["usdcBalance"], "25000000");
    assert_eq!(read["createdAtUtc"], fund["createdAtUtc"]);
    assert_eq!(read["updatedAtUtc"], json!(stage.now()));
    let again: Value = stage.ours.post(CASH, &cash(&fund, 1)).await.answer(201);
    assert_ne!(again["id"], made["id"]);
    assert_eq!(stage.ours.fund_balance(id(&fund)).await, "25000001");
}

async fn stock_is_credited_to_the_fund(stage: &mut Stage) {
    let fund = open_fund(&stage.ours, DONOR).await;
    let made = stage.ours.post(STOCK, &stock(&fund, 125)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let without_lots = with(stock(&fund, 126), "stockPledgeData.lots", Value::Null);
    assert_eq!(stage.ours.post(STOCK, &without_lots).await.status, 201);
    assert_eq!(stage.ours.fund_balance(id(&fund)).await, "251");
    assert_eq!(stage.count("pledges WHERE stock IS NOT NULL").await, 2);
}

async fn a_replay_answers_the_same_and_credits_nothing(stage: &mut Stage) {
    let fund = open_fund(&stage.ours, DONOR).await;
    for (path, body) in [(CASH, cash(&fund, 5)), (STOCK, stock(&fund, 6))] {
        let first = stage.ours.post(path, &body).await;
        assert_eq!(first.header("idempotent-replayed"), None);
        // The key counts, not how it is spelt; members that nobody knows do not.
        let upper = body["idempotencyKey"].as_str().unwrap().to_uppercase();
        let other = with(
            with(body.clone(), "idempotencyKey", json!(upper)),
            "note",
            json!("again"),
        );
        for body in [&body, &other] {
            let again = stage.ours.post(path, body).await;
            assert_eq!((again.status, &again.text), (201, &first.text));
            assert_eq!(again.header("idempotent-replayed"), Some("true"));
        }
    }
    assert_eq!(stage.ours.fund_balance(id(&fund)).await, "11");
    // The same key of another partner is another key.
    let theirs = open_fund(&stage.theirs, DONOR).await;
    assert_eq!(stage.theirs.post(CASH, &cash(&theirs, 5)).await.status, 201);
    assert_eq!(stage.theirs.fund_balance(id(&theirs)).await, "5");
}

async fn a_changed_body_under_the_key_is_refused(stage: &mut Stage) {
    let fund = open_fund(&stage.ours, DONOR).await;
    provision(&stage.ours, "another-donor-0001").await;
    let body = cash(&fund, 5);
    assert_eq!(stage.ours.post(CASH, &body).await.status, 201);
    for (path, value) in [
        ("pledgedAmountMicroDollars", json!("6")),
        ("receivingFundId", json!(key(9))),
        ("partnerOperationId", json!("another")),
        ("partnerUserIdentifier", json!("another-donor-0001")),
    ] {
        let refused = stage
            .ours
            .post(CASH, &with(body.clone(), path, value))
            .await;
        refused.turned_down(409, "idempotency key");
    }
    let as_stock = with(
        stock(&fund, 5),
        "idempotencyKey",
        body["idempotencyKey"].clone(),
    );
    stage
        .ours
        .post(STOCK, &as_stock)
        .await
        .turned_down(409, "idempotency key");
    assert_eq!(stage.ours.fund_balance(id(&fund)).await, "5");
}

async fn an_operation_comes_once(stage: &mut Stage) {
    let fund = open_fund(&stage.ours, DONOR).await;
    assert_eq!(stage.ours.post(CASH, &cash(&fund, 5)).await.status, 201);
    let other = with(cash(&fund, 6), "partnerOperationId", json!("operation 5"));
    stage
        .ours
        .post(CASH, &other)
        .await
        .turned_down(409, "partnerOperationId");
    let other = with(stock(&fund, 6), "partnerOperationId", json!("operation 5"));
    stage
        .ours
        .post(STOCK, &other)
        .await
        .turned_down(409, "partnerOperationId");
    assert_eq!(stage.ours.fund_balance(id(&fund)).await, "5");
}

async fn an_amount_is_exact_to_the_last_digit(stage: &mut Stage) {
    let fund = open_fund(&stage.ours, DONOR).await;
    let largest = "9223372036854775807";
    let body = with(cash(&fund, 1), "pledgedAmountMicroDollars", json!(largest));
    assert_eq!(stage.ours.post(CASH, &body).await.status, 201);
    assert_eq!(stage.ours.fund_balance(id(&fund)).await, largest);
    let more = stage.ours.post(CASH, &cash(&fund, 2)).await;
    more.turned_down(400, "more than can be counted");
    assert_eq!(stage.ours.fund_balance(id(&fund)).await, largest);
    // The entries of the outside world come to more than 63 bits hold.
    let other = super::scene::fund("another-account-01", DONOR);
    let other: Value = stage
        .ours
        .post(super::scene::FUNDS, &other)
        .await
        .answer(201);
    let body = with(cash(&other, 3), "pledgedAmountMicroDollars", json!(largest));
    assert_eq!(stage.ours.post(CASH, &body).await.status, 201);
}

async fn another_partners_fund_is_none(stage: &mut Stage) {
    let theirs = open_fund(&stage.theirs, DONOR).await;
    provision(&stage.ours, DONOR).await;
    stage
        .ours
        .post(CASH, &cash(&theirs, 5))
        .await
        .turned_down(404, "no fund of yours");
    stage
        .ours
        .post(STOCK, &stock(&theirs, 5))
        .await
        .turned_down(404, "no fund of yours");
    assert_eq!(stage.theirs.fund_balance(id(&theirs)).await, "0");
}

async fn a_user_without_name_and_address_gives_nothing(stage: &mut Stage) {
    let fund = open_fund(&stage.ours, DONOR).await;
    let user = json!({ "externalUserId": "user-of-the-shop-1" });
    let made = stage.ours.signed_json("POST", "/v1/partner/users", &user);
    assert_eq!(made.send().await.status, 201);
    let body = with(
        cash(&fund, 5),
        "partnerUserIdentifier",
        json!("user-of-the-shop-1"),
    );
    stage
        .ours
        .post(CASH, &body)
        .await
        .turned_down(400, "name and address");
}

/// Checks that each change of a body is refused, in words that name it, and that
/// nothing was booked.
async fn check_refused(
    stage: &Stage,
    path: &str,
    (body, changes): (Value, &[(&str, Value, &str)]),
) {
    for (member, value, words) in changes {
        let body = with(body.clone(), member, value.clone());
        let refused = stage.ours.post(path, &body).await;
        refused.turned_down(400, words);
    }
    assert_eq!(stage.count("pledges").await, 0);
}

async fn a_bad_amount_is_named(stage: &mut Stage) {
    const CASH_AMOUNT: &str = "pledgedAmountMicroDollars";
    const STOCK_AMOUNT: &str = "donationValueMicroDollars";
    let fund = open_fund(&stage.ours, DONOR).await;
    let texts = [
        "0",
        "-1",
        "1.5",
        "1e3",
        "",
        " 5",
        "5 ",
        "0x5",
        "9223372036854775808",
    ];
    let texts = texts.into_iter().map(Value::from);
    let others = [
        json!("9".repeat(20)),
        json!(5),
        json!(5.5),
        json!(true),
        json!({}),
        Value::Null,
    ];
    for amount in texts.chain(others) {
        let change = [(CASH_AMOUNT, amount.clone(), CASH_AMOUNT)];
        check_refused(stage, CASH, (cash(&fund, 5), &change)).await;
        let change = [(STOCK_AMOUNT, amount, STOCK_AMOUNT)];
        check_refused(stage, STOCK, (stock(&fund, 5), &change)).await;
    }
}

async fn bad_input_is_named(stage: &mut Stage) {
    let fund = open_fund(&stage.ours, DONOR).await;
    let too_long = json!("a".repeat(37));
    let changes = [
        ("idempotencyKey", Value::Null, "idempotencyKey is required"),
        (
            "idempotencyKey",
            json!("once"),
            "idempotencyKey must be a UUID",
        ),
        (
            "receivingFundId",
            json!("1"),
            "receivingFundId must be a UUID",
        ),
        (
            "partnerOperationId",
            json!(""),
            "partnerOperationId must have 1 to 36",
        ),
        (
            "partnerOperationId",
            too_long,
            "partnerOperationId must have 1 to 36",
        ),
        (
            "partnerUserIdentifier",
            json!("short"),
            "partnerUserIdentifier must be longer",
        ),
    ];
    check_refused(stage, CASH, (cash(&fund, 5), &changes)).await;
    check_refused(stage, STOCK, (stock(&fund, 5), &changes)).await;
}

async fn bad_stock_is_named(stage: &mut Stage) {
    let fund = open_fund(&stage.ours, DONOR).await;
    let data = "stockPledgeData";
    let (shares, ticker) = ("stockPledgeData.shares", "stockPledgeData.ticker");
    let changes = [
        (data, Value::Null, "stockPledgeData is required"),
        (shares, Value::Null, "stockPledgeData.shares is required"),
        (
            shares,
            json!(0),
            "stockPledgeData.shares must be greater than 0",
        ),
        (shares, json!(-1), "stockPledgeData.shares must be a number"),
        (
            shares,
            json!("ten"),
            "stockPledgeData.shares must be a number",
        ),
        (ticker, json!(" "), ticker),
        (ticker, json!("A".repeat(21)), ticker),
    ];
    check_refused(stage, STOCK, (stock(&fund, 5), &changes)).await;
}

async fn bad_lots_are_named(stage: &mut Stage) {
    let fund = open_fund(&stage.ours, DONOR).await;
    let too_many = "stockPledgeData.lots must not add up to more than the";
    let (first, second) = ("stockPledgeData.lots.0", "stockPledgeData.lots.1");
    let of = |lot: &str, name: &str| format!("{lot}.{name}");
    let changes = [
        ("stockPledgeData.shares".to_owned(), json!(9.9), too_many),
        (of(first, "numberOfShares"), json!("4.00000001"), too_many),
        (
            of(second, "numberOfShares"),
            json!(0),
            "lots[1].numberOfShares must be greater",
        ),
        (
            of(second, "numberOfShares"),
            Value::Null,
            "numberOfShares is required",
        ),
        (
            of(first, "purchaseDate"),
            json!("yesterday"),
            "lots[0].purchaseDate must be a day",
        ),
        (
            of(first, "purchasePrice"),
            json!("cheap"),
            "purchasePrice must be a number",
        ),
        (
            of(first, "lotId"),
            json!("a".repeat(256)),
            "stockPledgeData.lots[0].lotId",
        ),
    ];
    for (path, value, words) in changes {
        check_refused(stage, STOCK, (stock(&fund, 5), &[(&path, value, words)])).await;
    }
}
