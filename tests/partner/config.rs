//! `GET` and `PATCH /v1/partner/config`

use serde_json::{Value, json};
use shared::config::GetConfig;
use shared::portal_user::Role;
use shared::{Code, Feature};

use crate::stage::{Response, Stage};

on_both_databases! {
    a_widget_learns_what_its_partner_has_set,
    a_widget_sees_each_currency_with_its_bounds_and_presets,
    the_configuration_follows_the_partner,
    a_partner_sets_what_its_widgets_show,
    what_a_widget_cannot_show_is_refused_by_field,
    the_secret_key_and_who_is_signed_in_may_set_it,
}

async fn a_widget_learns_what_its_partner_has_set(stage: &mut Stage) {
    let config = stage.ours.ask(&GetConfig {}).await.json();
    assert_eq!(config["id"], json!(stage.ours.partner.id));
    assert_eq!(config["name"], "Partner ours");
    assert_eq!(config["slug"], "ours");
    assert_eq!(
        config["enabledFeatures"],
        json!(["DONATIONS", "ACTIONS", "PARTNER_INFLOW"])
    );
    assert_eq!(config["rateLimit"], 1000);
    assert_eq!(config["isActive"], true);
    assert_eq!(config["webhookUrl"], json!(null));
    assert_eq!(
        config["tipConfig"],
        json!({ "enabled": true, "defaultPercent": 10 })
    );
    assert_eq!(config["locale"], "en-US");
    assert_eq!(
        config["theme"],
        json!({ "primaryColor": "#0b6e4f", "radius": 12, "font": null, "mode": "auto" })
    );
}

async fn a_widget_sees_each_currency_with_its_bounds_and_presets(stage: &mut Stage) {
    let config = stage.ours.ask(&GetConfig {}).await.json();
    assert_eq!(
        config["donation"],
        json!({
            "currencies": [{
                "code": "USD", "decimals": 2, "min": 100, "max": 99_999_999,
                "presets": [1000, 2500, 5000, 10_000],
            }],
            "defaultCurrency": "USD",
            "frequencies": ["once", "monthly"],
            "providers": ["stripe", "every.org"],
        })
    );
}

async fn the_configuration_follows_the_partner(stage: &mut Stage) {
    stage
        .change_partner(|partner| partner.features = vec![Feature::Donations])
        .await;
    let config = stage.ours.call(&GetConfig {}).await;
    assert_eq!(config.enabled_features, [Feature::Donations]);
}

async fn change(stage: &Stage, body: &Value) -> Response {
    let request = stage.ours.signed_json("PATCH", "/v1/partner/config", body);
    request.send().await
}

async fn a_partner_sets_what_its_widgets_show(stage: &mut Stage) {
    let body = json!({
        "tipConfig": { "defaultPercent": 12.5 },
        "donation": {
            "currencies": [{ "code": "USD", "presets": [500, 1000] }, { "code": "JPY", "presets": [] }],
            "defaultCurrency": "JPY",
            "frequencies": ["monthly"],
            "providers": ["every.org"],
        },
        "theme": { "primaryColor": "#AA00ff", "radius": 0, "font": "Georgia, serif", "mode": "dark" },
        "locale": "de-DE",
    });
    let changed: Value = change(stage, &body).await.answer(200);
    assert_eq!(
        changed["tipConfig"],
        json!({ "enabled": true, "defaultPercent": 12.5 })
    );
    assert_eq!(changed["donation"]["defaultCurrency"], "JPY");
    assert_eq!(
        changed["donation"]["currencies"][1]["presets"],
        json!([500, 1000])
    );
    assert_eq!(changed["donation"]["frequencies"], json!(["monthly"]));
    assert_eq!(changed["donation"]["providers"], json!(["every.org"]));
    assert_eq!(
        changed["theme"],
        json!({ "primaryColor": "#AA00ff", "radius": 0, "font": "Georgia, serif", "mode": "dark" })
    );
    assert_eq!(changed["locale"], "de-DE");
    assert_eq!(stage.ours.ask(&GetConfig {}).await.json(), changed);
    let back: Value = change(stage, &json!({ "theme": { "font": null } }))
        .await
        .answer(200);
    assert_eq!(back["theme"]["font"], Value::Null);
    assert_eq!(back["theme"]["mode"], "dark");
}

async fn what_a_widget_cannot_show_is_refused_by_field(stage: &mut Stage) {
    let before = stage.ours.ask(&GetConfig {}).await.json();
    let currencies = |currencies: Value| json!({ "donation": { "currencies": currencies } });
    for (body, field) in [
        (
            json!({ "tipConfig": { "defaultPercent": 100.01 } }),
            "tipConfig.defaultPercent",
        ),
        (currencies(json!([])), "donation.currencies"),
        (
            currencies(json!([{ "code": "USD", "presets": [] }, { "code": "USD", "presets": [] }])),
            "donation.currencies",
        ),
        (
            currencies(json!([{ "code": "USD", "presets": [99] }])),
            "donation.currencies[0].presets",
        ),
        (
            currencies(json!([{ "code": "USD", "presets": [500, 500] }])),
            "donation.currencies[0].presets",
        ),
        (
            currencies(json!([{ "code": "USD", "presets": [100, 200, 300, 400, 500, 600, 700] }])),
            "donation.currencies[0].presets",
        ),
        (
            currencies(json!([{ "code": "XXX", "presets": [] }])),
            "donation.currencies[0].code",
        ),
        (
            json!({ "donation": { "defaultCurrency": "EUR" } }),
            "donation.defaultCurrency",
        ),
        (
            json!({ "donation": { "frequencies": [] } }),
            "donation.frequencies",
        ),
        (
            json!({ "donation": { "providers": ["stripe", "stripe"] } }),
            "donation.providers",
        ),
        (
            json!({ "theme": { "primaryColor": "red" } }),
            "theme.primaryColor",
        ),
        (json!({ "theme": { "radius": 33 } }), "theme.radius"),
        (
            json!({ "theme": { "font": "x; color: red" } }),
            "theme.font",
        ),
        (json!({ "locale": "nowhere in particular" }), "locale"),
    ] {
        change(stage, &body).await.refused_field(field);
    }
    assert_eq!(stage.ours.ask(&GetConfig {}).await.json(), before);
}

async fn the_secret_key_and_who_is_signed_in_may_set_it(stage: &mut Stage) {
    stage.sign_in_owners().await;
    let viewer = stage.person(Role::Viewer).await.access;
    let patch = |body: &Value| {
        let client = &stage.ours.client;
        client.request("PATCH", "/v1/partner/config").json(body)
    };
    let owner = patch(&json!({ "locale": "fr-FR" })).bearer(&stage.ours.owner);
    assert_eq!(owner.send().await.answer::<Value>(200)["locale"], "fr-FR");
    let keys = &stage.ours.keys;
    let publishable = patch(&json!({})).signed(&keys.public, &keys.hmac_secret);
    publishable.send().await.refused(Code::SecretKeyRequired);
    let refused = patch(&json!({})).bearer(&viewer).send().await;
    refused.refused(Code::InsufficientRole);
    let wrong = patch(&json!({})).bearer("a.b.c").send().await;
    wrong.refused(Code::InvalidToken);
    let theirs = stage.theirs.ask(&GetConfig {}).await.json();
    assert_eq!(theirs["locale"], "en-US");
}
