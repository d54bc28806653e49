//! What others may ask of this client, and how it answers (RFC 6120 §8.2.3: every request gets an answer).

use minidom::Element;
use xmpp_parsers::disco::{DiscoInfoQuery, DiscoItemsResult};
use xmpp_parsers::iq::Iq;
use xmpp_parsers::ns;
use xmpp_parsers::stanza_error::{DefinedCondition, ErrorType, StanzaError};
use xmpp_parsers::version::VersionResult;

use super::caps::Capabilities;

/// The answer to a request; none to what is an answer itself.
pub(super) fn answer(iq: &Iq, capabilities: &Capabilities) -> Option<Iq> {
    let (asked, changes) = match iq {
        Iq::Get { payload, .. } => (payload, false),
        Iq::Set { payload, .. } => (payload, true),
        Iq::Result { .. } | Iq::Error { .. } => return None,
    };
    let to = iq.from().cloned();
    let id = iq.id().to_owned();
    let result = |payload| Iq::Result {
        from: None,
        to: to.clone(),
        id: id.clone(),
        payload,
    };
    let refusal = |condition| refusal(iq, ErrorType::Cancel, condition, None);
    if changes {
        return Some(refusal(DefinedCondition::ServiceUnavailable));
    }
    Some(match (asked.name(), asked.ns().as_str()) {
        ("ping", ns::PING) => result(None),
        ("query", ns::DISCO_INFO) => {
            let node = DiscoInfoQuery::try_from(asked.clone())
                .ok()
                .and_then(|query| query.node);
            match capabilities.info(node.as_deref()) {
                Some(info) => result(Some(info.into())),
                None => refusal(DefinedCondition::ItemNotFound),
            }
        }
        ("query", ns::DISCO_ITEMS) => {
            let none = DiscoItemsResult {
                node: asked.attr("node").map(str::to_owned),
                items: Vec::new(),
                rsm: None,
            };
            result(Some(none.into()))
        }
        ("query", ns::VERSION) => {
            let version = VersionResult {
                name: "Mailwren".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                os: None,
            };
            result(Some(Element::from(version)))
        }
        _ => refusal(DefinedCondition::ServiceUnavailable),
    })
}

/// The answer that says no more than that the request was taken.
pub(super) fn taken(request: &Iq) -> Iq {
    Iq::Result {
        from: None,
        to: request.from().cloned(),
        id: request.id().to_owned(),
        payload: None,
    }
}

/// The answer that says no, and for people why.
pub(crate) fn refusal(request: &Iq, type_: ErrorType, condition: DefinedCondition, why: Option<&str>) -> Iq {
    let texts = why.map(|why| ("en".to_owned(), why.to_owned()));
    Iq::Error {
        from: None,
        to: request.from().cloned(),
        id: request.id().to_owned(),
        payload: None,
        error: StanzaError {
            type_,
            by: None,
            defined_condition: condition,
            texts: texts.into_iter().collect(),
            other: None,
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn ask(xml: &str) -> String {
        let iq = Iq::try_from(xml.parse::<Element>().unwrap()).unwrap();
        let answer = answer(&iq, Capabilities::of(true)).unwrap();
        assert_eq!(answer.to(), iq.from());
        assert_eq!(answer.id(), iq.id());
        String::from(&Element::from(answer))
    }

    fn get(payload: &str) -> String {
        ask(&format!(
            "<iq xmlns='jabber:client' type='get' id='1' from='zoe@example.org/x'>{payload}</iq>"
        ))
    }

    #[test]
    fn a_ping_is_answered() {
        let answer = get("<ping xmlns='urn:xmpp:ping'/>");
        assert!(
            answer.contains("type=\"result\"") || answer.contains("type='result'"),
            "{answer}"
        );
    }

    #[test]
    fn the_own_features_are_told() {
        let answer = get("<query xmlns='http://jabber.org/protocol/disco#info'/>");
        assert!(
            answer.contains("urn:mailwren:mail:0+notify") && answer.contains("Mailwren"),
            "{answer}"
        );
    }

    #[test]
    fn a_node_that_is_not_there_is_refused() {
        let answer = get("<query xmlns='http://jabber.org/protocol/disco#info' node='other'/>");
        assert!(answer.contains("item-not-found"), "{answer}");
    }

    #[test]
    fn what_is_not_known_is_refused_and_never_left_open() {
        assert!(get("<query xmlns='urn:example:odd'/>").contains("service-unavailable"));
        let set =
            "<iq xmlns='jabber:client' type='set' id='1' from='zoe@example.org/x'><ping xmlns='urn:xmpp:ping'/></iq>";
        assert!(ask(set).contains("service-unavailable"));
    }

    #[test]
    fn an_answer_is_not_answered() {
        let xml = "<iq xmlns='jabber:client' type='result' id='1' from='zoe@example.org/x'/>";
        let iq = Iq::try_from(xml.parse::<Element>().unwrap()).unwrap();
        assert!(answer(&iq, Capabilities::of(true)).is_none());
    }
}
