//! One macro for closed sets that have a name on the wire.

/// Defines an enum whose variants each have one name, used alike in JSON, in
/// the database and in JavaScript. Further spellings behind `|` are read, never
/// written.
macro_rules! names {
    (
        $(#[$meta:meta])*
        pub enum $name:ident { $( $(#[$variant_meta:meta])* $variant:ident = $text:literal $(| $alias:literal)* ),+ $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
        pub enum $name { $(
            $(#[$variant_meta])*
            #[cfg_attr(feature = "openapi", schemars(rename = $text))]
            $variant
        ),+ }

        impl $name {
            /// Every member, in the order of its definition.
            pub const ALL: &'static [Self] = &[ $( Self::$variant ),+ ];

            /// The name on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $text ),+ }
            }

            /// The member of this name or further spelling, if there is one.
            pub fn named(text: &str) -> Option<Self> {
                match text { $( $text $(| $alias)* => Some(Self::$variant), )+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                Self::named(&text).ok_or_else(|| {
                    serde::de::Error::custom(concat!("must be one of:" $(, " ", $text)+))
                })
            }
        }

        #[cfg(feature = "js")]
        impl $crate::js::FromJs for $name {
            fn read(value: &wasm_bindgen::JsValue, is_wrong: &mut bool) -> Self {
                let name = String::read(value, is_wrong);
                $crate::js::found(Self::named(&name), is_wrong, Self::ALL[0])
            }
        }

        #[cfg(feature = "js")]
        impl $crate::js::ToJs for $name {
            fn to_js(&self) -> wasm_bindgen::JsValue {
                self.as_str().into()
            }
        }
    };
}

pub(crate) use names;
