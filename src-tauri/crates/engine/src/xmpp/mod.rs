//! XMPP: finding the server, getting in, watching the bytes, and holding a session.
//!
//! [`connector`] makes one attempt from a JID to an authenticated stream: [`resolve`] finds the endpoints, [`tls`] judges the
//! certificate, [`login`] runs SASL, and [`guarded_io`] keeps what the parser above sees bounded. When to attempt again is
//! decided by [`mailwren_core::link`]. [`session`] holds what was connected: one task per account.

mod answer;
mod bring_up;
mod caps;
mod catch_up;
pub mod connector;
pub mod guarded_io;
mod iq;
pub mod login;
pub mod probe;
pub mod resolve;
pub mod session;
mod slot;
mod subscribe;
pub mod tls;
pub mod trouble;

pub use connector::{Connector, LoginFacts, Progress};
pub use login::LoginMemory;
pub use trouble::ConnectError;
