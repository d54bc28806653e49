//! Mailwren's engine: everything that does I/O and needs no screen.

pub mod config;
pub mod log;
pub mod ports;
pub mod profile;
pub mod store;
pub mod vault;
