//! `GET /v1/partner/config`

use serde_json::json;
use shared::Feature;
use shared::config::GetConfig;

use crate::stage::Stage;

on_both_databases! {
    a_widget_learns_what_its_partner_has_set,
    a_widget_sees_each_currency_with_its_bounds_and_presets,
    the_configuration_follows_the_partner,
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
