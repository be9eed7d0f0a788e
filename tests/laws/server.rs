//! The same commands through the server's writer, those of several partners at
//! once, so that they share batches: every answer is the machine's, and what is
//! in the database in the end is what is in the machine's books. So both
//! databases answer the same. Then the stage audits the ledger.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use ledger::{Command, Expire, Outcome, Refusal};
use server::store::campaign::{self, CampaignRow};
use server::store::ledger::{LedgerError, Order};
use server::store::partner::{self, Partner};
use server::store::pool;
use shared::id::{PartnerId, PoolId};

use super::commands::Commands;
use super::content;
use super::world::World;
use crate::stage::Stage;

on_both_databases! {
    the_server_answers_what_the_machine_answers,
}

const PARTNERS: u64 = 3;
const ROUNDS: usize = 25;
/// What one partner asks in a round: so many times at most so much at once.
const BULKS: usize = 4;
const MOST_AT_ONCE: usize = 20;

async fn the_server_answers_what_the_machine_answers(stage: &mut Stage) {
    let mut players = Vec::new();
    for seed in 0..PARTNERS {
        players.push(Player::enter(stage, seed).await);
    }
    for _ in 0..ROUNDS {
        let rounds: Vec<Vec<Vec<Command>>> = players.iter_mut().map(Player::draw).collect();
        let asked = players.iter().zip(&rounds);
        let asked =
            asked.flat_map(|(player, round)| round.iter().map(|bulk| player.ask(stage, bulk)));
        let mut answers = join_all(asked).await.into_iter().flatten();
        for (player, round) in players.iter_mut().zip(&rounds) {
            for command in round.iter().flatten() {
                let answer = answers.next().unwrap();
                assert_eq!(answer, player.world.play(command), "{command:?}");
            }
        }
        let ms = players[0].commands.pause_ms(stage.now());
        stage.pass_time(ms);
        stage.sweep().await;
        for player in &mut players {
            player.pass_time(ms);
        }
    }
    for player in &players {
        player.compare_books(stage).await;
    }
}

/// A partner, what it asks, and the books that it should have.
struct Player {
    partner_id: PartnerId,
    commands: Commands,
    world: World,
}

impl Player {
    async fn enter(stage: &Stage, seed: u64) -> Self {
        let partner_id = PartnerId(format!("player {seed}"));
        let commands = Commands::seeded(seed);
        let scene = commands.scene();
        let mut tx = stage.app().db.write().await.unwrap();
        let partner = Partner {
            id: partner_id.clone(),
            slug: format!("player-{seed}"),
            ..stage.ours.partner.clone()
        };
        partner::insert(&mut tx, &partner).await.unwrap();
        for pool in &scene.pools {
            pool::insert(&mut tx, &partner_id, pool).await.unwrap();
        }
        for campaign in &scene.campaigns {
            let row = CampaignRow {
                partner_id: partner_id.clone(),
                public: campaign.clone(),
                start_told: false,
            };
            campaign::insert(&mut tx, &row).await.unwrap();
        }
        for request_id in &scene.requests {
            sqlx::query(
                "INSERT INTO pool_requests (partner_id, id, amount, reason, status, created_at)
                 VALUES ($1, $2, 1, 'growth', 'PENDING', 0)",
            )
            .bind(partner_id.as_str())
            .bind(request_id.as_str())
            .execute(&mut *tx)
            .await
            .unwrap();
        }
        tx.commit().await.unwrap();
        Self {
            partner_id,
            world: World::of(scene),
            commands,
        }
    }

    fn draw(&mut self) -> Vec<Vec<Command>> {
        let bulks = 0..self.commands.up_to(BULKS);
        bulks
            .map(|_| {
                let commands = 0..self.commands.up_to(MOST_AT_ONCE);
                commands.map(|_| self.commands.next()).collect()
            })
            .collect()
    }

    async fn ask(&self, stage: &Stage, commands: &[Command]) -> Vec<Result<Outcome, Refusal>> {
        let order = |command: &Command| Order {
            partner_id: self.partner_id.clone(),
            command: command.clone(),
        };
        let orders = commands.iter().map(order).collect();
        let answers = stage.app().ledger.submit_all(orders).await.unwrap();
        let answer = |answer: Result<Outcome, LedgerError>| match answer {
            Ok(outcome) => Ok(outcome),
            Err(LedgerError::Refused(refusal)) => Err(refusal),
            Err(LedgerError::Batch(error)) => panic!("{error}"),
        };
        answers.into_iter().map(answer).collect()
    }

    async fn compare_books(&self, stage: &Stage) {
        let books = &self.world.books;
        let mut conn = stage.app().db.read().await.unwrap();
        let pools = pool::list_all(&mut conn, Some(&self.partner_id), 100).await;
        drop(conn);
        let pools = pools
            .unwrap()
            .into_iter()
            .map(|pool| (pool.id.clone(), pool));
        assert_eq!(pools.collect::<BTreeMap<_, _>>(), books.pools);
        let content = content::of_database(stage, &self.partner_id).await;
        assert_eq!(content, content::of_books(books, stage.now()));
    }

    /// Does what the sweeper does.
    fn pass_time(&mut self, ms: i64) {
        self.world.pass_time(ms);
        let now = self.world.now();
        let pools = self.world.books.pools.values();
        let over = pools.filter(|pool| pool.expires_at.is_some_and(|end| end <= now));
        let over: Vec<PoolId> = over.map(|pool| pool.id.clone()).collect();
        for pool_id in over {
            let seed = self.commands.seed();
            let command = Command::Expire(Expire { seed, pool_id });
            assert_eq!(self.world.play(&command), Ok(Outcome::Expired));
        }
    }
}
