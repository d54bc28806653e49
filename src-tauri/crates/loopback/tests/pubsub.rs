//! Publish-subscribe and PEP, as a client sees them.
#![allow(clippy::unwrap_used, clippy::panic)]

use crate::client::{AVAILABLE, Client, PUBSUB, SAM, item, payload, server};
use minidom::Element;
use xmpp_parsers::ns;

const NODE: &str = "/protected/com/apple/mobileme/sam/mail/Inbox";
const PEP: &str = "urn:mailwren:mail:0";

fn pubsub(verb: &str) -> String {
    format!("<pubsub xmlns='{}'>{verb}</pubsub>", ns::PUBSUB)
}

fn owner(verb: &str) -> String {
    format!("<pubsub xmlns='{}'>{verb}</pubsub>", ns::PUBSUB_OWNER)
}

fn is_result(answer: &Element) -> bool {
    answer.attr("type") == Some("result")
}

/// An IQ error's condition.
fn condition(answer: &Element) -> String {
    let error = answer.get_child("error", ns::JABBER_CLIENT).unwrap();
    error
        .children()
        .find(|child| child.has_ns(ns::XMPP_STANZAS))
        .unwrap()
        .name()
        .to_owned()
}

/// The ids in an answer to `<items/>`.
fn ids(answer: &Element) -> Vec<String> {
    let items = answer.children().next().unwrap().children().next().unwrap();
    items
        .children()
        .map(|item| item.attr("id").unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_published_and_taken_back_reaches_the_subscriber() {
    let server = server().await;
    server.create_node(PUBSUB, NODE).unwrap();
    let mut sam = Client::online(&server, SAM, AVAILABLE).await;
    sam.subscribe(PUBSUB, NODE).await;
    assert!(server.seen().subscribed(SAM, PUBSUB, NODE));

    server.publish(PUBSUB, NODE, "1", payload("Grüße & <Küsse>")).unwrap();
    let (from, event) = sam.event().await;
    assert_eq!(from, PUBSUB);
    assert_eq!(event.children().next().unwrap().attr("node"), Some(NODE));
    assert_eq!(item(&event).attr("id"), Some("1"));
    assert_eq!(
        item(&event).get_child("mail", "urn:test").unwrap().text(),
        "Grüße & <Küsse>"
    );

    server.retract(PUBSUB, NODE, "1").unwrap();
    let (_, event) = sam.event().await;
    assert!(item(&event).is("retract", ns::PUBSUB_EVENT));
    assert_eq!(item(&event).attr("id"), Some("1"));

    server.purge(PUBSUB, NODE).unwrap();
    assert!(sam.event().await.1.has_child("purge", ns::PUBSUB_EVENT));
    server.delete_node(PUBSUB, NODE).unwrap();
    assert!(sam.event().await.1.has_child("delete", ns::PUBSUB_EVENT));
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn items_come_oldest_first_all_of_them_or_the_newest_or_by_id() {
    let server = server().await;
    for id in ["a", "b", "c"] {
        server.publish(PUBSUB, NODE, id, payload(id)).unwrap();
    }
    let mut sam = Client::online(&server, SAM, AVAILABLE).await;
    let all = sam
        .ask(PUBSUB, "get", &pubsub(&format!("<items node='{NODE}'/>")))
        .await;
    assert_eq!(ids(&all), ["a", "b", "c"]);
    let newest = sam
        .ask(PUBSUB, "get", &pubsub(&format!("<items node='{NODE}' max_items='2'/>")))
        .await;
    assert_eq!(ids(&newest), ["b", "c"]);
    let one = sam
        .ask(
            PUBSUB,
            "get",
            &pubsub(&format!("<items node='{NODE}'><item id='b'/></items>")),
        )
        .await;
    assert_eq!(ids(&one), ["b"]);
    assert!(server.seen().fetched(SAM, PUBSUB, NODE));
    let missing = sam.ask(PUBSUB, "get", &pubsub("<items node='elsewhere'/>")).await;
    assert_eq!(condition(&missing), "item-not-found");
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_publishes_retracts_configures_and_deletes_its_own_node() {
    let server = server().await;
    let mut sam = Client::online(&server, SAM, AVAILABLE).await;
    let publish = "<publish node='n'><item id='1'><x xmlns='urn:test'/></item></publish><publish-options>\
         <x xmlns='jabber:x:data' type='submit'>\
         <field var='pubsub#access_model'><value>whitelist</value></field></x></publish-options>";
    assert!(is_result(&sam.ask(PUBSUB, "set", &pubsub(publish)).await));
    sam.subscribe(PUBSUB, "n").await;

    let mut jonas = Client::online(&server, "jonas@example.org", AVAILABLE).await;
    let peek = jonas.ask(PUBSUB, "get", &pubsub("<items node='n'/>")).await;
    assert_eq!(condition(&peek), "not-allowed");
    let delete = owner("<delete node='n'/>");
    assert_eq!(condition(&jonas.ask(PUBSUB, "set", &delete).await), "forbidden");

    let form = sam.ask(PUBSUB, "get", &owner("<configure node='n'/>")).await;
    assert!(format!("{form:?}").contains("whitelist"));
    assert!(is_result(
        &sam.ask(PUBSUB, "set", &pubsub("<retract node='n'><item id='1'/></retract>"))
            .await
    ));
    let again = pubsub("<publish node='n'><item id='2'/></publish>");
    assert!(is_result(&sam.ask(PUBSUB, "set", &again).await));
    assert_eq!(sam.item_id().await, "2", "the retraction without notify told nobody");
    let notify = pubsub("<retract node='n' notify='true'><item id='2'/></retract>");
    assert!(is_result(&sam.ask(PUBSUB, "set", &notify).await));
    assert_eq!(sam.item_id().await, "2");
    assert!(is_result(&sam.ask(PUBSUB, "set", &delete).await));
    assert!(sam.event().await.1.has_child("delete", ns::PUBSUB_EVENT));
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn subscriptions_are_listed_and_end() {
    let server = server().await;
    server.create_node(PUBSUB, NODE).unwrap();
    let mut sam = Client::online(&server, SAM, AVAILABLE).await;
    sam.subscribe(PUBSUB, NODE).await;
    let list = sam.ask(PUBSUB, "get", &pubsub("<subscriptions/>")).await;
    let list = list.children().next().unwrap().children().next().unwrap().clone();
    let subscription = list.children().next().unwrap();
    assert_eq!(
        (subscription.attr("node"), subscription.attr("jid")),
        (Some(NODE), Some(SAM))
    );
    let unsubscribe = pubsub(&format!("<unsubscribe node='{NODE}' jid='{SAM}'/>"));
    assert!(is_result(&sam.ask(PUBSUB, "set", &unsubscribe).await));
    assert!(server.seen().subscriptions.is_empty());
    let other = pubsub(&format!("<subscribe node='{NODE}' jid='jonas@example.org'/>"));
    assert_eq!(condition(&sam.ask(PUBSUB, "set", &other).await), "bad-request");
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscriber_with_two_resources_is_told_on_each_that_is_available_with_a_priority_not_negative() {
    let server = server().await;
    server.create_node(PUBSUB, NODE).unwrap();
    let away = "<presence xmlns='jabber:client'><priority>-1</priority></presence>";
    let mut desk = Client::online(&server, SAM, AVAILABLE).await;
    let mut phone = Client::online(&server, SAM, AVAILABLE).await;
    let mut hidden = Client::online(&server, SAM, away).await;
    desk.subscribe(PUBSUB, NODE).await;
    // An answer to a later request proves that the presence before it has been handled.
    phone.ask("example.org", "get", "<ping xmlns='urn:xmpp:ping'/>").await;
    hidden.ask("example.org", "get", "<ping xmlns='urn:xmpp:ping'/>").await;
    server.publish(PUBSUB, NODE, "1", payload("")).unwrap();
    assert_eq!(desk.item_id().await, "1");
    assert_eq!(phone.item_id().await, "1");
    server.send_raw(hidden.jid.as_str(), b"<message id='after'/>").unwrap();
    let next = hidden.find(|stanza| stanza.name() == "message").await;
    assert_eq!(next.attr("id"), Some("after"));
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pep_tells_the_resource_whose_capabilities_ask_for_it() {
    let server = server().await;
    let caps = "<presence xmlns='jabber:client'><priority>-1</priority>\
        <c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='urn:test' ver='abc='/></presence>";
    let mut sam = Client::online(&server, SAM, caps).await;
    let query = sam.find(|stanza| stanza.attr("type") == Some("get")).await;
    assert_eq!(
        query.get_child("query", ns::DISCO_INFO).unwrap().attr("node"),
        Some("urn:test#abc=")
    );
    let answer = format!(
        "<iq xmlns='jabber:client' type='result' id='{}' to='{SAM}'><query xmlns='{}' node='urn:test#abc='>\
         <feature var='{PEP}+notify'/></query></iq>",
        query.attr("id").unwrap(),
        ns::DISCO_INFO
    );
    sam.send(answer.parse().unwrap()).await;
    server.wait_until(|seen| seen.interested(SAM, PEP)).await.unwrap();
    server.publish(SAM, "urn:other", "0", payload("")).unwrap();
    server.publish(SAM, PEP, "1", payload("")).unwrap();
    let (from, event) = sam.event().await;
    assert_eq!((from.as_str(), item(&event).attr("id")), (SAM, Some("1")));
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn discovery_leads_from_the_domain_to_the_service_and_its_nodes() {
    let server = server().await;
    server.create_node(PUBSUB, NODE).unwrap();
    let mut sam = Client::online(&server, SAM, AVAILABLE).await;
    let items = |to| (to, format!("<query xmlns='{}'/>", ns::DISCO_ITEMS));
    let (to, query) = items("example.org");
    assert!(format!("{:?}", sam.ask(to, "get", &query).await).contains(PUBSUB));
    let (to, query) = items(PUBSUB);
    assert!(format!("{:?}", sam.ask(to, "get", &query).await).contains(NODE));
    let info = format!("<query xmlns='{}'/>", ns::DISCO_INFO);
    assert!(format!("{:?}", sam.ask(PUBSUB, "get", &info).await).contains("publish-options"));
    assert!(format!("{:?}", sam.ask(SAM, "get", &info).await).contains("pep"));
    assert_eq!(
        condition(&sam.ask("elsewhere.example", "get", &info).await),
        "service-unavailable"
    );
    server.shutdown().await;
}
