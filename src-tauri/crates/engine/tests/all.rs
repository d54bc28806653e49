//! What the engine does, from outside.

mod acts;
mod bridge;
mod connect;
mod devices;
mod discovery;
mod faces;
mod gmail;
mod imap;
mod outbox;
mod scene;
mod session;
