//! Between the engine and the windows.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mailwren_core::account::Account;
use mailwren_core::said::Said;
use mailwren_core::view::{ApiCode, ApiError, Command, Notice, Reply};
use mailwren_engine::socket::Attached;
use tauri::{AppHandle, Emitter};
use tokio::sync::broadcast;

/// The event by which windows hear notices.
const NOTICE: &str = "notice";

/// The windows' way to the engine.
pub struct Bridge {
    engine: Attached,
    /// Accounts as they were before a window last saved them, by JID.
    replaced: Mutex<HashMap<String, Account>>,
}

impl Bridge {
    /// A bridge to an engine.
    pub fn new(engine: Attached) -> Self {
        Self {
            engine,
            replaced: Mutex::default(),
        }
    }

    /// Carries a command out.
    pub async fn call(&self, command: Command) -> Result<Reply, ApiError> {
        match &command {
            Command::SaveAccount { account, .. } => {
                if let Some(stored) = self.checked(account).await? {
                    self.replaced().insert(stored.jid.clone(), stored);
                }
            }
            Command::TestAccount { account, .. } => drop(self.checked(account).await?),
            _ => {}
        }
        self.engine.call(command).await
    }

    /// Lets an account pass whose commands and password files are those of the stored one, which it gives, or of the one that
    /// a window put that in the place of: an edit can be taken back. What a page could be made to say starts no program.
    async fn checked(&self, account: &Account) -> Result<Option<Account>, ApiError> {
        let stored = match self.engine.call(Command::Accounts).await? {
            Reply::Accounts { accounts } => accounts.into_iter().find(|one| one.jid == account.jid),
            _ => None,
        };
        if account.starts_no_more_than(stored.as_ref())
            || account.starts_no_more_than(self.replaced().get(&account.jid))
        {
            return Ok(stored);
        }
        let forbidden = ApiError::new(ApiCode::Forbidden, Said::word("api-command-window"));
        Err(forbidden.hint(Said::word("api-command-window-do")))
    }

    fn replaced(&self) -> MutexGuard<'_, HashMap<String, Account>> {
        self.replaced.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Hands notices on to the windows; they close when the engine ends, which its resident doesn't outlive.
pub async fn forward(bridge: Arc<Bridge>, app: AppHandle) {
    let mut notices = bridge.engine.notices();
    loop {
        match notices.recv().await {
            Ok(Notice::Closing) | Err(broadcast::error::RecvError::Closed) => break,
            Ok(notice) => tell(&app, &notice),
            Err(broadcast::error::RecvError::Lagged(_)) => {
                // An engine that doesn't answer has closed, of which the next notice tells.
                if let Ok(Reply::Status { status }) = bridge.call(Command::Status).await {
                    Notice::of_all(status.rev).iter().for_each(|notice| tell(&app, notice));
                }
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
