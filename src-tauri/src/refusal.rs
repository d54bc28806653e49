//! Why the app doesn't run, for people.

use std::fmt;

use mailwren_core::said::Said;
use mailwren_desktop::resident::ResidentError;
use mailwren_engine::profile::ProfileError;

/// It doesn't, as things stand.
#[derive(Debug)]
pub struct Refusal(pub Said);

/// For logs.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl std::error::Error for Refusal {}

/// What is said of an error. What isn't ours to say stays as it is.
pub fn said(error: &anyhow::Error) -> Said {
    if let Some(refusal) = error.downcast_ref::<Refusal>() {
        return refusal.0.clone();
    }
    if let Some(error) = error.downcast_ref::<ProfileError>() {
        return error.said();
    }
    if let Some(error) = error.downcast_ref::<ResidentError>() {
        return error.said();
    }
    Said::text(format!("{error:#}"))
}
