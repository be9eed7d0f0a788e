//! The people who sign in to the portal.

use crate::names::names;

names! {
    /// What somebody may do in the portal: owners and admins change things,
    /// owners also who may sign in; viewers look.
    pub enum Role { Owner = "OWNER", Admin = "ADMIN", Viewer = "VIEWER" }
}

impl Role {
    /// Whether somebody of this role may do what `needed` may.
    pub const fn includes(self, needed: Self) -> bool {
        match (self, needed) {
            (Self::Owner, _) | (_, Self::Viewer) | (Self::Admin, Self::Admin) => true,
            (Self::Admin | Self::Viewer, Self::Owner) | (Self::Viewer, Self::Admin) => false,
        }
    }
}
