//! Where a database is. What is shown of an address never holds a password.

use std::fmt;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use super::OpenError;

/// A setting such as `sqlite:data/giving.db` or `postgres://…`, read.
#[derive(Clone)]
pub(super) enum Address {
    /// The path of a file.
    Sqlite(String),
    /// The whole URL, which may hold a password.
    Postgres(Url),
}

impl Address {
    pub(super) fn parse(text: &str) -> Result<Self, OpenError> {
        match text.split_once(':') {
            Some(("sqlite", rest)) => {
                let path = rest.strip_prefix("//").unwrap_or(rest);
                let path = path.split('?').next().unwrap_or(path);
                if path.is_empty() || path == ":memory:" {
                    return Err(OpenError::NoFile);
                }
                Ok(Self::Sqlite(path.to_owned()))
            }
            Some(("postgres" | "postgresql", rest)) if rest.starts_with("//") => {
                Self::parse_postgres(text).map_err(|reason| OpenError::Malformed { reason })
            }
            _ => Err(OpenError::UnknownKind),
        }
    }

    /// A password that is not escaped would be taken for a part that is shown.
    fn parse_postgres(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| error.to_string())?;
        if url.path().contains('@') || url.fragment().is_some() {
            let wrong = "in a password, /, #, ? and @ are written as %2F, %23, %3F and %40";
            return Err(wrong.to_owned());
        }
        Ok(Self::Postgres(url))
    }

    /// The address as the driver wants it. A path is escaped as a whole: the
    /// driver reads a URL, in which `..`, `#` and `?` mean something else.
    pub(super) fn url(&self) -> String {
        match self {
            Self::Sqlite(path) => format!(
                "sqlite://{}?mode=rwc",
                utf8_percent_encode(path, NON_ALPHANUMERIC)
            ),
            Self::Postgres(url) => url.to_string(),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = match self {
            Self::Sqlite(path) => return write!(f, "sqlite:{path}"),
            Self::Postgres(url) => url,
        };
        // A host and a port may also stand in the query; a password, too.
        let named = |name| {
            url.query_pairs()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.into_owned())
        };
        let host = named("host").or_else(|| url.host_str().map(str::to_owned));
        let port = named("port").or_else(|| url.port().map(|port| port.to_string()));
        write!(f, "postgres://{}", host.unwrap_or_default())?;
        if let Some(port) = port {
            write!(f, ":{port}")?;
        }
        let name = named("dbname").map(|name| format!("/{name}"));
        f.write_str(name.as_deref().unwrap_or(url.path()))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        Address::parse(text).map_or_else(|error| error.to_string(), |address| address.to_string())
    }

    #[test]
    fn no_password_is_shown() {
        for address in [
            "postgres://giving:hidden@db.example:5433/giving",
            "postgres://db.example:5433/giving?user=giving&password=hidden",
            "postgresql:///giving?host=db.example&port=5433&password=hidden",
        ] {
            assert_eq!(shown(address), "postgres://db.example:5433/giving");
        }
        for address in [
            "my://u:hidden@host/x",
            "hidden",
            "postgres://u:hidden@host:99999/x",
            "postgres:hidden",
            "postgres://u:12/hidden@host/x",
            "postgres://u:12#hidden@host/x",
        ] {
            assert!(!shown(address).contains("hidden"), "{}", shown(address));
        }
    }

    #[test]
    fn a_path_is_taken_as_it_stands() {
        let url = |text| Address::parse(text).map(|address| address.url()).ok();
        assert_eq!(
            url("sqlite:../my data#1/giving.db").as_deref(),
            Some("sqlite://%2E%2E%2Fmy%20data%231%2Fgiving%2Edb?mode=rwc")
        );
        assert_eq!(
            url("sqlite:///tmp/x?mode=ro").as_deref(),
            Some("sqlite://%2Ftmp%2Fx?mode=rwc")
        );
        assert_eq!(url("sqlite::memory:"), None);
        assert_eq!(url("sqlite:"), None);
    }
}
