//! What partners send: actions one by one, by the hundred, or of every kind.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::signer::Signer;
use super::world::Tenant;
use crate::load::Script;

/// How many people a partner's actions are drawn from.
pub(super) const USERS: u64 = 10_000;
pub(super) const BULK: u64 = 100;

const SUBMIT: &str = "/v1/partner/actions/submit";
const SUBMIT_BULK: &str = "/v1/partner/actions/bulk";

/// No two scripts of a run share a number, and so no idempotency key.
static NUMBER: AtomicU64 = AtomicU64::new(1);

/// Everything that tells one action from another.
struct Source {
    tenants: Arc<[Tenant]>,
    number: u64,
    sent: u64,
    chance: u64,
}

impl Source {
    fn new(tenants: &Arc<[Tenant]>) -> Self {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Self {
            tenants: tenants.clone(),
            number,
            sent: 0,
            chance: number,
        }
    }

    /// A number below `end`, by the generator `SplitMix64`.
    fn below(&mut self, end: u64) -> u64 {
        self.chance = self.chance.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.chance;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    fn signer(&mut self) -> Signer {
        let tenants = u64::try_from(self.tenants.len()).expect("a count");
        let place = usize::try_from(self.below(tenants)).expect("a place");
        self.tenants[place].signer.clone()
    }

    /// A key that was never used.
    fn key(&mut self) -> String {
        self.sent += 1;
        format!("bench-{}-{}", self.number, self.sent)
    }

    fn user(&mut self) -> String {
        format!("user_{}", self.below(USERS))
    }

    /// An action of these people, each with the code of what they are.
    fn action(&mut self, action_type: &str, people: &[(&str, &str)]) -> String {
        let key = self.key();
        let mut body = format!(
            r#"{{"idempotencyKey":"{key}","actionType":"{action_type}","amount":49.99,"currency":"USD","stakeholders":["#
        );
        for (place, (code, user)) in people.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            write!(
                body,
                r#"{comma}{{"stakeholderTypeCode":"{code}","partnerUserId":"{user}"}}"#
            )
            .expect("memory");
        }
        body.push_str(r#"],"autoCreateUsers":true}"#);
        body
    }
}

/// One action a request, of one person.
pub(super) struct Submits {
    source: Source,
    /// People in their order rather than by chance, if there are so many.
    in_order: Option<u64>,
}

impl Submits {
    pub(super) fn new(tenants: &Arc<[Tenant]>) -> Self {
        Self {
            source: Source::new(tenants),
            in_order: None,
        }
    }

    /// So many people, one after the other.
    pub(super) fn of_few(tenants: &Arc<[Tenant]>, people: u64) -> Self {
        Self {
            in_order: Some(people),
            ..Self::new(tenants)
        }
    }
}

impl Script for Submits {
    fn next(&mut self, request: &mut Vec<u8>) {
        let user = match self.in_order {
            Some(people) => format!("user_{}", self.source.sent % people),
            None => self.source.user(),
        };
        let body = self.source.action("PURCHASE", &[("CUSTOMER", &user)]);
        let signer = self.source.signer();
        signer.post(request, SUBMIT, body.as_bytes());
    }

    fn answered(&mut self, status: u16, body: &[u8]) -> u64 {
        succeeded(status, body);
        1
    }
}

/// A hundred actions a request.
pub(super) struct Bulks {
    source: Source,
    /// So that the first of them make every user.
    user: u64,
}

impl Bulks {
    pub(super) fn new(tenants: &Arc<[Tenant]>) -> Self {
        Self {
            source: Source::new(tenants),
            user: 0,
        }
    }
}

impl Script for Bulks {
    fn next(&mut self, request: &mut Vec<u8>) {
        let mut body = r#"{"actions":["#.to_owned();
        for place in 0..BULK {
            let user = format!("user_{}", self.user % USERS);
            self.user += 1;
            body.push_str(if place == 0 { "" } else { "," });
            body += &self.source.action("PURCHASE", &[("CUSTOMER", &user)]);
        }
        body.push_str("]}");
        let signer = self.source.signer();
        signer.post(request, SUBMIT_BULK, body.as_bytes());
    }

    fn answered(&mut self, status: u16, body: &[u8]) -> u64 {
        succeeded(status, body);
        let all = format!(r#""succeeded":{BULK},"#);
        assert!(text(body).contains(&all), "{}", text(body));
        BULK
    }
}

/// What partners do besides: two people in one action, new people, campaigns,
/// requests that are sent again, and now and then a reversal.
pub(super) struct Mixed {
    source: Source,
    last: Option<(Signer, String)>,
    /// The newest action that was not reversed.
    action: Option<String>,
}

impl Mixed {
    /// The calls of one partner: the first.
    pub(super) fn new(tenants: &Arc<[Tenant]>) -> Self {
        Self {
            source: Source::new(tenants),
            last: None,
            action: None,
        }
    }

    fn submit(&mut self, request: &mut Vec<u8>, body: String) {
        let signer = self.source.signer();
        signer.post(request, SUBMIT, body.as_bytes());
        self.last = Some((signer, body));
    }

    fn reverse(&mut self, request: &mut Vec<u8>, action: &str) {
        let key = self.source.key();
        let path = format!("/v1/partner/actions/{action}/reverse");
        let body = format!(
            r#"{{"reversalPercentage":50,"reason":"returned","refundIdempotencyKey":"{key}"}}"#
        );
        self.source.signer().post(request, &path, body.as_bytes());
        // Sent again, it would look whole.
        self.last = None;
    }
}

impl Script for Mixed {
    fn next(&mut self, request: &mut Vec<u8>) {
        let (kind, one, other) = (
            self.source.below(100),
            self.source.user(),
            self.source.user(),
        );
        match (kind, self.last.clone(), self.action.take()) {
            (95.., _, Some(action)) => self.reverse(request, &action),
            (85..95, Some((signer, body)), _) => signer.post(request, SUBMIT, body.as_bytes()),
            (75..85, ..) => {
                let new = format!("new_{}_{}", self.source.number, self.source.sent);
                let body = self.source.action("PURCHASE", &[("CUSTOMER", &new)]);
                self.submit(request, body);
            }
            (60..75, ..) => {
                let body = self.source.action("VOLUNTEER", &[("VOLUNTEER", &one)]);
                self.submit(request, body);
            }
            (40..60, ..) => {
                let people = [("CUSTOMER", one.as_str()), ("REFERRER", &other)];
                let body = self.source.action("PURCHASE", &people);
                self.submit(request, body);
            }
            _ => {
                let body = self.source.action("PURCHASE", &[("CUSTOMER", &one)]);
                self.submit(request, body);
            }
        }
    }

    fn answered(&mut self, status: u16, body: &[u8]) -> u64 {
        succeeded(status, body);
        // A reversal names its action too, which is then no longer whole.
        let is_whole = text(body).contains(r#""status":"COMPLETED""#);
        self.action = text(body)
            .split_once(r#""actionId":""#)
            .and_then(|(_, rest)| Some(rest.split_once('"')?.0.to_owned()))
            .filter(|_| is_whole);
        1
    }
}

/// The same page again and again.
pub(super) struct Reads {
    signer: Signer,
    path: String,
}

impl Reads {
    pub(super) fn new(tenant: &Tenant, path: &str) -> Self {
        Self {
            signer: tenant.signer.clone(),
            path: path.to_owned(),
        }
    }
}

impl Script for Reads {
    fn next(&mut self, request: &mut Vec<u8>) {
        self.signer.get(request, &self.path);
    }

    fn answered(&mut self, status: u16, body: &[u8]) -> u64 {
        succeeded(status, body);
        1
    }
}

#[track_caller]
fn succeeded(status: u16, body: &[u8]) {
    assert_eq!(status, 200, "{}", text(body));
}

fn text(body: &[u8]) -> &str {
    std::str::from_utf8(body).expect("answers are UTF-8")
}
