//! IMAP: finding out what is in a mailbox, and doing there what a person did elsewhere.
//!
//! A thin client: `wire` bounds what comes in, `response` reads it with imap-proto's parser, `client` gives commands and
//! listens, [`access`](Access) is the way in. `look` finds out what came and went, [`act`] does what a person asked for.

pub mod access;
mod act;
pub(crate) mod client;
pub(crate) mod folders;
pub(crate) mod look;
pub(crate) mod names;
pub(crate) mod probe;
pub(crate) mod response;
pub(crate) mod wire;

use futures::future::BoxFuture;
use mailwren_core::act::{Act, Done, MessageAt};
use mailwren_core::link::{FailureClass, Reached};
use mailwren_core::said::Said;
use mailwren_core::view::Problem;

pub use access::{Access, Kept, Login, Tls};
pub use act::{act, undo};

use crate::ports::{AccessError, MailAccess};
use crate::vault::{PasswordError, VaultError};
use crate::xmpp::ConnectError;
use crate::xmpp::tls::plain_words;
use crate::xmpp::trouble::Trouble;
use wire::WireError;

/// Why a mailbox isn't reached, or doesn't do what it should.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.said())]
pub enum ImapError {
    /// The password or token can't be had.
    Secret(#[from] PasswordError),
    /// DNS, TCP or TLS.
    Connect(#[from] Trouble),
    /// The server offers no way to log in that would do.
    NoLogin {
        /// What it offers.
        offered: String,
    },
    /// The user or the password can't be told to this server.
    Unsayable,
    /// The server refused the login.
    LoginRefused {
        /// The server's own words, shortened.
        text: String,
        /// Whether it says that this passes by itself.
        passes: bool,
        /// Whether a token was refused: the next one may do.
        by_token: bool,
    },
    /// The server refused a command.
    Refused {
        /// Which.
        what: &'static str,
        /// The server's own words, shortened.
        text: String,
    },
    /// The server ended the connection, and said so.
    Bye(String),
    /// The connection ended.
    Lost(Said),
    /// Something took too long.
    Late(&'static str),
    /// The server sent more than is safe to read.
    Limit(Said),
    /// The server said something that has no place there.
    Protocol(&'static str),
    /// A name that no folder can have.
    Name(String),
}

impl ImapError {
    fn lost(error: &std::io::Error) -> Self {
        Self::Lost(plain_words(error))
    }

    /// For people.
    pub fn said(&self) -> Said {
        match self {
            Self::Secret(error) => error.said(),
            Self::Connect(trouble) => trouble.said(),
            Self::NoLogin { offered } => Said::word("imap-no-login").with("offered", offered),
            Self::Unsayable => Said::word("imap-unsayable"),
            Self::LoginRefused { text, .. } => Said::word("imap-login-refused").with("words", text),
            Self::Refused { what, text } => Said::word("imap-refused").with("what", *what).with("words", text),
            Self::Bye(text) => Said::word("imap-bye").with("words", text),
            Self::Lost(why) => Said::word("imap-lost").with("why", why.clone()),
            Self::Late(what) => Said::word("imap-late").with("what", *what),
            Self::Limit(limit) => Said::word("imap-limit").with("limit", limit.clone()),
            Self::Protocol(why) => Said::word("imap-protocol").with("why", *why),
            Self::Name(name) => Said::word("imap-name").with("name", name),
        }
    }

    /// What it means for the next attempt.
    pub fn class(&self) -> FailureClass {
        match self {
            Self::Secret(PasswordError::Vault(VaultError::Locked))
            | Self::LoginRefused {
                passes: false,
                by_token: true,
                ..
            } => FailureClass::Untrusted,
            Self::Secret(PasswordError::Missing(_) | PasswordError::Exposed(_) | PasswordError::Unusable(_))
            | Self::NoLogin { .. }
            | Self::Unsayable
            | Self::LoginRefused { passes: false, .. } => FailureClass::NeedsPerson,
            Self::Connect(trouble) => ConnectError::from(trouble.clone()).class(),
            _ => FailureClass::Transient,
        }
    }

    /// As faces show it.
    pub fn problem(&self) -> Problem {
        let problem = |code| Problem::new(code, self.said());
        match self {
            Self::Connect(trouble) => ConnectError::from(trouble.clone()).problem(),
            Self::Secret(PasswordError::Vault(_)) => problem("keyring"),
            Self::Secret(PasswordError::Missing(_)) => problem("auth").hint(Said::word("imap-password-do")),
            Self::LoginRefused { passes: false, .. } => problem("auth").hint(Said::word("imap-login-do")),
            Self::Secret(_) | Self::NoLogin { .. } | Self::Unsayable | Self::LoginRefused { .. } => problem("auth"),
            _ => problem("mailbox"),
        }
    }

    /// Fingerprint of a certificate that wasn't trusted.
    pub fn fingerprint(&self) -> Option<String> {
        match self {
            Self::Connect(trouble) => ConnectError::from(trouble.clone()).fingerprint().map(str::to_owned),
            _ => None,
        }
    }

    /// How far it came, where `authenticating` says whether a secret was sent.
    pub const fn reached(authenticating: bool) -> Reached {
        if authenticating {
            Reached::Login
        } else {
            Reached::Network
        }
    }
}

impl From<WireError> for ImapError {
    fn from(error: WireError) -> Self {
        match error {
            WireError::Io(error) => Self::lost(&error),
            limit => Self::Limit(limit.said()),
        }
    }
}

impl MailAccess for Access {
    fn act<'a>(&'a self, messages: &'a [MessageAt], what: Act) -> BoxFuture<'a, Result<Done, AccessError>> {
        Box::pin(async move {
            act(self, messages, what)
                .await
                .map_err(|error| AccessError(error.said()))
        })
    }

    fn undo<'a>(&'a self, done: &'a Done) -> BoxFuture<'a, Result<Done, AccessError>> {
        Box::pin(async move { undo(self, done).await.map_err(|error| AccessError(error.said())) })
    }
}
