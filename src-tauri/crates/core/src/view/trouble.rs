//! What went wrong, for people; and the steps of a test.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::said::Said;

/// [`Problem::code`]s of what may be missing for good: nothing shows tray icons, nothing tells of the session.
pub const PASSABLE: [&str; 2] = ["tray", "logind"];

/// Something a person should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Problem {
    /// What it is about, for code: `auth`, `tls`, `dns`, `tcp`, `keyring`, `notifier`, `config`, `store`, …
    pub code: String,
    /// What is wrong.
    pub message: Said,
    /// What to do.
    pub hint: Option<Said>,
}

impl Problem {
    /// Without anything to do about it.
    pub fn new(code: impl Into<String>, message: Said) -> Self {
        Self {
            code: code.into(),
            message,
            hint: None,
        }
    }

    /// The same with what to do.
    #[must_use]
    pub fn hint(self, hint: impl Into<Option<Said>>) -> Self {
        Self {
            hint: hint.into(),
            ..self
        }
    }
}

/// What is told to programs says everything in English, once and for all.
impl Problem {
    /// The same for programs.
    #[must_use]
    pub fn plain(&self) -> Self {
        Self {
            code: self.code.clone(),
            message: self.message.plain(),
            hint: self.hint.as_ref().map(Said::plain),
        }
    }
}

/// A step of an account test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TestStep {
    /// Which step.
    pub name: StepName,
    /// How it stands.
    pub state: StepState,
    /// What was found, or what is wrong.
    pub detail: Said,
    /// What to do if it failed.
    pub hint: Option<Said>,
    /// How long it took, in milliseconds.
    pub millis: u32,
    /// SHA-256 fingerprint of a certificate that wasn't trusted, to be pinned on an explicit yes.
    pub fingerprint: Option<String>,
    /// Whether another certificate is pinned: then this one may be an attacker's.
    pub changed: bool,
    /// Nodes found, in the last step.
    pub nodes: Vec<crate::account::Subscription>,
}

impl TestStep {
    /// The same for programs.
    #[must_use]
    pub fn plain(&self) -> Self {
        Self {
            detail: self.detail.plain(),
            hint: self.hint.as_ref().map(Said::plain),
            ..self.clone()
        }
    }
}

/// The steps of an account test, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum StepName {
    /// Where to connect.
    Dns,
    /// TCP and TLS.
    Tls,
    /// SASL and binding.
    Login,
    /// PEP and pubsub services.
    Services,
    /// Nodes that can be read; for an account without XMPP the folders of its mailbox.
    Nodes,
    /// Its mailbox, beside XMPP: from the connection to its folders.
    Mailbox,
}

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum StepState {
    /// Under way.
    Running,
    /// Went well.
    Passed,
    /// Went well, but there is something to know.
    Warned,
    /// Failed; no further step follows.
    Failed,
}

/// An error at the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// For code that acts on it.
    pub code: ApiCode,
    /// What went wrong.
    pub message: Said,
    /// What to do.
    pub hint: Option<Said>,
}

impl ApiError {
    /// Without anything to do about it.
    pub const fn new(code: ApiCode, message: Said) -> Self {
        Self {
            code,
            message,
            hint: None,
        }
    }

    /// The same with what to do.
    #[must_use]
    pub fn hint(self, hint: impl Into<Option<Said>>) -> Self {
        Self {
            hint: hint.into(),
            ..self
        }
    }
}

/// Errors that a face acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ApiCode {
    /// The request itself is wrong; the message says how.
    Invalid,
    /// No such row or account.
    NotFound,
    /// This window may not do that.
    Forbidden,
    /// The keyring can't be used now.
    Keyring,
    /// The server, or a service, can't be reached or refuses.
    Refused,
    /// The engine has ended; attach again.
    Closed,
    /// Something inside failed.
    Internal,
}
