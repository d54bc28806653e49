//! A database connection on a thread of its own: SQLite blocks, the engine's tasks mustn't.

use std::io;
use std::thread;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::StoreError;

type Work = Box<dyn FnOnce(&mut Connection) + Send>;

enum Job {
    Run(Work),
    Close(oneshot::Sender<Result<(), rusqlite::Error>>),
}

/// The handle of a thread that owns a connection. The thread ends when asked, or with the last handle.
#[derive(Clone)]
pub struct Worker(mpsc::Sender<Job>);

impl Worker {
    /// Starts the thread. It does `after` once work is answered.
    pub fn spawn(name: &str, mut connection: Connection, mut after: impl FnMut() + Send + 'static) -> io::Result<Self> {
        // Whoever asks for more than this at once waits.
        let (sender, mut jobs) = mpsc::channel(64);
        thread::Builder::new().name(name.to_owned()).spawn(move || {
            while let Some(job) = jobs.blocking_recv() {
                match job {
                    Job::Run(work) => {
                        work(&mut connection);
                        after();
                    }
                    Job::Close(done) => {
                        // Whoever asked may have left; the connection is closed either way.
                        let _ = done.send(connection.close().map_err(|(_, error)| error));
                        return;
                    }
                }
            }
        })?;
        Ok(Self(sender))
    }

    /// Does `work` on the thread. Once this is polled the work is done even if nobody waits for the answer any more.
    pub async fn run<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let work: Work = Box::new(move |connection| {
            let _ = answer.send(work(connection));
        });
        self.0.send(Job::Run(work)).await.map_err(|_| StoreError::Closed)?;
        Ok(answered.await.map_err(|_| StoreError::Closed)??)
    }

    /// Does what was asked before, closes the connection and ends the thread.
    pub async fn close(&self) -> Result<(), StoreError> {
        let (done, closed) = oneshot::channel();
        self.0.send(Job::Close(done)).await.map_err(|_| StoreError::Closed)?;
        Ok(closed.await.map_err(|_| StoreError::Closed)??)
    }
}
