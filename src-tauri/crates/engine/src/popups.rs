//! Popups leave the engine through a queue of their own, so that a daemon that hangs holds up nothing else.

use std::sync::Arc;
use std::time::Duration;

use mailwren_core::model::Input;
use mailwren_core::popup::{Popup, PopupEvent, PopupEventKind};
use mailwren_core::said::Said;
use mailwren_core::view::Problem;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::ports::{Notifier, NotifierError};
use crate::store::Store;

/// A daemon that takes longer is as good as none.
const PATIENCE: Duration = Duration::from_secs(5);

/// What became of a popup that somebody waits for.
pub(crate) type Shown = Result<(), NotifierError>;

enum Job {
    Show(Popup, Option<oneshot::Sender<Shown>>),
    Withdraw(u64),
}

/// The way to the notification daemon. The model shows at most one popup a second, so the queue stays short.
pub(crate) struct Queue {
    notifier: Arc<dyn Notifier>,
    jobs: mpsc::UnboundedSender<Job>,
    task: JoinHandle<()>,
}

/// Starts the queue. A popup that was shown is settled in the store; what fails is told as a problem.
pub(crate) fn spawn(notifier: Arc<dyn Notifier>, store: Store, inputs: mpsc::Sender<Input>) -> Queue {
    let (jobs, queue) = mpsc::unbounded_channel();
    Queue {
        notifier: notifier.clone(),
        jobs,
        task: tokio::spawn(work(notifier, store, inputs, queue)),
    }
}

impl Queue {
    /// While what a popup may tell is still being stored.
    pub(crate) fn expect(&self) {
        self.notifier.expect();
    }

    pub(crate) fn show(&self, popup: Popup) {
        self.jobs.send(Job::Show(popup, None)).ok();
    }

    /// Shows a popup, and tells what became of that.
    pub(crate) fn try_out(&self, popup: Popup) -> oneshot::Receiver<Shown> {
        let (answer, shown) = oneshot::channel();
        self.jobs.send(Job::Show(popup, Some(answer))).ok();
        shown
    }

    pub(crate) fn withdraw(&self, id: u64) {
        self.jobs.send(Job::Withdraw(id)).ok();
    }

    /// Takes away what is still up: nobody would be there to answer its buttons.
    pub(crate) async fn close(self) {
        drop(self.jobs);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "popups");
        }
    }
}

/// What a person is told of a popup that couldn't be shown.
pub(crate) fn trouble(error: &NotifierError) -> Problem {
    Problem::new("notifier", Said::word("notifier-trouble").with("why", error.said()))
        .hint(Said::word("notifier-trouble-do"))
}

async fn work(
    notifier: Arc<dyn Notifier>,
    store: Store,
    inputs: mpsc::Sender<Input>,
    mut queue: mpsc::UnboundedReceiver<Job>,
) {
    let mut up = std::collections::BTreeSet::new();
    while let Some(job) = queue.recv().await {
        match job {
            Job::Show(popup, answer) => {
                let (id, settles) = (popup.id, popup.settles.clone());
                let shown = tokio::time::timeout(PATIENCE, notifier.show(popup))
                    .await
                    .unwrap_or(Err(NotifierError::Timeout));
                let problem = match &shown {
                    Ok(()) => {
                        up.insert(id);
                        if let Err(error) = store.notified(settles).await {
                            tracing::error!(%error, "noting that a popup was shown");
                        }
                        None
                    }
                    Err(NotifierError::Inhibited) => {
                        // The engine never waits for this queue but at its end, when it takes nothing in any more.
                        inputs.send(Input::Withheld(id)).await.ok();
                        None
                    }
                    Err(error) => {
                        // One that somebody waits for is told to them, and not tried again.
                        if answer.is_none() {
                            inputs.send(Input::Unshown(id)).await.ok();
                        }
                        Some(trouble(error))
                    }
                };
                if let Some(answer) = answer {
                    if shown.is_err() {
                        let kind = PopupEventKind::Closed;
                        inputs.try_send(Input::Popup(PopupEvent { id, kind })).ok();
                    }
                    // Whoever asked may have left.
                    answer.send(shown).ok();
                }
                // The engine may be ending, and not listen any more.
                inputs
                    .try_send(Input::Problem {
                        code: "notifier".to_owned(),
                        problem,
                    })
                    .ok();
            }
            Job::Withdraw(id) => {
                up.remove(&id);
                tokio::time::timeout(PATIENCE, notifier.withdraw(id)).await.ok();
            }
        }
    }
    for id in up {
        if tokio::time::timeout(PATIENCE, notifier.withdraw(id)).await.is_err() {
            return;
        }
    }
}
