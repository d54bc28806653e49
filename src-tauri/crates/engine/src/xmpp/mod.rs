//! XMPP: finding the server, getting in, and watching the bytes.
//!
//! [`connector`] makes one attempt from a JID to an authenticated stream: [`resolve`] finds the endpoints, [`tls`] judges the
//! certificate, [`login`] runs SASL, and [`guarded_io`] keeps what the parser above sees bounded. When to attempt again is
//! decided by [`mailwren_core::link`]. [`session`] lives on what it gets: one task per account, which binds or resumes,
//! brings the account's nodes up, and passes on what comes. [`probe`] tries an account out, and `talk` is a session that only
//! asks, for what is asked while none is up; it may be a `component`'s.

pub(crate) mod answer;
mod bring_up;
mod caps;
mod catch_up;
mod component;
pub mod connector;
mod gmail;
pub mod guarded_io;
pub(crate) mod iq;
pub mod login;
mod look;
pub(crate) mod mail_node;
mod own_node;
pub(crate) mod private_node;
pub mod probe;
pub(crate) mod publisher_node;
pub mod resolve;
pub mod session;
mod slot;
mod subscribe;
pub(crate) mod subscriptions;
pub(crate) mod talk;
pub mod tls;
pub mod trouble;

use mailwren_core::model::Input;
use tokio::sync::mpsc;
use tokio::time::Instant;

pub use connector::{Connector, LoginFacts, Progress};
pub use login::LoginMemory;
pub(crate) use session::jitter;
pub use trouble::ConnectError;

/// Waits until a deadline; for ever without one.
async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

/// Waits until the engine has taken all that it was told: its queue is bounded in number alone. What it took in one go is
/// stored before it takes more.
async fn all_taken(inputs: &mpsc::Sender<Input>) {
    let inputs = inputs.clone();
    // In a task of its own: what is next in line for the queue may be the very task that would have to go on with this.
    let taken = tokio::spawn(async move {
        // Without a receiver the engine is ending.
        drop(inputs.reserve_many(inputs.max_capacity()).await);
    });
    taken.await.ok();
}
