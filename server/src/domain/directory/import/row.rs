//! From a row of a file to what it says of a nonprofit, or what is wrong with it.

use csv::ByteRecord;
use shared::organization::OrganizationStatus;
use url::Url;

use super::columns::{Field, Irs};
use super::readable::{category, name, place};
use crate::domain::directory::{country, ein};
use crate::domain::order::slug_is_well_formed;
use crate::domain::text;
use crate::store::organization::Organization;

/// What a row says of a nonprofit: the columns that its file has. An empty one
/// says that there is nothing.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) line: u64,
    values: Vec<(Field, Option<String>)>,
}

impl Entry {
    pub(super) fn find(&self, field: Field) -> Option<&str> {
        let value = self.values.iter().find(|(other, _)| *other == field);
        value.and_then(|(_, value)| value.as_deref())
    }

    /// Changes an organization as the row says. What the file has no column for
    /// stays as it is, and so do slug, name, EIN, country and status where it says
    /// nothing.
    pub(super) fn apply(&self, to: &mut Organization) {
        for (field, value) in &self.values {
            let value = value.clone();
            match field {
                Field::Slug => {}
                Field::Name => to.name = value.unwrap_or_else(|| to.name.clone()),
                Field::Ein => to.ein = value.or_else(|| to.ein.take()),
                Field::Description => to.description = value,
                Field::Website => to.website = value,
                Field::Logo => to.logo = value,
                Field::Location => to.location = value,
                Field::Category => to.category = value,
                Field::City => to.city = value,
                Field::State => to.state = value,
                Field::Country => to.country = value.unwrap_or_else(|| to.country.clone()),
                Field::Status => {
                    let status = value.as_deref().and_then(OrganizationStatus::named);
                    to.status = status.unwrap_or(to.status);
                }
            }
        }
        let says = |field| self.values.iter().any(|(other, _)| *other == field);
        if says(Field::City) && !says(Field::Location) {
            let parts = [to.city.as_deref(), to.state.as_deref()];
            let parts: Vec<_> = parts.into_iter().flatten().collect();
            to.location = (!parts.is_empty()).then(|| parts.join(", "));
        }
    }
}

/// A row of the IRS extract, whose names are in capital letters.
pub(super) fn of_irs(columns: &Irs, line: u64, record: &ByteRecord) -> Result<Entry, String> {
    let read = |field: Field, column: usize| plain(field, record.get(column));
    let number = read(Field::Ein, columns.ein)?.unwrap_or_default();
    let number = ein(&number).ok_or_else(|| EIN.to_owned())?;
    let raw = read(Field::Name, columns.name)?.ok_or("name must not be empty")?;
    let field = match columns.field {
        Some(column) => read(Field::Category, column)?,
        None => None,
    };
    let mut values = vec![
        (Field::Ein, Some(number)),
        (Field::Name, Some(name(&raw))),
        (
            Field::City,
            read(Field::City, columns.city)?.map(|city| place(&city)),
        ),
        (Field::State, read(Field::State, columns.state)?),
    ];
    if let Some(field) = field {
        values.push((Field::Category, category(&field).map(str::to_owned)));
    }
    Ok(Entry { line, values })
}

/// A row with columns of ours.
pub(super) fn of_ours(
    columns: &[(Field, usize)],
    line: u64,
    record: &ByteRecord,
) -> Result<Entry, String> {
    let mut values = Vec::with_capacity(columns.len());
    for (field, column) in columns {
        let value = plain(*field, record.get(*column))?;
        let value = value.map(|value| checked(*field, value)).transpose()?;
        values.push((*field, value));
    }
    let entry = Entry { line, values };
    if entry.find(Field::Slug).is_none() && entry.find(Field::Ein).is_none() {
        return Err("slug and ein must not both be empty".to_owned());
    }
    Ok(entry)
}

const EIN: &str = "ein must have nine digits, such as 53-0196605";

/// A value without the spaces around it; none if it is empty.
fn plain(field: Field, bytes: Option<&[u8]>) -> Result<Option<String>, String> {
    let bytes = bytes.unwrap_or_default();
    let (column, most) = (field.name(), field.most());
    if bytes.len() > most * 4 + BLANKS {
        return Err(format!("{column} must have at most {most} characters"));
    }
    let value = std::str::from_utf8(bytes);
    let value = value.map_err(|_| format!("{column} must be UTF-8"))?.trim();
    if value.is_empty() {
        return Ok(None);
    }
    if value.chars().count() > most {
        return Err(format!("{column} must have at most {most} characters"));
    }
    let may_break = field == Field::Description;
    let is_plain =
        |sign: char| !sign.is_control() || (may_break && matches!(sign, '\n' | '\r' | '\t'));
    if !value.chars().all(is_plain) {
        return Err(format!("{column} must not contain control characters"));
    }
    Ok(Some(value.to_owned()))
}

/// So many spaces may stand around a value.
const BLANKS: usize = 1_000;

fn checked(field: Field, value: String) -> Result<String, String> {
    match field {
        Field::Slug if slug_is_well_formed(&value) => Ok(value),
        Field::Slug => Err("slug must have only a-z, 0-9 and -, such as river-trust".to_owned()),
        Field::Ein => ein(&value).ok_or_else(|| EIN.to_owned()),
        Field::Website | Field::Logo => address(field.name(), value),
        Field::Country => country::two_letters(&value)
            .map(str::to_owned)
            .ok_or_else(|| "country must be a code of ISO 3166-1, such as US or USA".to_owned()),
        Field::Status => {
            let status = OrganizationStatus::named(&value.to_ascii_uppercase());
            let status = status.ok_or("status must be ACTIVE or INACTIVE")?;
            Ok(status.as_str().to_owned())
        }
        Field::Name => {
            text::printable(&value, Field::Name.most()).map_err(|wrong| format!("name {wrong}"))?;
            Ok(value)
        }
        Field::Description | Field::Location | Field::Category | Field::City | Field::State => {
            Ok(value)
        }
    }
}

/// The address of a page, of which the scheme may be left out.
fn address(column: &str, value: String) -> Result<String, String> {
    let value = if value.contains("://") {
        value
    } else {
        format!("https://{value}")
    };
    let url = Url::parse(&value).ok();
    let is_page = |url: &Url| {
        matches!(url.scheme(), "http" | "https")
            && url.host_str().is_some_and(|it| it.contains('.'))
    };
    if value.contains(char::is_whitespace) || !url.as_ref().is_some_and(is_page) {
        return Err(format!(
            "{column} must be an address such as https://example.org"
        ));
    }
    Ok(value)
}
