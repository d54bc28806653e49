//! Whatever comes, decoding ends, without a panic and within bounds.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use mailwren_core::event::Kind;
use mailwren_core::split::Splitter;
use mailwren_core::{payload, stanza, text};
use minidom::{Element, Node};
use proptest::prelude::*;

/// Everything that decoding has to say of some bytes, and how many stanzas there were.
fn decode(bytes: &[u8]) -> usize {
    let mut splitter = Splitter::default();
    splitter.push(bytes);
    splitter.finish();
    let mut stanzas = 0;
    while let Some(stanza) = splitter.next() {
        stanzas += 1;
        if let Ok(stanza) = stanza {
            bounded(&stanza);
        }
    }
    stanzas
}

fn bounded(stanza: &Element) {
    for decoded in stanza::decode(stanza).unwrap_or_default() {
        let event = decoded.event;
        let from = event.from.unwrap_or_default();
        let names = [
            event.subject,
            event.user,
            event.mailbox,
            event.token,
            event.subid,
            event.message_id,
            from.name,
            from.address,
        ];
        assert!(names.into_iter().flatten().all(|name| name.chars().count() <= 1_000));
        assert!(event.snippet.is_none_or(|snippet| snippet.chars().count() <= 500));
        assert!(event.link.is_none_or(|link| link.len() <= 4_096));
    }
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        ".{0,40}",
        "[=?utf8bqQB_ -]{0,60}",
        "(=\\?(utf-8|iso-2022-jp|koi8-r|gb2312|x)\\?[bq]\\?[A-Za-z0-9=_]{0,20}\\?= ?){0,4}",
        "[<>&;/a-z!\\-\"'é #]{0,60}",
        "[0-9.:TZ+-]{0,30}",
        "\\{\"event\":\"[a-zA-Z]{0,10}\",\"(from|uid|date|flags)\":[0-9.e\"\\[\\]-]{0,12}\\}",
        Just("html".to_owned()),
        Just("/protected/com/apple/mobileme/sam/mail/Inbox".to_owned()),
    ]
}

fn name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "event",
        "items",
        "item",
        "retract",
        "purge",
        "delete",
        "subscription",
        "mail",
        "entry",
        "json",
        "plistfrag",
        "key",
        "string",
        "from",
        "subject",
        "body",
        "title",
        "summary",
        "content",
        "author",
        "name",
        "email",
        "link",
        "date",
        "x",
        "url",
        "delay",
        "headers",
        "header",
        "forwarded",
        "unseen",
        "snippet",
        "message-id",
        "div",
        "unknown",
    ])
}

fn namespace() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "",
        "jabber:client",
        "http://jabber.org/protocol/pubsub#event",
        "plist-apple",
        "urn:mailwren:mail:0",
        "http://www.w3.org/2005/Atom",
        "urn:xmpp:json:0",
        "urn:xmpp:delay",
        "jabber:x:delay",
        "jabber:x:oob",
        "http://jabber.org/protocol/shim",
        "urn:other",
    ])
}

fn attributes() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let key = prop::sample::select(vec![
        "node",
        "id",
        "stamp",
        "type",
        "href",
        "rel",
        "address",
        "uid",
        "from",
        "subscription",
    ]);
    prop::collection::vec((key, word()), 0..4)
}

fn build(name: &str, namespace: &str, attributes: Vec<(&'static str, String)>, children: Vec<Node>) -> Element {
    let mut element = Element::bare(name, namespace);
    for (key, value) in attributes {
        element
            .attrs_mut()
            .insert(rxml::Namespace::NONE, key.try_into().expect("a name"), value);
    }
    for child in children {
        element.append_node(child);
    }
    element
}

fn tree() -> impl Strategy<Value = Node> {
    let leaf = word().prop_map(Node::Text);
    leaf.prop_recursive(8, 64, 6, |inner| {
        (name(), namespace(), attributes(), prop::collection::vec(inner, 0..6))
            .prop_map(|(name, ns, attributes, children)| Node::Element(build(name, ns, attributes, children)))
    })
}

/// A message with one item that holds a tree.
fn message(payload: Vec<Node>, attributes: Vec<(&'static str, String)>) -> Element {
    let ns = "http://jabber.org/protocol/pubsub#event";
    let item = build("item", ns, Vec::new(), payload);
    let items = build("items", ns, attributes.clone(), vec![Node::Element(item)]);
    let event = build("event", ns, Vec::new(), vec![Node::Element(items)]);
    build("message", "jabber:client", attributes, vec![Node::Element(event)])
}

proptest! {
    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        decode(&bytes);
    }

    #[test]
    fn a_capture_with_any_damage(at in 0_usize..600, junk in prop::collection::vec(any::<u8>(), 0..8), cut in 0_usize..8) {
        let capture = include_bytes!("../../../../tests/fixtures/mobileme-2008-2.xml");
        let at = at.min(capture.len());
        let rest = &capture[(at + cut).min(capture.len())..];
        let damaged = [&capture[..at], &junk, rest, b"\n<message/>"].concat();
        prop_assert!(decode(&damaged) > 0);
    }

    #[test]
    fn any_tree(children in prop::collection::vec(tree(), 0..4), attributes in attributes()) {
        bounded(&build("message", "", attributes, children));
    }

    #[test]
    fn any_payload(payload in prop::collection::vec(tree(), 0..3), attributes in attributes()) {
        bounded(&message(payload, attributes));
    }

    #[test]
    fn any_text(raw in word(), bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        text::address(&raw);
        text::html_to_text(&raw);
        text::decode_header(&bytes);
        text::html_to_text(&String::from_utf8_lossy(&bytes));
        text::timestamp(&raw);
    }

    #[test]
    fn any_encoded_word(
        charset in prop::sample::select(vec!["utf-8", "utf-7", "utf-16", "iso-2022-jp", "iso-2022-kr", "euc-jp", "euc-kr",
            "shift_jis", "big5", "gbk", "gb18030", "koi8-r", "tis-620", "us-ascii", "x-user-defined", "windows-874"]),
        bytes in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let q: String = bytes.iter().map(|byte| format!("={byte:02X}")).collect();
        text::decode_header(format!("=?{charset}?Q?{q}?="));
    }
}

#[test]
fn a_tree_deeper_than_the_stack_is_walked() {
    let ns = "urn:mailwren:mail:0";
    let mut tree = Element::bare("subject", ns);
    for level in 0..200_000 {
        let mut outer = Element::bare(if level == 199_999 { "mail" } else { "subject" }, ns);
        outer.append_child(tree);
        tree = outer;
    }
    let mut item = Element::bare("item", ns);
    item.append_child(tree);
    assert_eq!(payload::digest(&item).0.len(), 64);
    assert_eq!(stanza::item("a.example", "n", &item).event.kind, Kind::New);
    // Dropping it whole would recurse.
    let mut left = item.take_nodes();
    while let Some(node) = left.pop() {
        if let Some(mut element) = node.into_element() {
            left.extend(element.take_nodes());
        }
    }
}

#[test]
fn a_stanza_of_many_megabytes_is_one_error() {
    let mut splitter = Splitter::default();
    splitter.push(b"<message><body>");
    let chunk = vec![b'x'; 1 << 16];
    for _ in 0..512 {
        splitter.push(&chunk);
    }
    splitter.push(b"</body></message><presence/>");
    splitter.finish();
    assert!(splitter.next().unwrap().is_err());
    assert!(splitter.next().unwrap().is_ok());
    assert!(splitter.next().is_none());
}

#[test]
fn stanzas_cut_off_inside_each_other_take_no_quadratic_time() {
    let deep = "<message>".repeat(100_000);
    assert!(decode(deep.as_bytes()) > 1_000);
    let cut = ("<message>".repeat(60) + "<1>").repeat(50);
    assert_eq!(decode(cut.as_bytes()), 60 * 50);
}
