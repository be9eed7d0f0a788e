//! The closed sets of what the widget can show: its faces, the buttons under a
//! message, and the places beside which a problem is said.

/// Which of its faces the widget shows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Loading,
    Form,
    Sending,
    Redirecting,
    /// Back from the provider, which has not said yet whether it was paid.
    Pending,
    /// Begun earlier in this tab and not paid, as far as is known.
    Unfinished,
    /// Back without having paid.
    Stopped,
    Complete,
    Failed,
    Expired,
    Refunded,
    Offline,
    Busy,
    /// The page or the key is set up wrongly.
    Unavailable,
}

impl Phase {
    /// What its words begin with, and what its style goes by.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Loading => "loading",
            Self::Form => "form",
            Self::Sending => "sending",
            Self::Redirecting => "redirecting",
            Self::Pending => "pending",
            Self::Unfinished => "unfinished",
            Self::Stopped => "stopped",
            Self::Complete => "complete",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Refunded => "refunded",
            Self::Offline => "offline",
            Self::Busy => "busy",
            Self::Unavailable => "unavailable",
        }
    }

    pub(crate) const fn is_form(self) -> bool {
        matches!(self, Self::Form | Self::Sending | Self::Redirecting)
    }

    /// Whether the attempt is over, so that a donor who comes back begins anew.
    pub(crate) const fn is_over(self) -> bool {
        matches!(
            self,
            Self::Complete | Self::Failed | Self::Expired | Self::Refunded
        )
    }
}

/// What a button under a message does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Nothing,
    /// On to the payment begun.
    Continue,
    /// The form anew.
    Again,
    Retry,
    /// The hosted page.
    Visit,
    Share,
    Close,
}

impl Action {
    /// The key of its words.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Continue => "continue",
            Self::Again => "again",
            Self::Retry => "retry",
            Self::Visit => "visit",
            Self::Share => "share",
            Self::Close => "close",
        }
    }
}

/// What can be wrong, and beside what it is said.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Amount,
    Email,
    FirstName,
    LastName,
    /// None of the fields: said above the button.
    Whole,
}

impl Field {
    /// The field of the form to which a field of the request belongs.
    pub(crate) fn of_request(name: &str) -> Self {
        match name {
            "amount" | "tipAmount" | "tipPercent" => Self::Amount,
            "donorEmail" => Self::Email,
            "firstName" => Self::FirstName,
            "lastName" => Self::LastName,
            _ => Self::Whole,
        }
    }

    /// The field to which an input of the form belongs, by its name.
    pub(crate) fn of_input(name: &str) -> Self {
        match name {
            "amount" | "typed" | "frequency" | "tip" | "fees" => Self::Amount,
            "email" => Self::Email,
            "first-name" => Self::FirstName,
            "last-name" => Self::LastName,
            _ => Self::Whole,
        }
    }

    /// The name of the input in which it is put right.
    pub(crate) const fn input(self) -> &'static str {
        match self {
            Self::Amount => "typed",
            Self::Email => "email",
            Self::FirstName => "first-name",
            Self::LastName => "last-name",
            Self::Whole => "",
        }
    }
}
