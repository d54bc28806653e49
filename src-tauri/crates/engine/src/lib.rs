//! Mailwren's engine: everything that does I/O and needs no screen.
//!
//! What programs begin here (an engine, a face, a bridge, sending) is a [`BoxFuture`](futures::future::BoxFuture): what follows
//! from it is compiled once, in here, instead of in each program.

mod acts;
pub mod bridge;
pub mod commands;
pub mod config;
pub mod face;
mod hooks;
pub mod imap;
pub mod language;
pub mod log;
mod mailbox;
mod marking;
pub mod outbox;
mod parts;
mod popups;
pub mod ports;
pub mod profile;
pub mod program;
pub mod run;
mod sensors;
pub mod socket;
pub mod store;
mod subscriptions;
mod thrift;
pub mod vault;
pub mod xmpp;
