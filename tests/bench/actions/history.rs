//! What a long history costs: memory, and the pages that read it.

use std::time::{Duration, Instant};

use super::scene::{MANY, Place};
use crate::load::{Until, ask, play};
use crate::scripts::{Reads, Submits};
use crate::world::Tenant;

/// The actions of the short history.
const FEW: u64 = 1_000;
/// Of so many people, so that each has a full page of them.
const PEOPLE: u64 = 40;
/// How often each page is read.
const READS: u64 = 300;

/// The pages, each by its name and the median of its wait in milliseconds.
type Pages = Vec<(&'static str, Result<f64, u16>)>;

/// Makes `actions` actions, or as many as there is time for, and prints what
/// grew.
pub(super) async fn run(place: &Place, actions: u64, time: Duration) {
    println!("\nhistory on {}", place.name);
    let few = vec![Submits::of_few(&place.world.tenants, PEOPLE)];
    play(place.world.server.address, few, Until::requests(FEW)).await;
    let short = pages(place).await;
    let started = Instant::now();
    let mut made = FEW;
    println!("{:>12} actions", "memory");
    for part in [FEW * 10, actions / 10, actions / 2, actions] {
        let each = part.saturating_sub(made) / MANY as u64;
        if each > 0 {
            let scripts = (0..MANY).map(|_| Submits::new(&place.world.tenants));
            let left = time.saturating_sub(started.elapsed());
            let until = Until::requests(each).within(left);
            let measured = play(place.world.server.address, scripts.collect(), until).await;
            made += measured.done;
            let memory = place.world.server.memory_mb();
            println!(
                "{memory:>9.1} MB {made:>10}{:>10.0} a second",
                measured.per_second()
            );
        }
    }
    let long = pages(place).await;
    println!("{:<28}{FEW:>10} actions{made:>10} actions", "pages, median");
    for ((name, short), (_, long)) in short.iter().zip(&long) {
        match (short, long) {
            (Ok(short), Ok(long)) => println!("{name:<28}{short:>15.3} ms{long:>15.3} ms"),
            (Err(status), _) | (_, Err(status)) => println!("{name:<28}there is none ({status})"),
        }
    }
}

/// How long each page takes over one connection.
async fn pages(place: &Place) -> Pages {
    let tenant = &place.world.tenants[0];
    let address = place.world.server.address;
    let pool = format!("/v1/partner/token-pools/{}/balance", tenant.pool_id);
    let next = next_page(place, tenant).await;
    let paths = [
        ("a user's balance", "/v1/partner/users/user_7/balance"),
        (
            "a user's transactions",
            "/v1/partner/users/user_7/transactions",
        ),
        ("a pool's balance", &pool),
        ("actions", "/v1/partner/actions"),
        ("actions, by cursor", &next),
        (
            "actions of a user",
            "/v1/partner/actions?partnerUserId=user_7",
        ),
        ("transactions", "/v1/partner/transactions"),
        ("users", "/v1/partner/users"),
    ];
    let mut pages = Vec::new();
    for (name, path) in paths {
        let mut request = Vec::new();
        tenant.signer.get(&mut request, path);
        let (status, _) = ask(address, &request).await;
        if status != 200 {
            pages.push((name, Err(status)));
            continue;
        }
        let reads = vec![Reads::new(tenant, path)];
        let measured = play(address, reads, Until::requests(READS)).await;
        pages.push((name, Ok(measured.percentile_ms(50))));
    }
    pages
}

/// The second page of the actions.
async fn next_page(place: &Place, tenant: &Tenant) -> String {
    let mut request = Vec::new();
    tenant.signer.get(&mut request, "/v1/partner/actions");
    let (_, body) = ask(place.world.server.address, &request).await;
    let body: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    let cursor = body["pagination"]["nextCursor"].as_str();
    format!("/v1/partner/actions?cursor={}", cursor.expect("more"))
}
