//! A PEP node that nobody but its account reads. PEP's default access model is `presence`, which shows all contacts what is
//! published; so the node is made with `whitelist`, looked at, and only then published to.

use jid::Jid;
use minidom::Element;
use minidom::rxml::xml_ncname;
use xmpp_parsers::ns;

use super::iq::{Asker, IqError};
use super::subscribe::is_missing;

const PUBLISH_OPTIONS: &str = "http://jabber.org/protocol/pubsub#publish-options";
const ACCESS: &str = "pubsub#access_model";
/// Open to those whom the owner names; as long as it names nobody, to the owner alone (XEP-0060 §4.5).
const PRIVATE: &str = "whitelist";

/// Why nothing was published.
#[derive(Debug, thiserror::Error)]
pub(super) enum PrivateError {
    /// The server has no PEP, or not what is needed of it.
    #[error(transparent)]
    Iq(#[from] IqError),
    /// Others may read the node, and it doesn't let itself be closed.
    #[error("the node isn't private, and the server doesn't let it be made so")]
    Open,
}

/// Makes sure that a node of the own account is there and private (XEP-0060 §8.1, §8.2).
pub(super) async fn ensure(asker: &Asker, own: &Jid, node: &str) -> Result<(), PrivateError> {
    let access = match access(asker, own, node).await {
        Err(error) if is_missing(&error) => {
            let query = Element::builder("pubsub", ns::PUBSUB)
                .append(named("create", ns::PUBSUB, node).build())
                .append(
                    Element::builder("configure", ns::PUBSUB)
                        .append(form(ns::PUBSUB_CONFIGURE))
                        .build(),
                );
            match asker.set(own, query.build()).await {
                // Another client of the account may have been quicker; how the node is shows next.
                Ok(_) | Err(IqError::Refused(_)) => self::access(asker, own, node).await?,
                Err(error) => return Err(error.into()),
            }
        }
        access => access?,
    };
    if access.as_deref() == Some(PRIVATE) {
        return Ok(());
    }
    let configure = named("configure", ns::PUBSUB_OWNER, node).append(form(ns::PUBSUB_CONFIGURE));
    let query = Element::builder("pubsub", ns::PUBSUB_OWNER).append(configure.build());
    asker.set(own, query.build()).await?;
    match self::access(asker, own, node).await? {
        Some(access) if access == PRIVATE => Ok(()),
        _ => Err(PrivateError::Open),
    }
}

/// Publishes an item, provided that the node is still private (XEP-0060 §7.1.5).
pub(super) async fn publish(
    asker: &Asker,
    own: &Jid,
    node: &str,
    item: &str,
    payload: Element,
) -> Result<(), PrivateError> {
    let item = Element::builder("item", ns::PUBSUB)
        .attr(xml_ncname!("id").to_owned(), item)
        .append(payload);
    let publish = named("publish", ns::PUBSUB, node).append(item.build());
    let options = Element::builder("publish-options", ns::PUBSUB).append(form(PUBLISH_OPTIONS));
    let query = Element::builder("pubsub", ns::PUBSUB)
        .append(publish.build())
        .append(options.build());
    asker.set(own, query.build()).await?;
    Ok(())
}

/// The node's access model, as its owner sees it.
async fn access(asker: &Asker, own: &Jid, node: &str) -> Result<Option<String>, IqError> {
    let configure = named("configure", ns::PUBSUB_OWNER, node).build();
    let query = Element::builder("pubsub", ns::PUBSUB_OWNER).append(configure).build();
    let answer = asker.get(own, query).await?;
    Ok(answer.as_ref().and_then(access_model))
}

fn access_model(answer: &Element) -> Option<String> {
    let form = answer
        .get_child("configure", ns::PUBSUB_OWNER)?
        .get_child("x", ns::DATA_FORMS)?;
    let field = form.children().find(|field| field.attr("var") == Some(ACCESS))?;
    Some(field.get_child("value", ns::DATA_FORMS)?.text())
}

fn named(name: &str, namespace: &str, node: &str) -> minidom::ElementBuilder {
    Element::builder(name, namespace).attr(xml_ncname!("node").to_owned(), node)
}

/// A submitted form (XEP-0004) that asks for a private node.
fn form(form_type: &str) -> Element {
    let field = |var: &str, value: &str| {
        let value = Element::builder("value", ns::DATA_FORMS).append(value).build();
        Element::builder("field", ns::DATA_FORMS)
            .attr(xml_ncname!("var").to_owned(), var)
            .append(value)
    };
    Element::builder("x", ns::DATA_FORMS)
        .attr(xml_ncname!("type").to_owned(), "submit")
        .append(
            field("FORM_TYPE", form_type)
                .attr(xml_ncname!("type").to_owned(), "hidden")
                .build(),
        )
        .append(field(ACCESS, PRIVATE).build())
        .build()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_access_model_is_read_from_the_owners_form() {
        let answer = "<pubsub xmlns='http://jabber.org/protocol/pubsub#owner'><configure node='n'>\
            <x xmlns='jabber:x:data' type='form'>\
            <field var='FORM_TYPE' type='hidden'><value>http://jabber.org/protocol/pubsub#node_config</value></field>\
            <field var='pubsub#access_model' type='list-single'><option><value>open</value></option>\
            <value>presence</value></field></x></configure></pubsub>";
        assert_eq!(access_model(&answer.parse().unwrap()).as_deref(), Some("presence"));
    }
}
