//! Where the engine meets what it can't own: ports exist only where a real and a fake both do.

use futures::future::BoxFuture;
use mailwren_core::popup::Popup;

/// Shows popups. What people do with them comes back as [`mailwren_core::popup::PopupEvent`]s over the channel that
/// was handed over with the notifier.
pub trait Notifier: Send + Sync {
    /// Shows a popup, or replaces the one with the same id.
    fn show(&self, popup: Popup) -> BoxFuture<'_, Result<(), NotifierError>>;
    /// Takes a popup away; no matter if it isn't there.
    fn withdraw(&self, id: u64) -> BoxFuture<'_, ()>;
}

/// Why a popup couldn't be shown.
#[derive(Debug, thiserror::Error)]
pub enum NotifierError {
    /// Nobody on the session bus shows notifications.
    #[error("no notification daemon is running")]
    NoDaemon,
    /// The daemon refused, or didn't answer.
    #[error("the notification daemon failed: {0}")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The daemon didn't answer in time.
    #[error("the notification daemon didn't answer")]
    Timeout,
}
