//! A little XMPP server in process, on loopback: TLS, SCRAM, stream management, publish-subscribe and PEP. It is what
//! the demo talks to, and what faults are tried out with. It knows its own accounts and no other server.

#![forbid(unsafe_code)]

mod connection;
pub mod demo;
mod disco;
mod gmail;
mod login;
mod pubsub;
mod pubsub_iq;
mod scram;
mod script;
mod seen;
mod server;
mod sessions;
mod sm;
mod state;
mod tls;
mod wire;
mod xml;

pub use seen::{Seen, SeenNode, SeenQuestion, SeenSession};
pub use server::{Config, Held, LoopbackError, Server};
pub use xmpp_parsers::sasl::{DefinedCondition, Mechanism};
