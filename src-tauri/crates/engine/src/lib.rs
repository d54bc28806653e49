//! Mailwren's engine: everything that does I/O and needs no screen.

pub mod ports;
