//! An outside issuer of tokens, written from the standards (RFC 7515 to 7519):
//! nothing of the server's own code signs here.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use axum::Router;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Made once: a key takes a while.
static RSA: LazyLock<RsaKeyPair> =
    LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap());
static EC: LazyLock<EcdsaKeyPair> =
    LazyLock::new(|| EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap());

/// Publishes its keys at an address of this machine.
pub(crate) struct Issuer {
    pub(crate) url: String,
    pub(crate) keys: Arc<Mutex<Value>>,
    asked: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Issuer {
    /// One that publishes the keys `rsa` and `ec`.
    pub(crate) async fn open() -> Self {
        let keys = Arc::new(Mutex::new(
            json!({ "keys": [rsa_key("rsa"), ec_key("ec")] }),
        ));
        let asked = Arc::new(AtomicUsize::new(0));
        let (shown, count) = (keys.clone(), asked.clone());
        let answer = get(move || {
            count.fetch_add(1, Ordering::SeqCst);
            let shown = shown.lock().unwrap().to_string();
            async move { shown }
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        let router = Router::new().route("/keys", answer);
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            url,
            keys,
            asked,
            task,
        }
    }

    /// How often the keys were fetched.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

pub(crate) fn rsa_key(kid: &str) -> Value {
    let key = RSA.public_key();
    let modulus = key.modulus().big_endian_without_leading_zero();
    let exponent = key.exponent().big_endian_without_leading_zero();
    json!({
        "kty": "RSA", "kid": kid, "use": "sig", "n": URL_SAFE_NO_PAD.encode(modulus),
        "e": URL_SAFE_NO_PAD.encode(exponent),
    })
}

pub(crate) fn ec_key(kid: &str) -> Value {
    let point = &EC.public_key().as_ref()[1..];
    json!({
        "kty": "EC", "crv": "P-256", "kid": kid, "alg": "ES256", "x": URL_SAFE_NO_PAD.encode(&point[..32]),
        "y": URL_SAFE_NO_PAD.encode(&point[32..]),
    })
}

/// The RSA key as a file of an issuer would hold it, which is no secret.
pub(crate) fn rsa_public_der() -> Vec<u8> {
    let der: PublicKeyX509Der<'_> = RSA.public_key().as_der().unwrap();
    der.as_ref().to_vec()
}

fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}

fn with_signature(text: &str, signature: &[u8]) -> String {
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// A token signed by the RSA key, under a header that may say anything.
pub(crate) fn by_rsa(header: &Value, claims: &Value) -> String {
    let text = unsigned(header, claims);
    let mut signature = vec![0; RSA.public_modulus_len()];
    let rng = SystemRandom::new();
    let bytes = text.as_bytes();
    RSA.sign(&RSA_PKCS1_SHA256, &rng, bytes, &mut signature)
        .unwrap();
    with_signature(&text, &signature)
}

pub(crate) fn by_ec(header: &Value, claims: &Value) -> String {
    let text = unsigned(header, claims);
    let signature = EC.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
    with_signature(&text, signature.as_ref())
}

pub(crate) fn by_secret(secret: &[u8], header: &Value, claims: &Value) -> String {
    let text = unsigned(header, claims);
    let mut mac = <Hmac<Sha256>>::new_from_slice(secret).unwrap();
    mac.update(text.as_bytes());
    with_signature(&text, &mac.finalize().into_bytes())
}

pub(crate) fn by_nobody(header: &Value, claims: &Value) -> String {
    with_signature(&unsigned(header, claims), b"")
}
