//! What went wrong with sending, as what is in the way of a target: whether it passes by itself, and what a person can do.

use mailwren_core::link::FailureClass;
use xmpp_parsers::stanza_error::DefinedCondition as Condition;

use super::progress::Obstacle;
use crate::xmpp::iq::IqError;
use crate::xmpp::private_node::PrivateError;
use crate::xmpp::talk::LogInError;

/// The session is over.
pub(super) fn ended() -> Obstacle {
    Obstacle::passing("The server ended the session.".to_owned(), None)
}

pub(super) fn refused(error: LogInError) -> Obstacle {
    match error {
        LogInError::Connect(error) => {
            let (message, hint) = (format!("{error}."), error.hint().map(str::to_owned));
            match error.class() {
                FailureClass::Transient => Obstacle::passing(message, hint),
                _ => Obstacle::lasting(message, hint),
            }
        }
        LogInError::Bind(error) => Obstacle::passing(format!("No session: {error}."), None),
    }
}

pub(super) fn failed(error: &PrivateError, service: &str) -> Obstacle {
    let message = format!("{service}: {error}.");
    let ask = || Some("Ask its owner to let this account publish there, with access model `whitelist`.".to_owned());
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
