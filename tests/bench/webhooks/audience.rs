//! A partner and the receivers that are told of its actions.

use std::net::SocketAddr;
use std::sync::Arc;

use super::receiver::{Arrivals, Manner, open};
use crate::load::{Connection, Script as _, ask};
use crate::scripts::Bulks;
use crate::world::{Tenant, World};

/// What is registered with the webhooks' call.
const WEBHOOKS: &str = "/v1/partner/webhooks";

/// Partners, and what has come to the receivers of each.
pub(super) struct Audience {
    pub(super) server: SocketAddr,
    pub(super) tenants: Arc<[Tenant]>,
    pub(super) arrivals: Arc<Arrivals>,
    /// The receivers that answer, of each partner.
    pub(super) receivers: u64,
}

impl Audience {
    /// Some of the world's partners, each with so many receivers that answer and
    /// so many that hang. All their users are made, so that an action is told
    /// once to each.
    pub(super) async fn gather(
        world: &World,
        tenants: &[Tenant],
        (answering, hanging): (u64, u64),
    ) -> Self {
        let server = world.server.address;
        let arrivals = Arc::new(Arrivals::default());
        for tenant in tenants {
            let mut connection = Connection::open(server).await;
            let alone: Arc<[Tenant]> = Arc::new([tenant.clone()]);
            let mut bulks = Bulks::new(&alone);
            for _ in 0..crate::scripts::USERS / crate::scripts::BULK {
                let mut request = Vec::new();
                bulks.next(&mut request);
                let (status, body) = connection.exchange(&request).await;
                bulks.answered(status, body);
            }
            let manners = std::iter::repeat_n(Manner::Answers, usize(answering))
                .chain(std::iter::repeat_n(Manner::Hangs, usize(hanging)));
            for manner in manners {
                let receiver = open(&arrivals, manner).await;
                register(server, tenant, receiver).await;
            }
        }
        Self {
            server,
            tenants: tenants.to_vec().into(),
            arrivals,
            receivers: answering,
        }
    }
}

fn usize(count: u64) -> usize {
    usize::try_from(count).expect("a count")
}

async fn register(server: SocketAddr, tenant: &Tenant, receiver: SocketAddr) {
    let body = format!(
        r#"{{"url":"http://{receiver}/hooks","eventTypes":["action.completed"],"description":"Bench"}}"#
    );
    let mut request = Vec::new();
    tenant.signer.post(&mut request, WEBHOOKS, body.as_bytes());
    let (status, answer) = ask(server, &request).await;
    assert_eq!(status, 201, "{answer}");
}
