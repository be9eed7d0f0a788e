//! A running server: everything started, one address, one way to stop.

mod connections;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use metrics_exporter_prometheus::BuildError;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::app::{App, base_url};
use crate::assets::Assets;
use crate::auth::issuer::{Issuer, IssuerError};
use crate::auth::limit::Limiter;
use crate::config::{Environment, Settings};
use crate::context::Context;
use crate::demo::{self, DemoError};
use crate::domain::directory::Directory;
use crate::domain::password::Passwords;
use crate::domain::replay::UnderWay;
use crate::metrics::{self, Metrics};
use crate::outbound::OutboundError;
use crate::outbound::courier::Courier;
use crate::router::router;
use crate::store::setting::{self, ClaimError};
use crate::store::{Db, OpenError, ledger::Ledger};
use crate::vault::{Vault, VaultError};
use crate::waiting::Waiting;
use crate::worker;
use crate::worker::deliver::Desk;
use crate::worker::key_uses::KeyUses;

/// How long calls may take to finish when the server stops.
const STOP_TIMEOUT: Duration = Duration::from_secs(20);

/// Whether an empty sandbox is filled with something to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    Nothing,
    Demo,
}

/// Why the server does not start, in one line.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the data directory {path} cannot be written: {source}")]
    DataDirectory {
        path: String,
        source: std::io::Error,
    },
    #[error(
        "cannot listen on {address}: {source}; is another server running there? choose another with --listen"
    )]
    Listen {
        address: SocketAddr,
        source: std::io::Error,
    },
    #[error("cannot listen on {address}: {source}; choose another metrics_listen")]
    ListenForMetrics {
        address: SocketAddr,
        source: std::io::Error,
    },
    #[error("metrics_listen must be a loopback address, such as 127.0.0.1:9090; it is {0}")]
    MetricsAddress(SocketAddr),
    #[error("metrics cannot be counted: {0}")]
    Metrics(#[from] BuildError),
    #[error(
        "base_url must be a scheme, a host and perhaps a port, such as https://give.example.org"
    )]
    BaseUrl,
    #[error("--demo is refused in production")]
    DemoInProduction,
    #[error(transparent)]
    Issuer(#[from] IssuerError),
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Claim(#[from] ClaimError),
    #[error(transparent)]
    Demo(#[from] DemoError),
}

/// A server that answers until it is stopped.
#[derive(Debug)]
pub struct Running {
    pub app: Arc<App>,
    /// Where metrics are shown, if they are.
    pub metrics_address: Option<SocketAddr>,
    tasks: Vec<JoinHandle<()>>,
}

/// The database and the key to its secrets, claimed for the environment.
pub async fn open(settings: &Settings, context: &Context) -> Result<(Db, Vault), StartError> {
    // In production nothing is kept there, and the disk may be read-only.
    if settings.environment == Environment::Sandbox {
        std::fs::create_dir_all(&settings.data_dir).map_err(|source| {
            StartError::DataDirectory {
                path: settings.data_dir.display().to_string(),
                source,
            }
        })?;
    }
    let vault = Vault::open(settings, context)?;
    let db = Db::open(&settings.database_url()).await?;
    setting::claim(&db, settings.environment, &vault, context).await?;
    Ok((db, vault))
}

/// Starts everything; from then on the server answers.
pub async fn start(
    mut settings: Settings,
    context: Context,
    fill: Fill,
) -> Result<Running, StartError> {
    if fill == Fill::Demo {
        if settings.environment == Environment::Production {
            return Err(StartError::DemoInProduction);
        }
        settings.allow_loopback_webhooks = true;
    }
    let listen_error = |source| StartError::Listen {
        address: settings.listen,
        source,
    };
    let listener = TcpListener::bind(settings.listen)
        .await
        .map_err(listen_error)?;
    let address = listener.local_addr().map_err(listen_error)?;
    let base_url = base_url(settings.base_url.as_ref(), address).ok_or(StartError::BaseUrl)?;
    let issuer = Issuer::configured(&settings)?;
    let partner_issuers = Issuer::of_partners(&settings)?;
    let operator = listen_for_operator(settings.metrics_listen).await?;
    let (db, vault) = open(&settings, &context).await?;
    let limiter = Arc::new(Limiter::new(db.clone()));
    let (ledger, writers) = Ledger::start(db.clone(), &context, settings.environment);
    let (desk, recorders) = Desk::start(db.clone(), &context);
    let mut app = App {
        assets: Assets::load(&base_url),
        base_url,
        desk,
        courier: Courier::new(settings.webhook_reach())?,
        settings,
        context,
        db,
        vault,
        ledger,
        limiter,
        usage: Arc::default(),
        metrics: operator.as_ref().map(|_| Metrics::new()).transpose()?,
        directory: Directory::default(),
        waiting: Waiting::default(),
        under_way: UnderWay::default(),
        reward_due: tokio::sync::Notify::new(),
        mail_due: tokio::sync::Notify::new(),
        passwords: Passwords::default(),
        key_uses: KeyUses::default(),
        issuer,
        partner_issuers,
        demo_key: None,
        shutdown: CancellationToken::new(),
    };
    if fill == Fill::Demo {
        app.demo_key = Some(demo::fill(&app).await?);
    }
    let app = Arc::new(app);
    let mut tasks = worker::start(&app);
    tasks.extend(writers);
    tasks.extend(recorders);
    let served = connections::answer(listener, router(app.clone()), app.shutdown.clone());
    tasks.push(tokio::spawn(served));
    let mut metrics_address = None;
    if let Some((listener, address)) = operator {
        metrics_address = Some(address);
        tracing::info!(%address, "metrics");
        let served =
            connections::answer(listener, metrics::router(app.clone()), app.shutdown.clone());
        tasks.push(tokio::spawn(served));
    }
    Ok(Running {
        app,
        metrics_address,
        tasks,
    })
}

/// The listener that only this machine reaches, if there shall be one.
async fn listen_for_operator(
    address: Option<SocketAddr>,
) -> Result<Option<(TcpListener, SocketAddr)>, StartError> {
    let Some(address) = address else {
        return Ok(None);
    };
    if !address.ip().is_loopback() {
        return Err(StartError::MetricsAddress(address));
    }
    let listen_error = |source| StartError::ListenForMetrics { address, source };
    let listener = TcpListener::bind(address).await.map_err(listen_error)?;
    let address = listener.local_addr().map_err(listen_error)?;
    Ok(Some((listener, address)))
}

impl Running {
    /// Takes no more calls, finishes those that are there, and stops; what is
    /// not finished in time is left to the next start.
    pub async fn stop(self) {
        self.app.shutdown.cancel();
        let db = self.app.db.clone();
        let (usage, limiter) = (self.app.usage.clone(), self.app.limiter.clone());
        // The writer ends with the last handle to its queue.
        drop(self.app);
        let stopped = async {
            for error in join_all(self.tasks)
                .await
                .into_iter()
                .filter_map(Result::err)
            {
                tracing::error!(%error, "a task ended badly");
            }
            // Now nobody calls any more.
            for result in [usage.flush(&db).await, limiter.stop().await] {
                if let Err(error) = result {
                    tracing::error!(%error, "what was counted could not be written down");
                }
            }
            db.close().await;
        };
        if tokio::time::timeout(STOP_TIMEOUT, stopped).await.is_err() {
            tracing::warn!("stopped with calls unfinished");
        }
    }
}
