//! Where the engine meets what it can't own: ports exist only where a real and a fake both do.

use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use mailwren_core::act::{Act, Done, MessageAt};
use mailwren_core::popup::Popup;
use mailwren_core::said::Said;

/// Shows popups. What people do with them comes back as [`mailwren_core::popup::PopupEvent`]s over the channel that
/// was handed over with the notifier.
pub trait Notifier: Send + Sync {
    /// Shows a popup, or replaces the one with the same id.
    fn show(&self, popup: Popup) -> BoxFuture<'_, Result<(), NotifierError>>;
    /// A popup may follow in a moment: what has to be asked before can be asked meanwhile.
    fn expect(&self) {}
    /// Takes a popup away; no matter if it isn't there.
    fn withdraw(&self, id: u64) -> BoxFuture<'_, ()>;
    /// What the desktop says of the person, as it changes; what was never told is taken for no.
    fn surroundings(&self) -> BoxStream<'static, Surroundings> {
        stream::pending().boxed()
    }
}

/// What a desktop says of the person in front of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surroundings {
    /// Whether they don't want to be disturbed.
    DoNotDisturb(bool),
    /// Whether the screen is locked.
    Locked(bool),
    /// Whether something shows tray icons.
    Tray(bool),
    /// Whether logind is there, which tells of the session.
    Logind(bool),
}

/// Why a popup couldn't be shown.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.said())]
pub enum NotifierError {
    /// Nobody on the session bus shows notifications.
    NoDaemon,
    /// The desktop isn't to be disturbed: the popup has to wait.
    Inhibited,
    /// The daemon refused, or didn't answer.
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The daemon didn't answer in time.
    Timeout,
}

impl NotifierError {
    /// For people.
    pub fn said(&self) -> Said {
        match self {
            Self::NoDaemon => Said::word("doctor-daemon-absent"),
            Self::Inhibited => Said::word("cause-dnd"),
            Self::Failed(error) => Said::word("notifier-failed").with("why", error.to_string()),
            Self::Timeout => Said::word("notifier-silent"),
        }
    }
}

/// Reaches a mailbox, and acts upon the messages in it.
pub trait MailAccess: Send + Sync {
    /// Does something with messages; what becomes of each is told in their order.
    fn act<'a>(&'a self, messages: &'a [MessageAt], act: Act) -> BoxFuture<'a, Result<Done, AccessError>>;
    /// Takes back what was done.
    fn undo<'a>(&'a self, done: &'a Done) -> BoxFuture<'a, Result<Done, AccessError>>;
}

/// Why a mailbox isn't reached. Its words are told to whoever asked.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct AccessError(pub Said);
