//! Requests an hour: who is counted, what is free, and when it begins anew.

use futures_util::future::{join_all, join3};
use shared::Code;
use shared::config::GetConfig;
use shared::donation::GetDonationStatus;
use shared::partner::Tier;
use shared::user::ListUsers;

use crate::stage::{Client, HOUR_MS, Response, Stage};

on_both_databases! {
    an_answer_says_how_much_is_left,
    a_key_that_has_used_its_hour_waits_for_the_next,
    each_key_has_an_hour_of_its_own,
    a_higher_tier_may_do_more,
    a_widget_is_limited_by_its_clients_address,
    a_widgets_key_is_limited_at_twenty_times_its_tier,
    an_answer_that_the_caller_has_already_is_free,
    a_wait_is_free,
    a_refused_body_counts,
    a_thousand_failed_authentications_from_one_address_are_enough,
    a_forged_address_is_not_believed,
    pages_are_limited_by_address,
    every_call_of_an_hour_is_given_in_one_process,
    three_processes_share_a_limit,
    what_a_process_has_left_is_given_to_the_next,
    a_limit_that_is_raised_is_at_once_in_use,
    a_call_that_is_free_gives_back_what_it_took,
}

async fn an_answer_says_how_much_is_left(stage: &mut Stage) {
    for left in [999, 998, 997] {
        let response = stage.ours.ask(&ListUsers::default()).await;
        assert_eq!(response.number("x-ratelimit-limit"), 1000);
        assert_eq!(response.number("x-ratelimit-remaining"), left);
        // It is 11:20, so the next hour is 40 minutes away.
        assert_eq!(
            response.number("x-ratelimit-reset"),
            stage.now().seconds() + 2400
        );
    }
}

async fn a_key_that_has_used_its_hour_waits_for_the_next(stage: &mut Stage) {
    stage
        .restart(|settings| settings.rate_limit_standard = 2)
        .await;
    stage.ours.call(&ListUsers::default()).await;
    stage.ours.call(&ListUsers::default()).await;
    let response = stage.ours.ask(&ListUsers::default()).await;
    response.refused(Code::RateLimited);
    assert_eq!(response.number("x-ratelimit-remaining"), 0);
    let wait = response.number("retry-after");
    assert_eq!(wait, 2400);
    stage.pass_time(wait * 1000 - 1);
    stage
        .ours
        .ask(&ListUsers::default())
        .await
        .refused(Code::RateLimited);
    stage.pass_time(1);
    stage.ours.call(&ListUsers::default()).await;
}

async fn each_key_has_an_hour_of_its_own(stage: &mut Stage) {
    stage
        .restart(|settings| settings.rate_limit_standard = 1)
        .await;
    stage.ours.call(&ListUsers::default()).await;
    stage
        .ours
        .ask(&ListUsers::default())
        .await
        .refused(Code::RateLimited);
    stage.theirs.call(&ListUsers::default()).await;
    stage.ours.keys = stage.limit_key(|_| {}).await;
    stage.ours.call(&ListUsers::default()).await;
}

async fn a_higher_tier_may_do_more(stage: &mut Stage) {
    for (tier, limit) in [(Tier::Professional, 5_000), (Tier::Enterprise, 25_000)] {
        stage.change_partner(|partner| partner.tier = tier).await;
        let response = stage.ours.ask(&ListUsers::default()).await;
        assert_eq!(response.number("x-ratelimit-limit"), limit);
        assert_eq!(stage.ours.call(&GetConfig {}).await.rate_limit, limit);
    }
}

async fn a_widget_is_limited_by_its_clients_address(stage: &mut Stage) {
    behind_a_proxy(stage, 20, 2).await;
    for left in [1, 0] {
        let response = config_for(stage, "203.0.113.1").await;
        assert_eq!(response.number("x-ratelimit-limit"), 2);
        assert_eq!(response.number("x-ratelimit-remaining"), left);
    }
    let refused = config_for(stage, "203.0.113.1").await;
    refused.refused(Code::RateLimited);
    assert_eq!(refused.number("retry-after"), 2400);
    assert_eq!(config_for(stage, "203.0.113.2").await.status, 200);
    stage.pass_time(HOUR_MS);
    assert_eq!(config_for(stage, "203.0.113.1").await.status, 200);
}

async fn a_widgets_key_is_limited_at_twenty_times_its_tier(stage: &mut Stage) {
    behind_a_proxy(stage, 1, 100).await;
    for donor in 1..=20 {
        let response = config_for(stage, &format!("203.0.113.{donor}")).await;
        assert_eq!(response.number("x-ratelimit-limit"), 20);
        assert_eq!(response.number("x-ratelimit-remaining"), 20 - donor);
    }
    config_for(stage, "203.0.113.99")
        .await
        .refused(Code::RateLimited);
    // Signed calls of the same pair are counted apart.
    stage.ours.call(&ListUsers::default()).await;
}

/// Takes addresses from `X-Forwarded-For`, under limits of a key and an address.
async fn behind_a_proxy(stage: &mut Stage, standard: u32, address: u32) {
    stage
        .restart(|settings| {
            settings.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
            settings.rate_limit_standard = standard;
            settings.rate_limit_widget_address = address;
        })
        .await;
}

async fn config_for(stage: &Stage, address: &str) -> Response {
    let request = stage.ours.prepare(&GetConfig {});
    request.header("x-forwarded-for", address).send().await
}

async fn an_answer_that_the_caller_has_already_is_free(stage: &mut Stage) {
    let status = GetDonationStatus {
        partner_donation_id: stage.create_link().await.partner_donation_id,
        wait: None,
    };
    let first = stage.ours.ask(&status).await;
    let etag = first.header("etag").unwrap();
    for _ in 0..3 {
        let again = stage
            .ours
            .prepare(&status)
            .header("if-none-match", etag)
            .send()
            .await;
        assert_eq!(again.status, 304);
    }
    let last = stage.ours.ask(&status).await;
    let left = |response: &Response| response.number("x-ratelimit-remaining");
    assert_eq!(left(&last), left(&first) - 1);
}

async fn a_wait_is_free(stage: &mut Stage) {
    let partner_donation_id = stage.create_link().await.partner_donation_id;
    let status = |wait| GetDonationStatus {
        partner_donation_id: partner_donation_id.clone(),
        wait,
    };
    let first = stage.ours.ask(&status(None)).await;
    assert_eq!(stage.ours.ask(&status(Some(1))).await.status, 200);
    let last = stage.ours.ask(&status(None)).await;
    let left = |response: &Response| response.number("x-ratelimit-remaining");
    assert_eq!(left(&last), left(&first) - 1);
}

async fn a_refused_body_counts(stage: &mut Stage) {
    let path = "/v1/partner/donations/create-link";
    for left in [299, 298] {
        let response = stage.ours.widget("POST", path).send().await;
        response.refused(Code::ValidationError);
        assert_eq!(response.number("x-ratelimit-remaining"), left);
    }
}

async fn a_thousand_failed_authentications_from_one_address_are_enough(stage: &mut Stage) {
    let guess = || {
        stage
            .ours
            .widget("GET", "/v1/partner/config")
            .header("x-partner-key", "pk_test_0")
            .send()
    };
    for _ in 0..20 {
        for response in join_all((0..50).map(|_| guess())).await {
            response.refused(Code::InvalidApiKey);
        }
    }
    let refused = guess().await;
    refused.refused(Code::RateLimited);
    assert_eq!(refused.number("retry-after"), 2400);
    stage.pass_time(HOUR_MS);
    guess().await.refused(Code::InvalidApiKey);
}

async fn a_forged_address_is_not_believed(stage: &mut Stage) {
    stage
        .restart(|settings| settings.rate_limit_widget_address = 2)
        .await;
    for forged in ["203.0.113.1", "203.0.113.2, 203.0.113.3"] {
        assert_eq!(config_for(stage, forged).await.status, 200);
    }
    for forged in ["203.0.113.4", "::1", "nobody"] {
        let refused = config_for(stage, forged).await;
        refused.refused(Code::RateLimited);
    }
}

async fn pages_are_limited_by_address(stage: &mut Stage) {
    stage
        .restart(|settings| {
            settings.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
            settings.rate_limit_page_address = 2;
        })
        .await;
    let page = |address: &str| {
        // Without a demo there is nothing at it, which is a page as well.
        let request = stage.ours.client.request("GET", "/");
        request.header("x-forwarded-for", address).send()
    };
    for _ in 0..2 {
        assert_eq!(page("203.0.113.1").await.status, 404);
    }
    let refused = page("203.0.113.1").await;
    assert_eq!((refused.status, refused.number("retry-after")), (429, 2400));
    assert!(refused.text.contains("Too many tries"), "{}", refused.text);
    assert_eq!(page("203.0.113.2").await.status, 404);
    // Calls are counted by their keys.
    assert_eq!(config_for(stage, "203.0.113.1").await.status, 200);
    stage.pass_time(HOUR_MS);
    assert_eq!(page("203.0.113.1").await.status, 404);
}

async fn every_call_of_an_hour_is_given_in_one_process(stage: &mut Stage) {
    for limit in [7, 300] {
        stage
            .restart(|settings| settings.rate_limit_standard = limit)
            .await;
        let call = ListUsers::default();
        let calls = (0..limit + 20).map(|_| stage.ours.ask(&call));
        let answers = join_all(calls).await;
        let given = answers.iter().filter(|answer| answer.status == 200);
        assert_eq!(given.count(), limit as usize);
        let refused = answers.iter().filter(|answer| answer.status == 429);
        assert_eq!(refused.count(), 20);
        stage.pass_time(HOUR_MS);
    }
}

/// Asks until it is refused; answers how often it was not.
async fn use_up(stage: &Stage, client: &Client) -> i64 {
    let mut given = 0;
    loop {
        let asked = client.prepare(&stage.ours.keys, &ListUsers::default());
        let answer = asked.send().await;
        if answer.status == 429 {
            return given;
        }
        assert_eq!(answer.status, 200, "{}", answer.text);
        given += 1;
        assert!(given <= 1000, "one process alone gave more than all may");
    }
}

async fn three_processes_share_a_limit(stage: &mut Stage) {
    let others = [stage.start_another().await, stage.start_another().await];
    let [one, other] = [&others[0], &others[1]].map(|running| stage.client_of(running));
    let given = join3(
        use_up(stage, &stage.ours.client),
        use_up(stage, &one),
        use_up(stage, &other),
    );
    let given = given.await;
    let all = given.0 + given.1 + given.2;
    assert!((900..=1000).contains(&all), "{given:?}");
    for running in others {
        running.stop().await;
    }
}

async fn what_a_process_has_left_is_given_to_the_next(stage: &mut Stage) {
    for left in (990..1000).rev() {
        let response = stage.ours.ask(&ListUsers::default()).await;
        assert_eq!(response.number("x-ratelimit-remaining"), left);
        stage.restart(|_| {}).await;
    }
}

async fn a_limit_that_is_raised_is_at_once_in_use(stage: &mut Stage) {
    stage
        .restart(|settings| {
            settings.rate_limit_standard = 1;
            settings.rate_limit_professional = 3;
        })
        .await;
    let ask = async |stage: &Stage| stage.ours.ask(&ListUsers::default()).await;
    assert_eq!(ask(stage).await.status, 200);
    ask(stage).await.refused(Code::RateLimited);
    stage
        .change_partner(|partner| partner.tier = Tier::Professional)
        .await;
    for left in [1, 0] {
        assert_eq!(ask(stage).await.number("x-ratelimit-remaining"), left);
    }
    ask(stage).await.refused(Code::RateLimited);
    stage
        .change_partner(|partner| partner.tier = Tier::Standard)
        .await;
    let refused = ask(stage).await;
    refused.refused(Code::RateLimited);
    assert_eq!(refused.number("x-ratelimit-limit"), 1);
    assert_eq!(refused.number("x-ratelimit-remaining"), 0);
}

async fn a_call_that_is_free_gives_back_what_it_took(stage: &mut Stage) {
    // Of the last call of a widget's hour, asked for again and again.
    behind_a_proxy(stage, 1, 100).await;
    let status = GetDonationStatus {
        partner_donation_id: stage.create_link().await.partner_donation_id,
        wait: None,
    };
    let first = stage.ours.ask(&status).await;
    let etag = first.header("etag").unwrap().to_owned();
    let left = first.number("x-ratelimit-remaining");
    for donor in 0..left - 1 {
        assert_eq!(
            config_for(stage, &format!("203.0.113.{donor}"))
                .await
                .status,
            200
        );
    }
    for _ in 0..3 {
        let again = stage.ours.prepare(&status);
        let again = again.header("if-none-match", &etag).send().await;
        assert_eq!(
            (again.status, again.number("x-ratelimit-remaining")),
            (304, 1)
        );
    }
    assert_eq!(config_for(stage, "203.0.113.200").await.status, 200);
    config_for(stage, "203.0.113.201")
        .await
        .refused(Code::RateLimited);
}
