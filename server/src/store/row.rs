//! Reading the columns of a row into the types of the house.

use shared::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Error, Row as _};

/// The columns of a row, by name.
pub(super) trait Columns {
    fn text<T: From<String>>(&self, name: &str) -> Result<T, Error>;
    fn text_or_null<T: From<String>>(&self, name: &str) -> Result<Option<T>, Error>;
    fn number(&self, name: &str) -> Result<i64, Error>;
    fn number_or_null(&self, name: &str) -> Result<Option<i64>, Error>;
    fn flag(&self, name: &str) -> Result<bool, Error>;
    fn time(&self, name: &str) -> Result<Timestamp, Error>;
    fn time_or_null(&self, name: &str) -> Result<Option<Timestamp>, Error>;
    /// A member of a closed set, by its name on the wire.
    fn named<T>(&self, name: &str, find: fn(&str) -> Option<T>) -> Result<T, Error>;
    /// A value kept as JSON text.
    fn json<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<T, Error>;
    fn json_or_null<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Error>;
}

impl Columns for AnyRow {
    fn text<T: From<String>>(&self, name: &str) -> Result<T, Error> {
        self.try_get::<String, _>(name).map(T::from)
    }

    fn text_or_null<T: From<String>>(&self, name: &str) -> Result<Option<T>, Error> {
        Ok(self.try_get::<Option<String>, _>(name)?.map(T::from))
    }

    fn number(&self, name: &str) -> Result<i64, Error> {
        self.try_get(name)
    }

    fn number_or_null(&self, name: &str) -> Result<Option<i64>, Error> {
        self.try_get(name)
    }

    fn flag(&self, name: &str) -> Result<bool, Error> {
        Ok(self.number(name)? != 0)
    }

    fn time(&self, name: &str) -> Result<Timestamp, Error> {
        self.number(name).map(Timestamp)
    }

    fn time_or_null(&self, name: &str) -> Result<Option<Timestamp>, Error> {
        Ok(self.number_or_null(name)?.map(Timestamp))
    }

    fn named<T>(&self, name: &str, find: fn(&str) -> Option<T>) -> Result<T, Error> {
        let text: String = self.text(name)?;
        find(&text).ok_or_else(|| unreadable(name, format!("unknown name {text:?}")))
    }

    fn json<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<T, Error> {
        let text: String = self.text(name)?;
        serde_json::from_str(&text).map_err(|error| unreadable(name, error))
    }

    fn json_or_null<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Error> {
        let text: Option<String> = self.text_or_null(name)?;
        text.map(|text| serde_json::from_str(&text).map_err(|error| unreadable(name, error)))
            .transpose()
    }
}

fn unreadable(column: &str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::ColumnDecode {
        index: column.to_owned(),
        source: source.into(),
    }
}
