//! What the core does, from outside.

mod charsets;
mod corpus;
mod day;
mod decode;
mod gmail;
mod hostile_input;
mod logins;
mod mailboxes;
mod model;
mod notifications;
mod policy;
mod publish;
mod quiet;
mod redact;
mod rules;
mod senders;
mod splitting;
mod text;
mod wire_types;
mod world;
