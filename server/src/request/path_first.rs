//! A JSON object with the path's parameters put before its members, read in
//! one pass.

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, IntoDeserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::Pair;

pub(super) struct PathFirst<D> {
    pub(super) path: Vec<Pair>,
    pub(super) body: D,
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for PathFirst<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.body.deserialize_map(Joined {
            path: self.path,
            visitor,
        })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// Hands the visitor a map that begins with the path's parameters.
struct Joined<V> {
    path: Vec<Pair>,
    visitor: V,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Joined<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, body: A) -> Result<V::Value, A::Error> {
        let names = self.path.iter().map(|(name, _)| name.clone()).collect();
        self.visitor.visit_map(Members {
            path: self.path.into_iter(),
            names,
            value: None,
            body,
        })
    }
}

struct Members<A> {
    path: std::vec::IntoIter<Pair>,
    /// The path's names, which the body cannot give again.
    names: Vec<String>,
    /// The value whose name was read last, while the path lasts.
    value: Option<String>,
    body: A,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Members<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        if let Some((name, value)) = self.path.next() {
            self.value = Some(value);
            return seed.deserialize(name.into_deserializer()).map(Some);
        }
        while let Some(name) = self.body.next_key::<String>()? {
            if !self.names.contains(&name) {
                return seed.deserialize(name.into_deserializer()).map(Some);
            }
            self.body.next_value::<IgnoredAny>()?;
        }
        Ok(None)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, A::Error> {
        match self.value.take() {
            Some(value) => seed.deserialize(value.into_deserializer()),
            None => self.body.next_value_seed(seed),
        }
    }
}
