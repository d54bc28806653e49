//! Whom to believe.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use mailwren_core::account::{Account, Subscription};
use mailwren_core::sources::Sources;
use mailwren_core::stanza;
use minidom::Element;

/// Sam, who listens to the own PEP node, to a node of a service, and to a notifier.
fn sources() -> Sources {
    let mut account = Account::new("sam@example.org");
    account.subscriptions = vec![
        Subscription {
            service: "pubsub.example.org".into(),
            node: "mail/sam".into(),
        },
        Subscription {
            service: "zoe@example.org".into(),
            node: "urn:mailwren:mail:0".into(),
        },
    ];
    account.notifiers = vec!["sieve@example.org".into()];
    Sources::new(&account.jid, &account.nodes(), &account.notifiers)
}

/// How many events a stanza holds, and whether all of them count.
fn admitted(stanza: &str) -> (usize, bool) {
    let stanza: Element = stanza.parse().expect("well-formed");
    let events = stanza::decode(&stanza).expect("decodes");
    (
        events.len(),
        events.iter().all(|decoded| sources().admits(&stanza, &decoded.event)),
    )
}

fn event_on(from: &str, node: &str) -> bool {
    let (count, admitted) = admitted(&format!(
        "<message xmlns='jabber:client' {from}><event xmlns='http://jabber.org/protocol/pubsub#event'>\
         <items node='{node}'><item id='1'/></items></event></message>"
    ));
    assert_eq!(count, 1);
    admitted
}

#[test]
fn a_subscribed_node_of_its_own_service_counts() {
    assert!(event_on("from='pubsub.example.org'", "mail/sam"));
    assert!(
        event_on("from='PubSub.Example.ORG'", "mail/sam"),
        "JIDs are compared as JIDs"
    );
    assert!(event_on("from='zoe@example.org'", "urn:mailwren:mail:0"));
}

#[test]
fn neither_another_service_nor_another_node_counts() {
    for (from, node) in [
        ("from='pubsub.example.net'", "mail/sam"),
        ("from='pubsub.example.org'", "mail/zoe"),
        ("from='pubsub.example.org'", "Mail/sam"),
        ("from='pubsub.example.org/resource'", "mail/sam"),
        ("from='stranger@pubsub.example.org'", "mail/sam"),
        ("from='zoe@example.org/phone'", "urn:mailwren:mail:0"),
        ("from='zoe@example.org'", "mail/sam"),
        ("from=''", "mail/sam"),
        ("from='not a jid @'", "mail/sam"),
    ] {
        assert!(!event_on(from, node), "{from} {node}");
    }
}

#[test]
fn the_own_pep_node_counts_from_the_own_bare_jid_alone() {
    let node = "urn:mailwren:mail:0";
    assert!(event_on("from='sam@example.org'", node));
    assert!(
        event_on("", node),
        "without from it is the own server, for the own account"
    );
    assert!(!event_on("from='sam@example.org/other-client'", node));
    assert!(!event_on("from='example.org'", node));
    assert!(!event_on("", "mail/sam"));
    assert!(!event_on("from='sam@example.org'", "urn:xmpp:bookmarks:1"));
}

#[test]
fn sieve_messages_count_from_notifiers_alone() {
    let sieve = |from: &str| {
        let (count, admitted) = admitted(&format!(
            "<message xmlns='jabber:client' {from} type='headline'><subject>Mail</subject></message>"
        ));
        assert_eq!(count, 1);
        admitted
    };
    assert!(sieve("from='sieve@example.org'"));
    assert!(sieve("from='sieve@example.org/lmtp-17'"));
    assert!(!sieve("from='example.org'"));
    assert!(!sieve("from='sam@example.org'"));
    assert!(!sieve("from='pubsub.example.org'"));
    assert!(!sieve(""));
}

#[test]
fn a_notifier_cannot_speak_for_a_node() {
    assert!(!event_on("from='sieve@example.org'", "mail/sam"));
}

#[test]
fn what_is_forwarded_never_counts() {
    let inner = "<forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='pubsub.example.org'>\
                 <event xmlns='http://jabber.org/protocol/pubsub#event'><items node='mail/sam'><item id='1'/></items></event>\
                 </message></forwarded>";
    for outer in [
        inner.to_owned(),
        format!("<received xmlns='urn:xmpp:carbons:2'>{inner}</received>"),
        format!("<sent xmlns='urn:xmpp:carbons:2'>{inner}</sent>"),
        format!("<result xmlns='urn:xmpp:mam:2' id='1'>{inner}</result>"),
    ] {
        let xml = format!("<message xmlns='jabber:client' from='sam@example.org'>{outer}</message>");
        assert_eq!(admitted(&xml).0, 0, "{xml}");
    }
    // Even beside an event that would count.
    let direct: Element = "<message xmlns='jabber:client' from='pubsub.example.org'>\
         <event xmlns='http://jabber.org/protocol/pubsub#event'><items node='mail/sam'><item id='1'/></items></event></message>"
        .parse()
        .unwrap();
    let decoded = stanza::decode(&direct).unwrap().remove(0);
    let mut both = direct.clone();
    both.append_child(Element::bare("forwarded", "urn:xmpp:forward:0"));
    assert!(sources().admits(&direct, &decoded.event));
    assert!(!sources().admits(&both, &decoded.event));
}
