//! Which columns a file has: those of the IRS extract, or those of this server.

use csv::ByteRecord;

use super::row::{Entry, of_irs, of_ours};
use super::source::SourceError;

/// A column of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Slug,
    Name,
    Ein,
    Description,
    Website,
    Logo,
    Location,
    Category,
    City,
    State,
    Country,
    Status,
}

impl Field {
    pub(super) const ALL: [Self; 12] = [
        Self::Slug,
        Self::Name,
        Self::Ein,
        Self::Description,
        Self::Website,
        Self::Logo,
        Self::Location,
        Self::Category,
        Self::City,
        Self::State,
        Self::Country,
        Self::Status,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Slug => "slug",
            Self::Name => "name",
            Self::Ein => "ein",
            Self::Description => "description",
            Self::Website => "website",
            Self::Logo => "logo",
            Self::Location => "location",
            Self::Category => "category",
            Self::City => "city",
            Self::State => "state",
            Self::Country => "country",
            Self::Status => "status",
        }
    }

    /// The longest value, in characters.
    pub(super) fn most(self) -> usize {
        match self {
            Self::Description => 5_000,
            Self::Website | Self::Logo => 2_048,
            Self::Name | Self::Location | Self::Category | Self::City => 255,
            Self::Slug => 128,
            Self::Ein | Self::State | Self::Country | Self::Status => 50,
        }
    }
}

/// Where each value stands in a row.
#[derive(Debug)]
pub(super) struct Columns {
    kind: Kind,
    /// How many columns the file has.
    count: usize,
}

#[derive(Debug)]
enum Kind {
    Irs(Irs),
    Ours(Vec<(Field, usize)>),
}

/// The columns of the IRS extract that are read.
#[derive(Debug)]
pub(super) struct Irs {
    pub(super) ein: usize,
    pub(super) name: usize,
    pub(super) city: usize,
    pub(super) state: usize,
    pub(super) field: Option<usize>,
}

const NEEDED: &str = "it must have the columns of the IRS extract (EIN, NAME, CITY, STATE and \
     others), or name and one of slug and ein, and any of description, website, logo, location, \
     category, city, state, country and status";

impl Columns {
    pub(super) fn read(header: &ByteRecord) -> Result<Self, SourceError> {
        let names: Vec<String> = header
            .iter()
            .map(|name| String::from_utf8_lossy(name).trim().to_ascii_lowercase())
            .collect();
        let place = |name: &str| names.iter().position(|other| other == name);
        let is_of_irs = ["ico", "subsection", "ntee_cd"]
            .iter()
            .any(|it| place(it).is_some());
        let known = Field::ALL.map(Field::name);
        for name in known {
            let count = names.iter().filter(|other| *other == name).count();
            if count > 1 {
                let twice = format!("the column {name} is there {count} times: leave one");
                return Err(SourceError::Columns(twice));
            }
        }
        let missing = |name: &str| {
            let shown: Vec<_> = names.iter().take(12).map(String::as_str).collect();
            let shown = shown.join(", ");
            let shown: String = shown.chars().take(200).collect();
            SourceError::Columns(format!(
                "the file has no column {name}: {NEEDED}; it has {shown}"
            ))
        };
        let kind = if is_of_irs {
            let needed = |name| place(name).ok_or_else(|| missing(name));
            Kind::Irs(Irs {
                ein: needed("ein")?,
                name: needed("name")?,
                city: needed("city")?,
                state: needed("state")?,
                field: place("ntee_cd"),
            })
        } else {
            let has = |field: Field| Some((field, place(field.name())?));
            let ours: Vec<_> = Field::ALL.into_iter().filter_map(has).collect();
            place("name").ok_or_else(|| missing("name"))?;
            place("slug")
                .or(place("ein"))
                .ok_or_else(|| missing("slug or ein"))?;
            Kind::Ours(ours)
        };
        Ok(Self {
            kind,
            count: names.len(),
        })
    }

    /// What a row says, or what is wrong with it.
    pub(super) fn entry(&self, line: u64, record: &ByteRecord) -> Result<Entry, String> {
        if record.len() != self.count {
            let (has, count) = (record.len(), self.count);
            return Err(format!("has {has} values, and there are {count} columns"));
        }
        match &self.kind {
            Kind::Irs(irs) => of_irs(irs, line, record),
            Kind::Ours(fields) => of_ours(fields, line, record),
        }
    }
}
