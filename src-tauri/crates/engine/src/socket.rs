//! The control socket: the wire of [`mailwren_core::view`] as JSON lines over a Unix socket.
//!
//! A request is `{"id": 1, "command": {…}}`; it is answered by `{"id": 1, "reply": {…}}` or `{"id": 1, "error": {…}}`.
//! Notices come unasked as `{"notice": {…}}`. Only processes of the same user are served.

use std::collections::HashMap;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::BoxFuture;
use futures::{FutureExt as _, SinkExt, StreamExt};
use mailwren_core::said::Said;
use mailwren_core::view::{ApiCode, ApiError, Command, Notice, Reply};
use serde::{Deserialize, Serialize};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, broadcast, mpsc, oneshot};
use tokio_util::codec::{Framed, LinesCodec};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::run::Engine;

/// A line longer than this ends the connection.
const LINE_LIMIT: usize = 4 << 20;
/// More faces than this wait for one to leave.
const FACES: usize = 32;

#[derive(Debug, Serialize, Deserialize)]
struct Request {
    id: u64,
    command: Command,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
#[expect(clippy::large_enum_variant, reason = "lives from one line to the next")]
enum Answer {
    Reply { id: u64, reply: Reply },
    Error { id: u64, error: ApiError },
    Notice { notice: Notice },
}

/// The listening end; removes the socket's file when dropped.
#[derive(Debug)]
pub struct Listener {
    path: PathBuf,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Listener {
    /// Listens at a path; whoever calls holds the profile's lock, so a file left there is stale.
    ///
    /// # Errors
    /// When the socket can't be made.
    pub fn bind(path: &Path, engine: Engine) -> io::Result<Self> {
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(path)?;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
        let this = Self {
            path: path.to_owned(),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        };
        let (stop, tasks) = (this.stop.clone(), this.tasks.clone());
        this.tasks.spawn(accept(listener, engine, stop, tasks));
        Ok(this)
    }

    /// Ends every connection, after what was already answered has been written.
    pub async fn close(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Err(error) = std::fs::remove_file(&self.path) {
            tracing::debug!(%error, "control socket was gone already");
        }
    }
}

async fn accept(listener: UnixListener, engine: Engine, stop: CancellationToken, tasks: TaskTracker) {
    let places = Arc::new(Semaphore::new(FACES));
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            place = places.clone().acquire_owned() => match place {
                Ok(place) => tokio::select! {
                    () = stop.cancelled() => return,
                    accepted = listener.accept() => accepted.map(|(stream, _)| (stream, place)),
                },
                Err(_) => return,
            },
        };
        match accepted {
            Ok((stream, place)) if same_user(&stream) => {
                let (engine, stop) = (engine.clone(), stop.clone());
                tasks.spawn(async move {
                    serve(stream, engine, stop).await;
                    drop(place);
                });
            }
            Ok(_) => tracing::warn!("a process of another user knocked at the control socket"),
            Err(error) => {
                tracing::warn!(%error, "control socket");
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
        }
    }
}

fn same_user(stream: &UnixStream) -> bool {
    stream
        .peer_cred()
        .is_ok_and(|peer| peer.uid() == rustix::process::getuid().as_raw())
}

async fn serve(stream: UnixStream, engine: Engine, stop: CancellationToken) {
    let mut lines = Framed::new(stream, LinesCodec::new_with_max_length(LINE_LIMIT));
    let mut notices = engine.notices();
    let (answers_in, mut answers) = mpsc::channel::<Answer>(16);
    loop {
        let mut due = Vec::new();
        let answer = tokio::select! {
            biased;
            Some(answer) = answers.recv() => answer,
            () = stop.cancelled() => Answer::Notice { notice: Notice::Closing },
            notice = notices.recv() => match notice {
                Ok(notice) => Answer::Notice { notice },
                Err(broadcast::error::RecvError::Lagged(_)) => {
                    let [notice, others @ ..] = Notice::of_all(engine.status.borrow().rev);
                    due.extend(others.map(|notice| Answer::Notice { notice }));
                    Answer::Notice { notice }
                }
                Err(broadcast::error::RecvError::Closed) => Answer::Notice { notice: Notice::Closing },
            },
            line = lines.next() => match line {
                Some(Ok(line)) => {
                    take(&line, &engine, &answers_in);
                    continue;
                }
                Some(Err(error)) => {
                    tracing::warn!(%error, "control socket: unreadable request");
                    return;
                }
                None => return,
            },
        };
        let closing = matches!(
            answer,
            Answer::Notice {
                notice: Notice::Closing
            }
        );
        if !matches!(answer, Answer::Notice { .. }) {
            // What was told before a command was answered isn't told after it: the steps of a test belong before its end.
            for _ in 0..notices.len() {
                match notices.try_recv() {
                    Ok(notice) => due.push(Answer::Notice { notice }),
                    Err(_) => break,
                }
            }
        }
        due.push(answer);
        for answer in due {
            let Ok(line) = serde_json::to_string(&answer) else {
                return;
            };
            if lines.send(line).await.is_err() {
                return;
            }
        }
        if closing {
            return;
        }
    }
}

/// Carries a request out beside the connection, so that a slow one holds up no other.
fn take(line: &str, engine: &Engine, answers: &mpsc::Sender<Answer>) {
    let (engine, answers) = (engine.clone(), answers.clone());
    let request: Result<Request, _> = serde_json::from_str(line);
    tokio::spawn(async move {
        let answer = match request {
            Ok(Request { id, command }) => match engine.call(command).await {
                Ok(reply) => Answer::Reply { id, reply },
                Err(error) => Answer::Error { id, error },
            },
            Err(error) => Answer::Error {
                id: 0,
                error: ApiError::new(
                    ApiCode::Invalid,
                    Said::word("api-not-understood").with("why", error.to_string()),
                )
                .hint(Said::word("api-not-understood-do")),
            },
        };
        // The face may be gone by now; then nobody waits for the answer.
        answers.send(answer).await.ok();
    });
}

type Waiting = Arc<Mutex<HashMap<u64, oneshot::Sender<Result<Reply, ApiError>>>>>;

/// The attached end.
#[derive(Debug, Clone)]
pub struct Attached {
    requests: mpsc::Sender<Request>,
    notices: broadcast::Sender<Notice>,
    waiting: Waiting,
    next: Arc<AtomicU64>,
}

impl Attached {
    /// Attaches to the engine that listens at a path.
    ///
    /// # Errors
    /// When nobody listens there.
    pub fn connect(path: &Path) -> BoxFuture<'_, io::Result<Self>> {
        async move {
            let stream = UnixStream::connect(path).await?;
            let (requests, queue) = mpsc::channel(16);
            let (notices, _) = broadcast::channel(256);
            let this = Self {
                requests,
                notices,
                waiting: Waiting::default(),
                next: Arc::new(AtomicU64::new(1)),
            };
            tokio::spawn(converse(stream, queue, this.notices.clone(), this.waiting.clone()));
            Ok(this)
        }
        .boxed()
    }

    /// Sends a command and waits for its reply.
    ///
    /// # Errors
    /// What the engine answers, or [`ApiCode::Closed`] when it has ended.
    pub async fn call(&self, command: Command) -> Result<Reply, ApiError> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (tx, rx) = oneshot::channel();
        lock(&self.waiting).insert(id, tx);
        if self.requests.send(Request { id, command }).await.is_err() {
            lock(&self.waiting).remove(&id);
            return Err(closed());
        }
        rx.await.unwrap_or_else(|_| Err(closed()))
    }

    /// What the engine tells from now on; ends with [`Notice::Closing`].
    pub fn notices(&self) -> broadcast::Receiver<Notice> {
        self.notices.subscribe()
    }
}

async fn converse(
    stream: UnixStream,
    mut requests: mpsc::Receiver<Request>,
    notices: broadcast::Sender<Notice>,
    waiting: Waiting,
) {
    let mut lines = Framed::new(stream, LinesCodec::new_with_max_length(LINE_LIMIT));
    loop {
        tokio::select! {
            request = requests.recv() => {
                let Some(request) = request else { break };
                let Ok(line) = serde_json::to_string(&request) else { continue };
                if lines.send(line).await.is_err() {
                    break;
                }
            }
            line = lines.next() => {
                let Some(Ok(line)) = line else { break };
                match serde_json::from_str(&line) {
                    Ok(Answer::Reply { id, reply }) => answer(&waiting, id, Ok(reply)),
                    Ok(Answer::Error { id, error }) => answer(&waiting, id, Err(error)),
                    // Nobody need listen.
                    Ok(Answer::Notice { notice }) => drop(notices.send(notice)),
                    Err(error) => tracing::warn!(%error, "control socket: unreadable answer"),
                }
            }
        }
    }
    requests.close();
    lock(&waiting).clear();
    notices.send(Notice::Closing).ok();
}

fn answer(waiting: &Waiting, id: u64, result: Result<Reply, ApiError>) {
    if let Some(tx) = lock(waiting).remove(&id) {
        tx.send(result).ok();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The engine has ended.
pub(crate) fn closed() -> ApiError {
    ApiError::new(ApiCode::Closed, Said::word("api-closed"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::profile::Profile;
    use crate::run::Setup;
    use crate::vault::MemoryVault;
    use crate::xmpp::session::Timing;

    /// One thread: between two awaits nobody else runs.
    #[tokio::test]
    async fn a_face_that_lost_notices_is_told_one_of_each_kind() {
        let engine = Engine::start(Setup {
            profile: Arc::new(Profile::temporary().unwrap()),
            vault: Arc::new(MemoryVault::default()),
            desktop: None,
            connect: false,
            timing: Timing::default(),
        })
        .await
        .unwrap();
        let (ours, theirs) = UnixStream::pair().unwrap();
        let (listening, stop) = (engine.notices.receiver_count(), CancellationToken::new());
        let served = tokio::spawn(serve(theirs, engine.clone(), stop.clone()));
        while engine.notices.receiver_count() == listening {
            tokio::task::yield_now().await;
        }
        for seq in 0..300 {
            engine.notices.send(Notice::Open { seq: Some(seq) }).unwrap();
        }
        let mut lines = Framed::new(ours, LinesCodec::new());
        let mut told = Vec::new();
        for _ in 0..5 {
            let line = lines.next().await.unwrap().unwrap();
            match serde_json::from_str(&line).unwrap() {
                Answer::Notice { notice } => told.push(notice),
                other => unreachable!("{other:?}"),
            }
        }
        told.sort_by_key(|notice| format!("{notice:?}"));
        let mut all = Vec::from(Notice::of_all(0));
        all.sort_by_key(|notice| format!("{notice:?}"));
        assert_eq!(told, all);
        stop.cancel();
        served.await.unwrap();
        engine.stop().await;
    }
}
