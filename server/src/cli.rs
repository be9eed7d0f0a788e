//! The command line: one file a command or family of commands. Rules live in
//! `domain`, SQL in `store`; here is what is asked for and how it is shown.

mod call;
mod credentials;
mod doctor;
mod donations;
mod flags;
mod indent;
mod keys;
mod listen;
mod migrate;
mod organizations;
mod output;
mod partners;
mod pool_requests;
mod pools;
mod portal_users;
mod serve;
mod sign;
mod trigger;
mod verify_ledger;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::flags::Flags;
use crate::config::BrokenSettings;
use crate::domain::directory::import::ImportError;
use crate::outbound::OutboundError;
use crate::serve::StartError;
use crate::store::OpenError;
use crate::store::setting::ClaimError;

/// Giving: donations, rewards and the widget for them, in one server.
///
/// Settings are read by flag, by GIVING_* variable or by giving.toml, in that order.
#[derive(Debug, Parser)]
#[command(name = "giving", version)]
struct Giving {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer calls until stopped
    Serve(serve::Serve),
    /// Bring the database's schema up to date
    Migrate(migrate::Migrate),
    /// Who may call
    Partners(partners::Partners),
    /// Who may sign in to the portal
    PortalUsers(portal_users::PortalUsers),
    /// With which keys
    Keys(keys::Keys),
    /// From which tokens rewards are paid
    Pools(pools::Pools),
    /// Tokens that partners ask for
    PoolRequests(pool_requests::PoolRequests),
    /// What donors gave
    Donations(donations::Donations),
    /// Whom donors can give to
    Organizations(organizations::Organizations),
    /// Print the headers that sign a call
    Sign(sign::Sign),
    /// Sign a call, send it and print the answer
    Call(call::Call),
    /// Print events as they happen, and hand them on
    Listen(listen::Listen),
    /// Make a sample event happen
    Trigger(trigger::Trigger),
    /// Look whether everything is ready for calls, and say what to put right
    Doctor(doctor::Doctor),
    /// Audit every account against its entries
    VerifyLedger(verify_ledger::VerifyLedger),
}

/// What ended a command, in one line for whoever ran it.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    #[error(transparent)]
    Settings(#[from] BrokenSettings),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Partners(#[from] partners::PartnersError),
    #[error(transparent)]
    PortalUsers(#[from] portal_users::PortalUsersError),
    #[error(transparent)]
    Keys(#[from] keys::KeysError),
    #[error(transparent)]
    Pools(#[from] pools::PoolsError),
    #[error(transparent)]
    PoolRequests(#[from] pool_requests::PoolRequestsError),
    #[error(transparent)]
    Donations(#[from] donations::DonationsError),
    #[error(transparent)]
    Import(#[from] ImportError),
    #[error(transparent)]
    Credentials(#[from] credentials::CredentialsError),
    #[error(transparent)]
    Sign(#[from] sign::SignError),
    #[error(transparent)]
    Listen(#[from] listen::ListenError),
    #[error(transparent)]
    Trigger(#[from] trigger::TriggerError),
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    #[error("the output cannot be written: {0}")]
    Output(std::io::Error),
    /// Whoever read the output has seen enough.
    #[error("nobody reads the output")]
    OutputClosed,
    #[error("the system refused: {0}")]
    System(#[from] std::io::Error),
}

impl From<OpenError> for CommandError {
    fn from(error: OpenError) -> Self {
        Self::Start(error.into())
    }
}

impl From<ClaimError> for CommandError {
    fn from(error: ClaimError) -> Self {
        Self::Start(error.into())
    }
}

/// Reads the command line, does what it says, and answers how that ended.
pub async fn run() -> Result<ExitCode, CommandError> {
    let Giving { flags, command } = Giving::parse();
    let done = match command {
        Command::Serve(serve) => serve.run(&flags).await,
        Command::Migrate(migrate) => migrate.run(&flags).await,
        Command::Partners(partners) => partners.run(&flags).await,
        Command::PortalUsers(portal_users) => portal_users.run(&flags).await,
        Command::Keys(keys) => keys.run(&flags).await,
        Command::Pools(pools) => pools.run(&flags).await,
        Command::PoolRequests(requests) => requests.run(&flags).await,
        Command::Donations(donations) => donations.run(&flags).await,
        Command::Organizations(organizations) => organizations.run(&flags).await,
        Command::Sign(sign) => sign.run(&flags),
        Command::Listen(listen) => listen.run(&flags).await,
        Command::Trigger(trigger) => trigger.run(&flags).await,
        Command::Call(call) => return finish(call.run(&flags).await),
        Command::Doctor(doctor) => return finish(doctor.run(&flags).await),
        Command::VerifyLedger(verify) => return finish(verify.run(&flags).await),
    };
    finish(done.map(|()| ExitCode::SUCCESS))
}

/// `giving … | head` ends quietly.
fn finish(done: Result<ExitCode, CommandError>) -> Result<ExitCode, CommandError> {
    match done {
        Err(CommandError::OutputClosed) => Ok(ExitCode::SUCCESS),
        other => other,
    }
}
