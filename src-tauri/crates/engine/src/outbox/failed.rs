//! What went wrong with sending, as what is in the way of a target: whether it passes by itself, and what a person can do.

use mailwren_core::link::FailureClass;
use mailwren_core::said::Said;
use xmpp_parsers::stanza_error::DefinedCondition as Condition;

use super::progress::Obstacle;
use crate::xmpp::iq::IqError;
use crate::xmpp::private_node::PrivateError;
use crate::xmpp::talk::LogInError;

/// The session is over.
pub(super) fn ended() -> Obstacle {
    Obstacle::passing(Said::word("outbox-ended"), None)
}

pub(super) fn refused(error: LogInError) -> Obstacle {
    match &error {
        LogInError::Connect(connect) => match connect.class() {
            FailureClass::Transient => Obstacle::passing(error.said(), connect.hint()),
            _ => Obstacle::lasting(error.said(), connect.hint()),
        },
        LogInError::Bind(_) => Obstacle::passing(error.said(), None),
    }
}

pub(super) fn failed(error: &PrivateError, service: &str) -> Obstacle {
    let message = Said::word("proof-named")
        .with("label", service)
        .with("what", error.said());
    let ask = || Some(Said::word("outbox-private-do"));
    match error {
        PrivateError::Iq(IqError::Ended) => ended(),
        PrivateError::Iq(IqError::Timeout) => Obstacle::passing(message, None),
        PrivateError::Iq(IqError::Refused(refused)) => match refused.defined_condition {
            Condition::RemoteServerNotFound
            | Condition::RemoteServerTimeout
            | Condition::ServiceUnavailable
            | Condition::InternalServerError
            | Condition::ResourceConstraint
            | Condition::RecipientUnavailable => Obstacle::passing(message, None),
            _ => Obstacle::lasting(message, ask()),
        },
        PrivateError::Open | PrivateError::Unverified => Obstacle::lasting(message, ask()),
    }
}
