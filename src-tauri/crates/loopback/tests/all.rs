//! What the server in process does, from outside.

mod client;
mod demo;
mod faults;
mod login;
mod pubsub;
