//! A node that nobody reads but who publishes there, and whom they name. PEP's default access model is `presence`, which shows all contacts what is
//! published; so the node is made with `whitelist`, looked at, and only then published to.

use jid::{BareJid, Jid};
use mailwren_core::said::Said;
use minidom::Element;
use minidom::rxml::xml_ncname;
use xmpp_parsers::ns;

use super::iq::{Asker, IqError};
use super::subscribe::is_missing;

pub(super) const PUBLISH_OPTIONS: &str = "http://jabber.org/protocol/pubsub#publish-options";
const ACCESS: &str = "pubsub#access_model";
const MAX_ITEMS: &str = "pubsub#max_items";
/// Open to those whom the owner names; as long as it names nobody, to the owner alone (XEP-0060 §4.5).
const PRIVATE: &str = "whitelist";

/// A node's setting (XEP-0060 §16.4.2) and its value.
type Setting = (&'static str, &'static str);

/// Of an account's mail, items are kept for those who come later, who ask for them. Servers commonly keep 256 of an
/// account's own node at most.
pub(super) const KEEPING: &[Setting] = &[
    ("pubsub#persist_items", "1"),
    (MAX_ITEMS, "200"),
    ("pubsub#send_last_published_item", "never"),
];

/// At a pubsub service as well, whose events come as messages to the bare JID: those of type `normal` are kept for who is
/// offline (RFC 6121 §8.5.2.2, XEP-0160 §3), where a `headline` is dropped.
pub(super) const KEEPING_OFFLINE: &[Setting] = &[
    ("pubsub#persist_items", "1"),
    (MAX_ITEMS, "200"),
    ("pubsub#send_last_published_item", "never"),
    ("pubsub#notification_type", "normal"),
];

/// Why nothing was published.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.said())]
pub(crate) enum PrivateError {
    /// The server has no PEP, or not what is needed of it.
    Iq(#[from] IqError),
    /// Others may read the node, and it doesn't let itself be closed.
    Open,
    /// It is somebody else's, and whether it is private can't be made sure of.
    Unverified,
}

impl PrivateError {
    /// For people.
    pub(crate) fn said(&self) -> Said {
        match self {
            Self::Iq(error) => error.said(),
            Self::Open => Said::word("node-not-private"),
            Self::Unverified => Said::word("node-unverified"),
        }
    }
}

/// Makes sure that a node of the own account is there and private (XEP-0060 §8.1, §8.2).
pub(super) async fn ensure(asker: &Asker, own: &Jid, node: &str) -> Result<(), PrivateError> {
    ensure_with(asker, own, node, &[]).await.map(|_| ())
}

/// How a node was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// It was there.
    There,
    /// It wasn't, and was made.
    Made,
}

/// The same, and sets it otherwise as is wanted, where the server has the setting and takes the value.
pub(super) async fn ensure_with(
    asker: &Asker,
    service: &Jid,
    node: &str,
    wanted: &[Setting],
) -> Result<Found, PrivateError> {
    let mut how = Found::There;
    let found = match configuration(asker, service, node).await {
        Err(error) if is_missing(&error) => {
            let create = |wanted: &[Setting]| {
                Element::builder("pubsub", ns::PUBSUB)
                    .append(named("create", ns::PUBSUB, node).build())
                    .append(
                        Element::builder("configure", ns::PUBSUB)
                            .append(form(ns::PUBSUB_CONFIGURE, wanted))
                            .build(),
                    )
                    .build()
            };
            match asker.set(service, create(wanted)).await {
                Ok(_) => how = Found::Made,
                // What it doesn't take is told by another try; another client may have been quicker, too, and how the
                // node is shows next.
                Err(IqError::Refused(_)) => match asker.set(service, create(&[])).await {
                    Ok(_) | Err(IqError::Refused(_)) => {}
                    Err(error) => return Err(error.into()),
                },
                Err(error) => return Err(error.into()),
            }
            configuration(asker, service, node).await?
        }
        found => found?,
    };
    let private = access_model(found.as_ref()).as_deref() == Some(PRIVATE);
    if private && wanted.iter().all(|setting| is_met(found.as_ref(), *setting)) {
        return Ok(how);
    }
    let configure = |wanted: &[Setting]| {
        let configure = named("configure", ns::PUBSUB_OWNER, node).append(form(ns::PUBSUB_CONFIGURE, wanted));
        Element::builder("pubsub", ns::PUBSUB_OWNER)
            .append(configure.build())
            .build()
    };
    match asker.set(service, configure(wanted)).await {
        Ok(_) => {}
        Err(IqError::Refused(_)) if !wanted.is_empty() => {
            // Its limit of items is lower, most likely.
            let rest: Vec<Setting> = wanted.iter().copied().filter(|(name, _)| *name != MAX_ITEMS).collect();
            asker.set(service, configure(&rest)).await?;
        }
        Err(error) => return Err(error.into()),
    }
    match access_model(configuration(asker, service, node).await?.as_ref()) {
        Some(access) if access == PRIVATE => Ok(how),
        _ => Err(PrivateError::Open),
    }
}

/// Lets somebody read a private node (XEP-0060 §8.9): a member. Who stands in some relation to it already keeps that,
/// whatever it is: the owner may have put them out.
pub(super) async fn admit(
    asker: &Asker,
    service: &Jid,
    node: &str,
    reader: &BareJid,
    found: Found,
) -> Result<(), IqError> {
    let pubsub = |affiliations: Element| {
        Element::builder("pubsub", ns::PUBSUB_OWNER)
            .append(affiliations)
            .build()
    };
    if found == Found::There {
        let asked = pubsub(named("affiliations", ns::PUBSUB_OWNER, node).build());
        let answer = asker.get(service, asked).await?;
        let listed = answer
            .as_ref()
            .and_then(|a| a.get_child("affiliations", ns::PUBSUB_OWNER));
        let is_known = |entry: &Element| {
            let jid = entry.attr("jid").and_then(|jid| BareJid::new(jid).ok());
            jid.as_ref() == Some(reader) && entry.attr("affiliation").is_some_and(|kind| kind != "none")
        };
        if listed.is_some_and(|listed| listed.children().any(is_known)) {
            return Ok(());
        }
    }
    let member = Element::builder("affiliation", ns::PUBSUB_OWNER)
        .attr(xml_ncname!("jid").to_owned(), reader.as_str())
        .attr(xml_ncname!("affiliation").to_owned(), "member")
        .build();
    let admitted = named("affiliations", ns::PUBSUB_OWNER, node).append(member).build();
    asker.set(service, pubsub(admitted)).await?;
    Ok(())
}

/// Publishes an item, provided that the node is still private (XEP-0060 §7.1.5).
pub(super) async fn publish(
    asker: &Asker,
    service: &Jid,
    node: &str,
    item: &str,
    payload: Element,
) -> Result<(), PrivateError> {
    let item = Element::builder("item", ns::PUBSUB)
        .attr(xml_ncname!("id").to_owned(), item)
        .append(payload);
    let publish = named("publish", ns::PUBSUB, node).append(item.build());
    let options = Element::builder("publish-options", ns::PUBSUB).append(form(PUBLISH_OPTIONS, &[]));
    let query = Element::builder("pubsub", ns::PUBSUB)
        .append(publish.build())
        .append(options.build());
    asker.set(service, query.build()).await?;
    Ok(())
}

/// Takes an item back without telling anybody (XEP-0060 §7.2).
pub(super) async fn withdraw(asker: &Asker, service: &Jid, node: &str, item: &str) -> Result<(), IqError> {
    let retract = named("retract", ns::PUBSUB, node);
    take_back(asker, service, item, retract).await
}

/// Takes an item back and tells whoever listens (XEP-0060 §7.2.2.1).
pub(super) async fn retract(asker: &Asker, service: &Jid, node: &str, item: &str) -> Result<(), IqError> {
    let retract = named("retract", ns::PUBSUB, node).attr(xml_ncname!("notify").to_owned(), "true");
    take_back(asker, service, item, retract).await
}

async fn take_back(asker: &Asker, service: &Jid, item: &str, retract: minidom::ElementBuilder) -> Result<(), IqError> {
    let item = Element::builder("item", ns::PUBSUB)
        .attr(xml_ncname!("id").to_owned(), item)
        .build();
    let query = Element::builder("pubsub", ns::PUBSUB)
        .append(retract.append(item).build())
        .build();
    asker.set(service, query).await?;
    Ok(())
}

/// The node's configuration, a data form, as its owner sees it.
async fn configuration(asker: &Asker, service: &Jid, node: &str) -> Result<Option<Element>, IqError> {
    let configure = named("configure", ns::PUBSUB_OWNER, node).build();
    let query = Element::builder("pubsub", ns::PUBSUB_OWNER).append(configure).build();
    let answer = asker.get(service, query).await?;
    let configure = answer.as_ref().and_then(|a| a.get_child("configure", ns::PUBSUB_OWNER));
    Ok(configure.and_then(|c| c.get_child("x", ns::DATA_FORMS)).cloned())
}

fn access_model(form: Option<&Element>) -> Option<String> {
    value(form?, ACCESS)
}

fn value(form: &Element, name: &str) -> Option<String> {
    let field = form.children().find(|field| field.attr("var") == Some(name))?;
    Some(field.get_child("value", ns::DATA_FORMS)?.text())
}

/// Whether a setting is as wanted, or nothing that the server has. More room than wanted is as good.
fn is_met(form: Option<&Element>, (name, wanted): Setting) -> bool {
    let Some(value) = form.and_then(|form| value(form, name)) else {
        return true;
    };
    let numbers = (value.parse::<u32>(), wanted.parse::<u32>());
    match numbers {
        (Ok(value), Ok(wanted)) => value >= wanted,
        _ => value == wanted || (value == "true" && wanted == "1") || (value == "max" && name == MAX_ITEMS),
    }
}

fn named(name: &str, namespace: &str, node: &str) -> minidom::ElementBuilder {
    Element::builder(name, namespace).attr(xml_ncname!("node").to_owned(), node)
}

/// A submitted form (XEP-0004) that asks for a private node, set as wanted.
fn form(form_type: &str, wanted: &[Setting]) -> Element {
    let field = |(var, value): (&str, &str)| {
        let value = Element::builder("value", ns::DATA_FORMS).append(value).build();
        Element::builder("field", ns::DATA_FORMS)
            .attr(xml_ncname!("var").to_owned(), var)
            .append(value)
    };
    Element::builder("x", ns::DATA_FORMS)
        .attr(xml_ncname!("type").to_owned(), "submit")
        .append(
            field(("FORM_TYPE", form_type))
                .attr(xml_ncname!("type").to_owned(), "hidden")
                .build(),
        )
        .append(field((ACCESS, PRIVATE)).build())
        .append_all(wanted.iter().map(|setting| field(*setting).build()))
        .build()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn form(fields: &str) -> Element {
        format!("<x xmlns='jabber:x:data' type='form'>{fields}</x>")
            .parse()
            .unwrap()
    }

    #[test]
    fn the_access_model_is_read_from_the_owners_form() {
        let form = form(
            "<field var='FORM_TYPE' type='hidden'><value>http://jabber.org/protocol/pubsub#node_config</value></field>\
             <field var='pubsub#access_model' type='list-single'><option><value>open</value></option>\
             <value>presence</value></field>",
        );
        assert_eq!(access_model(Some(&form)).as_deref(), Some("presence"));
        assert_eq!(access_model(None), None);
    }

    #[test]
    fn a_setting_is_met_by_its_value_by_more_room_or_where_there_is_none_such() {
        let form = form(
            "<field var='pubsub#persist_items'><value>true</value></field>\
             <field var='pubsub#max_items'><value>1000</value></field>\
             <field var='pubsub#send_last_published_item'><value>on_sub</value></field>",
        );
        let met: Vec<bool> = KEEPING.iter().map(|setting| is_met(Some(&form), *setting)).collect();
        assert_eq!(met, [true, true, false]);
        assert!(!is_met(Some(&form), (MAX_ITEMS, "1001")));
        assert!(is_met(Some(&form), ("pubsub#unheard_of", "1")));
    }
}
