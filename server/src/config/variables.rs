//! `GIVING_*` variables, as they stand: a key of digits stays a text.

use figment::providers::Env;
use figment::value::{Dict, Map, Value};
use figment::{Error, Metadata, Profile, Provider};

/// Those that are read as more than a text.
const NUMBERS: &str = "rate_limit_";
const FLAGS: &str = "allow_";
const LISTS: &[&str] = &["trusted_proxies", "reward_rates", "partner_issuers"];

/// The variables of these settings; others are left alone, and an empty one
/// sets nothing.
#[derive(Debug)]
pub(super) struct Variables {
    pub(super) names: &'static [&'static str],
}

impl Provider for Variables {
    fn metadata(&self) -> Metadata {
        Metadata::named("variable").interpolater(|_: &Profile, keys: &[&str]| {
            keys.first()
                .map(|key| format!("GIVING_{}", key.to_ascii_uppercase()))
                .unwrap_or_default()
        })
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        let set: Dict = Env::prefixed("GIVING_")
            .only(self.names)
            .iter()
            .filter(|(_, text)| !text.trim().is_empty())
            .map(|(name, text)| (name.as_str().to_owned(), read(name.as_str(), text.trim())))
            .collect();
        Ok(Profile::Default.collect(set))
    }
}

fn read(name: &str, text: &str) -> Value {
    if LISTS.contains(&name) {
        let members: Vec<_> = text
            .split(',')
            .map(|member| member.trim().to_owned())
            .collect();
        return Value::from(members);
    }
    if let (true, Ok(flag)) = (name.starts_with(FLAGS), text.parse::<bool>()) {
        return Value::from(flag);
    }
    match text.parse::<u64>() {
        Ok(number) if name.starts_with(NUMBERS) => Value::from(number),
        _ => Value::from(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_read_as_what_it_sets() {
        let digits = "1".repeat(64);
        assert_eq!(read("master_key", &digits).as_str(), Some(digits.as_str()));
        assert_eq!(read("data_dir", "2026").as_str(), Some("2026"));
        assert_eq!(read("rate_limit_standard", "5").to_u128(), Some(5));
        assert_eq!(
            read("allow_loopback_webhooks", "true").to_bool(),
            Some(true)
        );
        let networks = read("trusted_proxies", "10.0.0.0/8, fd00::/8");
        let networks: Option<Vec<_>> = networks
            .as_array()
            .map(|all| all.iter().filter_map(Value::as_str).collect());
        assert_eq!(networks, Some(vec!["10.0.0.0/8", "fd00::/8"]));
    }
}
