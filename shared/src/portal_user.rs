//! The people who sign in to the portal.

use crate::names::names;

names! {
    /// What somebody may do in the portal: owners and admins change things,
    /// owners also who may sign in; viewers look.
    pub enum Role { Owner = "OWNER", Admin = "ADMIN", Viewer = "VIEWER" }
}
