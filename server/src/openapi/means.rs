//! By what a caller is known, in all the ways in which it is said: one arm for each
//! kind of authorisation, and nowhere else.

use shared::portal_user::Role;
use shared::{Auth, Code};

/// What a call needs to be let in.
#[derive(Clone, Copy, Debug)]
pub struct Means {
    /// The word that the page's script and the collection's know.
    pub word: &'static str,
    /// Who may call.
    pub sentence: &'static str,
    /// What the call carries; none if nobody need say who they are.
    pub credential: Option<Credential>,
    /// Whether it carries a signature besides.
    pub is_signed: bool,
    /// The security schemes, each alternative of them together.
    pub schemes: &'static [&'static [&'static str]],
    /// The codes of the checks before the call is read.
    pub refusals: &'static [&'static [Code]],
}

/// A header, and the variable of the environment from which samples take its value.
#[derive(Clone, Copy, Debug)]
pub struct Credential {
    pub header: &'static str,
    /// What stands before the value.
    pub prefix: &'static str,
    pub variable: &'static str,
}

const PUBLISHABLE_KEY: Credential = Credential {
    header: "X-Partner-Key",
    prefix: "",
    variable: "GIVING_PUBLIC_KEY",
};

const SECRET_KEY: Credential = Credential {
    header: "X-Partner-Key",
    prefix: "",
    variable: "GIVING_SECRET_KEY",
};

const ENDAOMENT_KEY: Credential = Credential {
    header: "x-api-key",
    prefix: "",
    variable: "GIVING_SECRET_KEY",
};

const PERCENT_KEY: Credential = Credential {
    header: "Authorization",
    prefix: "",
    variable: "GIVING_SECRET_KEY",
};

const ACCESS_TOKEN: Credential = Credential {
    header: "Authorization",
    prefix: "Bearer ",
    variable: "GIVING_ACCESS_TOKEN",
};

/// Of the key, whatever it is.
const KEY: &[Code] = &[
    Code::MissingAuthHeaders,
    Code::InvalidApiKey,
    Code::ApiKeyExpired,
    Code::ApiKeyInactive,
    Code::IpNotAllowed,
    Code::PartnerNotActive,
    Code::InsufficientScope,
];
const SIGNATURE: &[Code] = &[
    Code::InvalidTimestamp,
    Code::TimestampOutOfRange,
    Code::InvalidSignature,
];
const BROWSER: &[Code] = &[Code::PublishableKeyRequired, Code::OriginNotAllowed];

const TOKEN: &[Code] = &[
    Code::MissingToken,
    Code::InvalidToken,
    Code::TokenExpired,
    Code::InsufficientRole,
];
/// Of whoever is signed in.
const MEMBER: &[Code] = &[Code::PartnerNotActive];

impl Means {
    pub const fn of(auth: Auth) -> Self {
        match auth {
            Auth::Publishable => Self {
                word: "publishable",
                sentence: "With the publishable key alone, from a browser.",
                credential: Some(PUBLISHABLE_KEY),
                is_signed: false,
                schemes: &[&["publishableKey"]],
                refusals: &[KEY, BROWSER],
            },
            Auth::Signed => Self {
                word: "signed",
                sentence: "Signed, with the secret or the publishable key.",
                credential: Some(SECRET_KEY),
                is_signed: true,
                schemes: &[
                    &["secretKey", "timestamp", "signature"],
                    &["publishableKey", "timestamp", "signature"],
                ],
                refusals: &[KEY, SIGNATURE],
            },
            Auth::SignedSecret => Self {
                word: "signed",
                sentence: "Signed, with the secret key.",
                credential: Some(SECRET_KEY),
                is_signed: true,
                schemes: &[&["secretKey", "timestamp", "signature"]],
                refusals: &[KEY, SIGNATURE, &[Code::SecretKeyRequired]],
            },
            Auth::Portal(role) => Self {
                word: "bearer",
                sentence: match role {
                    Role::Owner => "With the access token of an owner who is signed in.",
                    Role::Admin => "With the access token of an owner or admin who is signed in.",
                    Role::Viewer => "With the access token of anybody who is signed in.",
                },
                credential: Some(ACCESS_TOKEN),
                is_signed: false,
                schemes: &[&["accessToken"]],
                refusals: &[TOKEN, MEMBER],
            },
            Auth::SecretOrPortal(role) => Self {
                sentence: match role {
                    Role::Owner => {
                        "Signed, with the secret key; or with the access token of an owner."
                    }
                    Role::Admin => {
                        "Signed, with the secret key; or with the access token of an owner or admin."
                    }
                    Role::Viewer => {
                        "Signed, with the secret key; or with the access token of anybody who is signed in."
                    }
                },
                schemes: &[&["secretKey", "timestamp", "signature"], &["accessToken"]],
                refusals: &[KEY, SIGNATURE, &[Code::SecretKeyRequired], TOKEN],
                ..Self::of(Auth::SignedSecret)
            },
            Auth::EndaomentKey => Self {
                word: "endaoment",
                sentence: "With the secret key alone, as `x-api-key`.",
                credential: Some(ENDAOMENT_KEY),
                is_signed: false,
                schemes: &[&["endaomentKey"]],
                refusals: &[KEY],
            },
            Auth::EndaomentKeyOrToken => Self {
                sentence: "With the secret key alone, as `x-api-key`; or with the access token of an owner or admin, \
                           or of a user of the partner's own issuer.",
                schemes: &[&["endaomentKey"], &["accessToken"]],
                refusals: &[KEY, TOKEN],
                ..Self::of(Auth::EndaomentKey)
            },
            Auth::PercentSecret => Self {
                word: "percent",
                sentence: "With the secret key alone, as `Authorization`.",
                credential: Some(PERCENT_KEY),
                is_signed: false,
                schemes: &[&["percentKey"]],
                refusals: &[KEY, &[Code::SecretKeyRequired]],
            },
            Auth::PercentKey => Self {
                sentence: "With the secret or the publishable key alone, as `Authorization`.",
                refusals: &[KEY, &[Code::OriginNotAllowed]],
                ..Self::of(Auth::PercentSecret)
            },
            Auth::Open => Self {
                word: "open",
                sentence: "Without a key: what is sent proves itself.",
                credential: None,
                is_signed: false,
                schemes: &[],
                refusals: &[],
            },
        }
    }
}
