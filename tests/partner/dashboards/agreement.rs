//! Whatever is done, and whenever it is folded: dashboards agree with a count by
//! hand.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use shared::day::Day;
use shared::id::ActionId;

use crate::stage::{Chance, HOUR_MS, Stage, purchase};

on_both_databases! {
    dashboards_agree_with_a_count_by_hand,
}

const STEPS: usize = 120;
const USERS: usize = 6;

/// What was done, by hand.
#[derive(Default)]
struct Count {
    /// Of each day: actions, tokens, tokens reversed.
    days: BTreeMap<Day, [i64; 3]>,
    /// Of each day and user: actions, tokens.
    users: BTreeMap<(Day, String), [i64; 2]>,
}

impl Count {
    fn did(&mut self, day: Day, people: &[String], amount: i64) {
        let sums = self.days.entry(day).or_default();
        (sums[0], sums[1]) = (sums[0] + 1, sums[1] + amount);
        let each = amount / i64::try_from(people.len()).unwrap();
        for person in people {
            let sums = self.users.entry((day, person.clone())).or_default();
            (sums[0], sums[1]) = (sums[0] + 1, sums[1] + each);
        }
    }

    fn trend(&self, day: Day) -> Value {
        let [actions, tokens, reversed] = self.days.get(&day).copied().unwrap_or_default();
        let active = self.users.keys().filter(|(other, _)| *other == day).count();
        json!({
            "date": day, "actions": actions, "tokensDistributed": tokens,
            "tokensReversed": reversed, "activeUsers": active,
        })
    }

    fn of_campaign(&self, day: Day) -> Value {
        let [actions, tokens, _] = self.days.get(&day).copied().unwrap_or_default();
        json!({ "date": day, "actions": actions, "tokensDistributed": tokens })
    }

    fn active(&self, from: Day) -> usize {
        let since = self.users.keys().filter(|(day, _)| *day >= from);
        since.map(|(_, user)| user).collect::<BTreeSet<_>>().len()
    }

    /// What each earned, as it is shown, in no order.
    fn earners(&self, from: Day) -> BTreeSet<(i64, i64, String)> {
        let mut sums = BTreeMap::<&str, [i64; 2]>::new();
        for ((day, user), [actions, tokens]) in &self.users {
            if *day >= from {
                let sum = sums.entry(user).or_default();
                *sum = [sum[0] + actions, sum[1] + tokens];
            }
        }
        let earner =
            |(user, [actions, tokens]): (&str, [i64; 2])| (tokens, actions, user.to_owned());
        sums.into_iter().map(earner).collect()
    }
}

async fn dashboards_agree_with_a_count_by_hand(stage: &mut Stage) {
    stage.allocate(&stage.ours.pool_id, 1_000_000).await;
    let body = json!({ "name": "All", "status": "ACTIVE" });
    let made = stage
        .ours
        .signed_json("POST", "/v1/partner/campaigns", &body);
    let campaign: Value = made.send().await.answer(201);
    let campaign = campaign["id"].as_str().unwrap();
    let mut chance = Chance::seeded(7);
    let (mut count, mut whole) = (Count::default(), Vec::<(ActionId, i64)>::new());
    for step in 0..STEPS {
        let today = Day::of(stage.now());
        match chance.below(10) {
            0 if !whole.is_empty() => {
                let (id, tokens) = whole.swap_remove(chance.below(whole.len()));
                stage.reversed(&id, "100", &format!("refund {step}")).await;
                count.days.entry(today).or_default()[2] += tokens;
            }
            0..=1 => stage.fold().await,
            2..=3 => {
                let hours = i64::try_from(chance.below(60)).unwrap();
                stage.pass_time(hours * HOUR_MS);
            }
            4 => compare(stage, &count, campaign).await,
            _ => {
                let people = people(&mut chance);
                let amount = 2 * i64::try_from(1 + chance.below(50)).unwrap();
                let named: Vec<_> = people
                    .iter()
                    .map(|name| ("CUSTOMER", name.as_str()))
                    .collect();
                let act = purchase(&step.to_string()).by(&named);
                let done = stage.rewarded(&act.amount(&amount.to_string())).await;
                whole.push((done.action_id, amount));
                count.did(today, &people, amount);
            }
        }
    }
    compare(stage, &count, campaign).await;
    stage.fold().await;
    compare(stage, &count, campaign).await;
}

/// One user, or two who are not the same.
fn people(chance: &mut Chance) -> Vec<String> {
    let first = chance.below(USERS);
    let mut people = vec![first];
    if chance.below(3) == 0 {
        people.push((first + 1) % USERS);
    }
    people
        .iter()
        .map(|number| format!("user-{number}"))
        .collect()
}

async fn compare(stage: &Stage, count: &Count, campaign: &str) {
    let today = Day::of(stage.now());
    let trend: Vec<_> = (-89..=0)
        .map(|days| count.trend(today.plus_days(days)))
        .collect();
    let seen = stage.dashboard("trends?days=90").await;
    assert_eq!(seen, json!({ "data": trend }));
    let summary = stage.dashboard("summary").await;
    let month = today.plus_days(-29);
    assert_eq!(summary["users"]["active30Days"], count.active(month));
    let done: i64 = count.days.range(month..).map(|(_, sums)| sums[0]).sum();
    assert_eq!(summary["activity"]["last30Days"]["actions"], done);
    let path = format!(
        "campaigns/{campaign}/analytics?from={}",
        today.plus_days(-9)
    );
    let seen = stage.dashboard(&path).await;
    let by_day: Vec<_> = (-9..=0)
        .map(|days| count.of_campaign(today.plus_days(days)))
        .collect();
    assert_eq!(seen["byDay"], json!(by_day));
    assert_eq!(seen["uniqueUsers"], count.active(today.plus_days(-9)));
    for days in [1, 7, 30] {
        let seen = stage.dashboard(&format!("top-earners?days={days}")).await;
        let seen: Vec<_> = seen["data"].as_array().unwrap().iter().map(read).collect();
        assert!(seen.is_sorted_by(|one, next| one.0 >= next.0), "{seen:?}");
        let expected = count.earners(today.plus_days(1 - days));
        assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), expected);
    }
}

fn read(earner: &Value) -> (i64, i64, String) {
    let number = |name: &str| earner[name].as_i64().unwrap();
    let name = earner["externalUserId"].as_str().unwrap();
    (number("tokensEarned"), number("actions"), name.to_owned())
}
