//! What bounds a key: everything that is wrong with it is said at once.

use ipnet::IpNet;
use shared::key::{CreateKey, UpdateKey};
use shared::time::Timestamp;
use shared::{Change, FieldError, Scope};

use crate::domain::text;
use crate::error::Error;
use crate::store::key::Key as KeyRow;

/// The longest name, in characters.
const MAX_NAME: usize = 200;
/// The most networks, and the most origins, of a key.
const MAX_MEMBERS: usize = 100;

/// What bounds a key, read and checked.
#[derive(Debug)]
pub(super) struct Bounds {
    scopes: Option<Vec<Scope>>,
    expires_at: Option<Timestamp>,
    pub(super) ip_allowlist: Vec<IpNet>,
    pub(super) allowed_origins: Vec<String>,
}

impl Bounds {
    pub(super) fn of_new(call: &CreateKey, now: Timestamp) -> Result<Self, Error> {
        let mut problems = Problems::default();
        problems.of_name(&call.name);
        let bounds = Self {
            scopes: problems.scopes(call.scopes.as_ref()),
            expires_at: problems.end(call.expires_at, now),
            ip_allowlist: problems.networks(call.ip_allowlist.as_ref()),
            allowed_origins: problems.origins(call.allowed_origins.as_ref()),
        };
        Error::refuse_any(problems.0)?;
        Ok(bounds)
    }

    pub(super) fn of_change(call: &UpdateKey, now: Timestamp) -> Result<Self, Error> {
        let mut problems = Problems::default();
        match &call.name {
            Change::Keep => {}
            Change::Clear => problems.add("name", "must not be null"),
            Change::Set(name) => problems.of_name(name),
        }
        if call.is_active == Change::Clear {
            problems.add("isActive", "must not be null");
        }
        let bounds = Self {
            scopes: problems.scopes(call.scopes.value()),
            expires_at: problems.end(call.expires_at.value().copied(), now),
            ip_allowlist: problems.networks(call.ip_allowlist.value()),
            allowed_origins: problems.origins(call.allowed_origins.value()),
        };
        Error::refuse_any(problems.0)?;
        Ok(bounds)
    }

    /// The key within these bounds.
    pub(super) fn on(self, key: KeyRow) -> KeyRow {
        KeyRow {
            scopes: self.scopes,
            expires_at: self.expires_at,
            ip_allowlist: self.ip_allowlist,
            allowed_origins: self.allowed_origins,
            ..key
        }
    }
}

/// Everything that is wrong, at once.
#[derive(Debug, Default)]
struct Problems(Vec<FieldError>);

impl Problems {
    fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(FieldError::new(field, message));
    }

    fn of_name(&mut self, name: &str) {
        if let Err(problem) = text::printable(name, MAX_NAME) {
            self.add("name", problem);
        }
    }

    fn scopes(&mut self, scopes: Option<&Vec<Scope>>) -> Option<Vec<Scope>> {
        let mut scopes = scopes?.clone();
        if scopes.is_empty() {
            self.add("scopes", "must name at least one; null or left out is all");
        }
        scopes.sort_unstable();
        scopes.dedup();
        Some(scopes)
    }

    fn end(&mut self, end: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
        if end.is_some_and(|end| end <= now) {
            let message = format!("must lie in the future; now it is {now}");
            self.add("expiresAt", message);
        }
        end
    }

    fn networks(&mut self, networks: Option<&Vec<String>>) -> Vec<IpNet> {
        self.each("ipAllowlist", networks, text::network)
    }

    fn origins(&mut self, origins: Option<&Vec<String>>) -> Vec<String> {
        self.each("allowedOrigins", origins, text::origin)
    }

    /// Reads each member of a list; those that are wrong are named.
    fn each<T>(
        &mut self,
        field: &str,
        list: Option<&Vec<String>>,
        read: fn(&str) -> Result<T, String>,
    ) -> Vec<T> {
        let list = list.map_or(&[][..], Vec::as_slice);
        if list.len() > MAX_MEMBERS {
            self.add(field, format!("must have at most {MAX_MEMBERS} members"));
            return Vec::new();
        }
        let mut done = Vec::new();
        for (place, text) in list.iter().enumerate() {
            match read(text) {
                Ok(value) => done.push(value),
                Err(problem) => self.add(format!("{field}[{place}]"), problem),
            }
        }
        done
    }
}
