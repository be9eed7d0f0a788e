//! `/v1/partner/dashboard`

mod activity;
mod agreement;
mod bad_input;
mod health;
mod usage;

use serde_json::Value;

use crate::stage::Stage;

impl Stage {
    /// What a dashboard of ours shows.
    async fn dashboard(&self, path: &str) -> Value {
        let path = format!("/v1/partner/dashboard/{path}");
        self.ours.signed("GET", &path).send().await.answer(200)
    }

    /// Folds all that was done so far.
    pub(crate) async fn fold(&self) {
        server::worker::fold::pass(self.app(), 1).await.unwrap();
    }
}
