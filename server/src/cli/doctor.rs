//! `giving doctor`: goes the way of a first call, step by step, and says at each
//! what is wrong and how to put it right.

mod caller;
mod check;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;
use shared::dashboard::{GetIntegrationHealth, HealthStatus, IntegrationHealth};
use shared::{Call as _, Code, Scope};

use self::caller::{Caller, Said};
use self::check::Check;
use super::credentials::{Credentials, With};
use super::output::{self, Shape};
use super::{CommandError, Flags};
use crate::context::Context;

/// How far off a clock may be before signatures are refused, in milliseconds.
const MAX_SKEW_MS: u64 = 300_000;
/// A clock that is off by more will soon be off by too much.
const LARGE_SKEW_MS: u64 = 30_000;

#[derive(Debug, Args)]
pub(super) struct Doctor {
    /// The file of keys [default: the demo's]
    #[arg(long, value_name = "FILE")]
    credentials: Option<PathBuf>,
    #[command(flatten)]
    shape: Shape,
}

#[derive(Debug, Serialize)]
struct Report {
    status: HealthStatus,
    checks: Vec<Check>,
}

impl Doctor {
    /// Fails when a check fails.
    pub(super) async fn run(self, flags: &Flags) -> Result<ExitCode, CommandError> {
        let checks = self.examine(flags).await?;
        let worst = checks.iter().map(|check| check.status).max();
        let report = Report {
            status: worst.unwrap_or(HealthStatus::Healthy),
            checks,
        };
        if self.shape.json {
            output::json(&report)?;
        } else {
            for check in &report.checks {
                check.print()?;
            }
        }
        Ok(match report.status {
            HealthStatus::Healthy | HealthStatus::Degraded => ExitCode::SUCCESS,
            HealthStatus::Failing => ExitCode::FAILURE,
        })
    }

    /// Every check up to the first that leaves nothing to be tried.
    async fn examine(&self, flags: &Flags) -> Result<Vec<Check>, CommandError> {
        let read = Credentials::read(flags, self.credentials.clone());
        let credentials = match read {
            Ok(credentials) => credentials,
            Err(CommandError::Credentials(error)) => {
                let fix = "name the file by --credentials, or make a pair: giving keys create --partner SLUG --name NAME --json";
                return Ok(vec![Check::failing("credentials", error.to_string(), fix)]);
            }
            Err(other) => return Err(other),
        };
        if let Err(error) = credentials.key(With::Secret) {
            let fix = "a signed call needs the whole pair: publicKey, secretKey and hmacSecret";
            return Ok(vec![Check::failing("credentials", error.to_string(), fix)]);
        }
        let base_url = credentials.base_url(flags)?;
        let mut checks = vec![Check::healthy("credentials", format!("for {base_url}"))];
        let caller = Caller::new(credentials, base_url)?;
        let is_there = server(&caller).await?;
        let goes_on = is_there.status != HealthStatus::Failing;
        checks.push(is_there);
        if !goes_on {
            return Ok(checks);
        }
        checks.push(publishable_key(&caller).await?);
        let signed = caller
            .signed("GET", "/v1/partner/token-pools?limit=1")
            .await?;
        checks.extend(signed_call(&signed));
        if signed
            .code
            .is_some_and(|code| code != Code::InsufficientScope)
        {
            return Ok(checks);
        }
        checks.push(scopes(&caller).await?);
        let health = caller.signed("GET", GetIntegrationHealth::PATH).await?;
        checks.extend(told(&health));
        Ok(checks)
    }
}

/// Whether the server answers and is ready, and what its clock says.
async fn server(caller: &Caller) -> Result<Check, CommandError> {
    let said = match caller.plain("/health/ready").await {
        Ok(said) => said,
        Err(CommandError::Outbound(error)) => {
            let fix = "start it (giving serve), or set baseUrl in the credentials to where it is";
            return Ok(Check::failing("server", error.to_string(), fix));
        }
        Err(other) => return Err(other),
    };
    if said.status != 200 {
        let fix = "wait until it is ready; its log says what it lacks";
        return Ok(Check::failing(
            "server",
            format!("answers {}: {}", said.status, said.text),
            fix,
        ));
    }
    let skew_ms = said
        .date
        .map(|date| date.0.abs_diff(Context::system().now().0));
    // The header counts whole seconds.
    match skew_ms {
        Some(skew) if skew > LARGE_SKEW_MS => {
            let message = format!("is ready; the clocks are {} s apart", skew / 1000);
            let fix = "set this machine's clock by NTP";
            Ok(if skew > MAX_SKEW_MS {
                Check::failing("server", message, fix)
            } else {
                Check::degraded("server", message, fix)
            })
        }
        _ => Ok(Check::healthy("server", "is ready, and the clocks agree")),
    }
}

async fn publishable_key(caller: &Caller) -> Result<Check, CommandError> {
    let said = caller.widget("/v1/partner/config").await?;
    Ok(match said.code {
        None => Check::healthy("publishable key", "opens the widget's calls"),
        Some(code) => Check::refused("publishable key", &said, remedy(code)),
    })
}

/// A signed call, as three checks: what came before the one that failed is well.
fn signed_call(said: &Said) -> Vec<Check> {
    const STEPS: [&str; 3] = ["secret key", "timestamp", "signature"];
    let Some(code) = said.code else {
        return STEPS.map(|step| Check::healthy(step, "is accepted")).into();
    };
    let failed = match code {
        Code::InvalidTimestamp | Code::TimestampOutOfRange => 1,
        Code::InvalidSignature => 2,
        Code::InvalidApiKey
        | Code::ApiKeyExpired
        | Code::ApiKeyInactive
        | Code::IpNotAllowed
        | Code::MissingAuthHeaders => 0,
        _ => STEPS.len(),
    };
    let well = STEPS.iter().take(failed);
    let mut checks: Vec<Check> = well
        .map(|step| Check::healthy(step, "is accepted"))
        .collect();
    match STEPS.get(failed) {
        Some(step) => checks.push(Check::refused(step, said, remedy(code))),
        // What a scope lacks is told by the next check.
        None if code == Code::InsufficientScope => {}
        None => checks.push(Check::refused("signed call", said, remedy(code))),
    }
    checks
}

/// What to do about a refusal.
const fn remedy(code: Code) -> &'static str {
    match code {
        Code::InvalidApiKey | Code::ApiKeyInactive => {
            "take a key of this server's environment: giving keys list --partner SLUG, giving keys create --partner SLUG --name NAME"
        }
        Code::ApiKeyExpired => "make a new pair: giving keys create --partner SLUG --name NAME",
        Code::IpNotAllowed => "call from an address of the key's allowlist, or change the list",
        Code::InvalidTimestamp | Code::TimestampOutOfRange => "set this machine's clock by NTP",
        Code::InvalidSignature => {
            "take the hmacSecret that was shown together with this key; secrets of two pairs may be mixed up"
        }
        Code::PartnerNotActive => "ask the operator: giving partners approve SLUG",
        Code::RateLimited => {
            "wait until the hour is over, or ask for a higher tier: giving partners tier SLUG TIER"
        }
        Code::FeatureNotEnabled => {
            "ask the operator: giving partners features SLUG --enable FEATURE"
        }
        _ => "read the message; the requestId finds the call in the server's log",
    }
}

/// What the key may do. A write without any field is refused for its fields, after
/// the scope was looked at, and changes nothing.
async fn scopes(caller: &Caller) -> Result<Check, CommandError> {
    const PROBES: [(Scope, &str, &str); 5] = [
        (Scope::ActionsWrite, "POST", "/v1/partner/actions/submit"),
        (Scope::UsersWrite, "POST", "/v1/partner/users"),
        (Scope::UsersRead, "GET", "/v1/partner/users?limit=1"),
        (
            Scope::TokenPoolsRead,
            "GET",
            "/v1/partner/token-pools?limit=1",
        ),
        (Scope::WebhooksRead, "GET", "/v1/partner/webhooks?limit=1"),
    ];
    let mut lacking = Vec::new();
    for (scope, method, path) in PROBES {
        let said = caller.signed(method, path).await?;
        match said.code {
            Some(Code::FeatureNotEnabled) => {
                return Ok(Check::refused(
                    "scopes",
                    &said,
                    remedy(Code::FeatureNotEnabled),
                ));
            }
            Some(Code::InsufficientScope) => lacking.push(scope),
            _ => {}
        }
    }
    if lacking.is_empty() {
        return Ok(Check::healthy(
            "scopes",
            "the key may reward actions, and read what came of it",
        ));
    }
    let message = format!("the key lacks {}", output::list(&lacking));
    let fix = "make a pair with these scopes, unless it is meant to do less";
    Ok(if lacking.contains(&Scope::ActionsWrite) {
        Check::failing("scopes", message, fix)
    } else {
        Check::degraded("scopes", message, fix)
    })
}

/// What the server itself has found: pool, webhooks, refused calls, clock.
fn told(said: &Said) -> Vec<Check> {
    if let Some(health) = said.read::<IntegrationHealth>() {
        return health.checks.into_iter().map(Check::from).collect();
    }
    let fix = "to see how pool and webhooks are, take a key with the scope dashboard:read";
    vec![Check::degraded("integration", said.message(), fix)]
}
