//! Mailwren's pure core: no clock, no randomness, no I/O.
//!
//! Stanzas go in and decoded events come out ([`stanza`]); inputs go into the [`model`] and effects come out; the wire
//! that every face speaks is declared in [`view`].

#![forbid(unsafe_code)]

pub mod account;
pub mod act;
pub mod adhoc;
pub mod arrival;
pub mod catch_up;
pub mod discovery;
pub mod doctor;
pub mod event;
pub mod heartbeat;
pub mod limits;
pub mod link;
pub mod marks;
pub mod mirror;
pub mod model;
pub mod opening;
pub mod payload;
pub mod policy;
pub mod popup;
pub mod popups;
pub mod publish;
pub mod quiet;
pub mod redact;
mod retractions;
pub mod rules;
pub mod said;
pub mod scram;
pub mod settings;
pub mod sources;
pub mod split;
pub mod stanza;
pub mod text;
pub mod view;
pub mod words;

/// The PEP node, and the payload namespace, of Mailwren's own dialect.
pub const MAIL_NODE: &str = "urn:mailwren:mail:0";
