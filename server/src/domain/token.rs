//! The tokens of somebody who is signed in: a short access token, which says
//! itself whose it is, and refresh tokens, of which only hashes are kept.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use shared::Code;
use shared::id::SessionId;
use shared::sign_in::Secret;

use crate::app::App;
use crate::error::Error;
use crate::vault;

/// How long an access token is good.
pub const ACCESS_SECONDS: u32 = 15 * 60;
/// What our access tokens are signed with, and no other token here is.
pub const ALGORITHM: Algorithm = Algorithm::HS256;

const ISSUER: &str = "giving";
const REFRESH_MARK: &str = "rt_";

/// What an access token says.
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    /// The environment, so that one's token opens no other.
    aud: String,
    /// The sign-in that it came from: when that ends, the token does.
    sid: SessionId,
    iat: i64,
    exp: i64,
}

/// An access token of a sign-in.
pub fn issue(app: &App, session_id: &SessionId) -> Result<Secret, Error> {
    let now = app.context.now().seconds();
    let claims = Claims {
        iss: ISSUER.to_owned(),
        aud: app.settings.environment.as_str().to_owned(),
        sid: session_id.clone(),
        iat: now,
        exp: now + i64::from(ACCESS_SECONDS),
    };
    let key = EncodingKey::from_secret(app.vault.token_key());
    let token = encode(&Header::new(ALGORITHM), &claims, &key);
    token.map(Secret).map_err(Error::internal)
}

/// The sign-in of an access token that is ours and good.
pub fn read(app: &App, token: &str) -> Result<SessionId, Error> {
    let key = DecodingKey::from_secret(app.vault.token_key());
    let decoded = decode::<Claims>(token, &key, &signature_only(ALGORITHM));
    let claims = decoded.map_err(|_| invalid())?.claims;
    if claims.iss != ISSUER || claims.aud != app.settings.environment.as_str() {
        return Err(invalid());
    }
    if claims.exp <= app.context.now().seconds() {
        return Err(expired());
    }
    Ok(claims.sid)
}

/// Checks the signature and nothing else: times are judged by our clock.
pub fn signature_only(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation
}

pub fn invalid() -> Error {
    Error::new(
        Code::InvalidToken,
        "this access token is not good here; sign in again",
    )
}

pub fn expired() -> Error {
    Error::new(
        Code::TokenExpired,
        "this access token has expired; get the next one with the refresh token",
    )
}

/// A new refresh token of a sign-in, and its hash.
pub fn new_refresh(app: &App, session_id: &SessionId) -> (Secret, String) {
    let token = format!(
        "{REFRESH_MARK}{session_id}_{}",
        app.context.random_hex::<32>()
    );
    let hash = vault::hash(&token);
    (Secret(token), hash)
}

/// The sign-in that a refresh token names, and the token's hash.
pub fn read_refresh(token: &Secret) -> Option<(SessionId, String)> {
    let (session_id, _) = token.0.strip_prefix(REFRESH_MARK)?.split_once('_')?;
    let is_id = session_id.len() == 24 && session_id.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then(|| (SessionId(session_id.to_owned()), vault::hash(&token.0)))
}
