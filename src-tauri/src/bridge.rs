//! Between the engine and the windows.

use std::sync::Arc;

use mailwren_core::view::{ApiError, Command, Notice, Reply};
use mailwren_engine::socket::Attached;
use tauri::{AppHandle, Emitter};
use tokio::sync::broadcast;

/// The event by which windows hear notices.
const NOTICE: &str = "notice";

/// The windows' way to the engine.
pub struct Bridge(Attached);

impl Bridge {
    /// A bridge to an engine.
    pub const fn new(engine: Attached) -> Self {
        Self(engine)
    }

    /// Carries a command out.
    pub async fn call(&self, command: Command) -> Result<Reply, ApiError> {
        self.0.call(command).await
    }
}

/// Hands notices on to the windows; they close when the engine ends.
pub async fn forward(bridge: Arc<Bridge>, app: AppHandle) {
    let mut notices = bridge.0.notices();
    loop {
        match notices.recv().await {
            Ok(Notice::Closing) | Err(broadcast::error::RecvError::Closed) => break,
            Ok(notice) => tell(&app, &notice),
            Err(broadcast::error::RecvError::Lagged(_)) => {
                // Faces ask from what they know: a notice of each kind stands for all that were lost.
                if let Ok(Reply::Status { status }) = bridge.call(Command::Status).await {
                    tell(&app, &Notice::Changed { rev: status.rev });
                }
                tell(&app, &Notice::Status);
                tell(&app, &Notice::Accounts);
                tell(&app, &Notice::Removed);
            }
        }
    }
    app.exit(0);
}

fn tell(app: &AppHandle, notice: &Notice) {
    if let Err(error) = app.emit(NOTICE, notice) {
        tracing::warn!(%error, "a notice didn't reach the windows");
    }
}
