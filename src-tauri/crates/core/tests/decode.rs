//! Stanzas in, JSON lines out, for every dialect.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use mailwren_core::event::{Decoded, PayloadDigest};
use mailwren_core::split::Splitter;
use mailwren_core::stanza::{self, DecodeError};
use minidom::Element;
use serde_json::{Map, Value, json};

/// Every key an event has, each unknown.
fn unknown() -> Map<String, Value> {
    let keys = "service node item kind dialect user mailbox token subid sent_at from subject snippet message_id unseen uid \
                uidvalidity link";
    keys.split_whitespace()
        .map(|key| (key.to_owned(), Value::Null))
        .collect()
}

/// An event of which only these keys are known.
fn event(known: Value) -> Value {
    let mut event = unknown();
    for (key, value) in known.as_object().expect("an object") {
        assert!(
            event.insert(key.clone(), value.clone()).is_some(),
            "{key} is no key of an event"
        );
    }
    event.into()
}

fn stanzas(xml: &str) -> Vec<Element> {
    let mut splitter = Splitter::default();
    splitter.push(xml.as_bytes());
    splitter.finish();
    std::iter::from_fn(|| splitter.next())
        .map(|stanza| stanza.expect("well-formed"))
        .collect()
}

fn decode(xml: &str) -> Vec<Decoded> {
    stanzas(xml)
        .iter()
        .flat_map(|stanza| stanza::decode(stanza).expect("decodes"))
        .collect()
}

fn json_of(decoded: &[Decoded]) -> Vec<Value> {
    decoded
        .iter()
        .map(|d| serde_json::to_value(&d.event).expect("serialises"))
        .collect()
}

fn check(xml: &str, expected: &[Value]) {
    let expected: Vec<Value> = expected.iter().cloned().map(event).collect();
    assert_eq!(json_of(&decode(xml)), expected);
}

/// What is decoded of an item with this payload, in an otherwise plain event.
fn check_item(payload: &str, expected: Value) {
    let xml = format!(
        "<message from='pubsub.example.org'><event xmlns='http://jabber.org/protocol/pubsub#event'>\
         <items node='n'><item id='i'>{payload}</item></items></event></message>"
    );
    let mut known = json!({"service": "pubsub.example.org", "node": "n", "item": "i"});
    known
        .as_object_mut()
        .unwrap()
        .extend(expected.as_object().unwrap().clone());
    check(&xml, &[known]);
}

fn mail_with(children: &str) -> Decoded {
    let xml = format!(
        "<message from='a.example'><event xmlns='http://jabber.org/protocol/pubsub#event'><items node='n'><item id='i'>\
         <mail xmlns='urn:mailwren:mail:0'>{children}</mail></item></items></event></message>"
    );
    decode(&xml).remove(0)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[test]
fn the_captures_of_2008_decode_to_these_very_lines() {
    let lines = |xml| {
        decode(xml)
            .iter()
            .map(|d| serde_json::to_string(&d.event).unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        lines(include_str!("../../../../tests/fixtures/mobileme-2008-1.xml")),
        [concat!(
            r#"{"service":"pubsub.aosnotify.mac.com","node":"/protected/com/apple/mobileme/sam/mail/Inbox","#,
            r#""item":"5WE7I82L5bdNGm2","kind":"changed","dialect":"mobileme","user":"sam","mailbox":"Inbox","#,
            r#""token":"E1B537","subid":null,"sent_at":"2008-07-18T01:11:11.447Z","from":null,"subject":null,"#,
            r#""snippet":null,"message_id":null,"unseen":null,"uid":null,"uidvalidity":null,"link":null}"#
        )]
    );
    assert_eq!(
        lines(include_str!("../../../../tests/fixtures/mobileme-2008-2.xml")),
        [concat!(
            r#"{"service":"pubsub.aosnotify.mac.com","node":"/protected/com/apple/mobileme/sam/mail/Inbox","#,
            r#""item":"8ATABX9e6satO6Y","kind":"changed","dialect":"mobileme","user":"sam","mailbox":"Inbox","#,
            r#""token":"544FE17","subid":"3DEpJ055dXgB2gLRTQYvW4qGh91E36y2n9e27G3X","sent_at":null,"from":null,"#,
            r#""subject":null,"snippet":null,"message_id":null,"unseen":null,"uid":null,"uidvalidity":null,"link":null}"#
        )]
    );
}

#[test]
fn a_delay_stamp_makes_an_event_late() {
    assert!(decode(include_str!("../../../../tests/fixtures/mobileme-2008-1.xml"))[0].delayed);
    assert!(!decode(include_str!("../../../../tests/fixtures/mobileme-2008-2.xml"))[0].delayed);
}

#[test]
fn calendar_server_sends_an_empty_plistfrag_without_an_id() {
    check(
        include_str!("../../../../tests/fixtures/calendar-server.xml"),
        &[json!({
            "service": "pubsub.calendar.example.com", "node": "/CalDAV/calendar.example.com/CE11F4BB/",
            "kind": "changed", "dialect": "mobileme",
        })],
    );
}

#[test]
fn the_publishers_of_2008_that_took_liberties_are_understood() {
    let item = |item: &str| {
        format!(
            "<message from='p.example'><event xmlns='http://jabber.org/protocol/pubsub#event'>\
             <items node='/protected/com/apple/mobileme/sam/mail/Lists/XMPP'>{item}</items></event></message>"
        )
    };
    let expected = json!({
        "service": "p.example", "node": "/protected/com/apple/mobileme/sam/mail/Lists/XMPP", "item": " a b ",
        "kind": "changed", "dialect": "mobileme", "user": "sam", "mailbox": "Lists/XMPP", "token": "T1",
    });
    let pairs = "<key>other</key><true/><key>maild</key><string>T1</string>";
    check(
        &item(&format!(
            "<item xmlns='plist-apple' id=' a b '><plistfrag>{pairs}</plistfrag></item>"
        )),
        std::slice::from_ref(&expected),
    );
    check(
        &item(&format!("<item xmlns='plist-apple' id=' a b '>{pairs}</item>")),
        &[expected],
    );
}

#[test]
fn our_own_dialect_with_everything() {
    check(
        include_str!("../../../../tests/fixtures/mailwren-full.xml"),
        &[json!({
            "service": "zoe@example.org", "node": "urn:mailwren:mail:0", "item": "0f1e2d3c4b5a-1795555629-42",
            "kind": "new", "dialect": "mailwren", "mailbox": "INBOX", "sent_at": "2026-11-24T21:00:00Z",
            "from": {"name": "Zoë Ångström", "address": "zoe@example.org"}, "subject": "Grüße aus Köln",
            "snippet": "Line one of the body…", "message_id": "abc@example.org", "unseen": 3, "uid": 42,
            "uidvalidity": 1_795_555_629, "link": "https://webmail.example.org/m/42",
        })],
    );
}

#[test]
fn our_own_dialect_bare_is_still_new_mail() {
    check_item(
        "<mail xmlns='urn:mailwren:mail:0'/>",
        json!({"kind": "new", "dialect": "mailwren"}),
    );
    check_item(
        "<mail xmlns='urn:mailwren:mail:0' account='work' mailbox='INBOX' uidvalidity='9' uid='42x'/>",
        json!({"kind": "new", "dialect": "mailwren", "mailbox": "INBOX", "uidvalidity": 9}),
    );
}

#[test]
fn a_sender_may_be_known_by_halves() {
    let from = |children| serde_json::to_value(mail_with(children).event.from).unwrap();
    assert_eq!(
        from("<from address='a@b.example'/>"),
        json!({"name": null, "address": "a@b.example"})
    );
    assert_eq!(from("<from>Zoë</from>"), json!({"name": "Zoë", "address": null}));
    assert_eq!(from("<from address=''> </from>"), Value::Null);
}

#[test]
fn atom_entries_of_all_text_types() {
    let service = json!({
        "service": "pubsub.movim.example", "node": "urn:xmpp:microblog:0", "kind": "new", "dialect": "atom",
    });
    let with = |known: Value| {
        let mut all = service.clone();
        all.as_object_mut().unwrap().extend(known.as_object().unwrap().clone());
        all
    };
    check(
        include_str!("../../../../tests/fixtures/atom-blog.xml"),
        &[
            with(json!({
                "item": "post-1", "subject": "Wrens <3 XMPP", "snippet": "First paragraph. Second.",
                "from": {"name": "Romeo", "address": "romeo@example.org"}, "message_id": "tag:movim.example,2026:1",
                "sent_at": "2026-11-24T21:00:00Z", "link": "https://movim.example/1",
            })),
            with(json!({"item": "post-2", "subject": "Bare"})),
            with(json!({"item": "post-3", "snippet": "One Two & three"})),
        ],
    );
}

#[test]
fn the_ox_driver_of_dovecot() {
    check(
        include_str!("../../../../tests/fixtures/ox-message-new.xml"),
        &[json!({
            "service": "pubsub.example.org", "node": "mail/push1", "item": "1795555629-1", "kind": "new",
            "dialect": "ox", "user": "push1", "mailbox": "INBOX",
            "from": {"name": "Zoë Ångström", "address": "zoe@example.org"},
            "subject": "Grüße aus Köln: \"quotes\" & <tags>",
            "snippet": "Line one of the body. Second line — with dash.", "unseen": 1, "uid": 1,
            "uidvalidity": 1_795_555_629,
        })],
    );
}

#[test]
fn the_lua_driver_of_dovecot_tells_of_reading_and_expunging_too() {
    let base = |item: &str, kind: &str| {
        json!({
            "service": "pubsub.example.org", "node": "mail/push1", "item": item, "kind": kind, "dialect": "ox",
            "mailbox": "INBOX",
        })
    };
    let with = |base: Value, known: Value| {
        let mut all = base;
        all.as_object_mut().unwrap().extend(known.as_object().unwrap().clone());
        all
    };
    check(
        include_str!("../../../../tests/fixtures/ox-lua.xml"),
        &[
            with(
                base("1795555629-7", "new"),
                json!({
                    "user": "push1", "from": {"name": "Zoë", "address": "zoe@example.org"}, "subject": "Grüße",
                    "snippet": "Hallo", "message_id": "abc@example.org", "uid": 7, "uidvalidity": 1_795_555_629,
                    "sent_at": "2026-11-24T21:00:00Z",
                }),
            ),
            with(
                base("1795555629-6", "gone"),
                json!({"user": "push1", "uid": 6, "uidvalidity": 1_795_555_629}),
            ),
            with(base("1795555629-5", "gone"), json!({"uid": 5})),
            with(base("1795555629-4", "gone"), json!({"uid": 4})),
            base("1795555629-3", "changed"),
        ],
    );
}

#[test]
fn sieve_notify_as_in_its_rfc() {
    check(
        include_str!("../../../../tests/fixtures/sieve-notify.xml"),
        &[json!({
            "service": "notify.example.com", "kind": "new", "dialect": "sieve", "subject": "SIEVE ALERT!",
            "snippet": "You got mail.", "link": "imap://romeo@mail.example.com/INBOX;UIDVALIDITY=385759043/;UID=18",
        })],
    );
}

#[test]
fn sieve_takes_the_text_that_has_no_language_and_half_a_message_too() {
    check(
        "<message from='n.example/x'><subject xml:lang='de'>Post</subject><subject>Mail</subject></message>",
        &[json!({"service": "n.example", "kind": "new", "dialect": "sieve", "subject": "Mail"})],
    );
    check("<message from='n.example' type='normal'><body>  </body></message>", &[]);
}

#[test]
fn what_happens_to_nodes() {
    let on = |service: &str, node: &str, kind: &str, dialect: &str| json!({"service": service, "node": node, "kind": kind, "dialect": dialect});
    let lists = "/protected/com/apple/mobileme/sam/mail/Lists/XMPP";
    let mut retracted = on("pubsub.aosnotify.mac.com", lists, "gone", "mobileme");
    retracted["item"] = "5WE7I82L5bdNGm2".into();
    retracted["user"] = "sam".into();
    retracted["mailbox"] = "Lists/XMPP".into();
    let own = |item: &str| {
        let mut own = on("sam@example.org", "urn:mailwren:mail:0", "gone", "mailwren");
        own["item"] = item.into();
        own
    };
    check(
        include_str!("../../../../tests/fixtures/node-events.xml"),
        &[
            retracted,
            own("a"),
            own("b"),
            on("pubsub.example.org", "mail/sam", "cleared", "unknown"),
            on("pubsub.example.org", "mail/sam", "closed", "unknown"),
            on("pubsub.example.org", "mail/sam", "closed", "unknown"),
            on("pubsub.example.org", "mail/sam", "changed", "unknown"),
        ],
    );
}

#[test]
fn what_is_no_event_is_no_error_either() {
    check(include_str!("../../../../tests/fixtures/no-events.xml"), &[]);
}

#[test]
fn what_is_no_stanza_is_an_error() {
    for (xml, name, namespace) in [
        (
            "<html xmlns='http://www.w3.org/1999/xhtml'/>",
            "html",
            "http://www.w3.org/1999/xhtml",
        ),
        ("<msg/>", "msg", ""),
        ("<message xmlns='urn:other'/>", "message", "urn:other"),
    ] {
        let error = stanza::decode(&stanzas(xml)[0]).unwrap_err();
        assert_eq!(
            error,
            DecodeError::NotAStanza {
                name: name.into(),
                namespace: namespace.into()
            }
        );
    }
}

#[test]
fn an_item_without_payload_or_with_an_unknown_one_is_a_change() {
    let changed = json!({"kind": "changed", "dialect": "unknown"});
    check_item("", changed.clone());
    check_item("just text", changed.clone());
    check_item(
        "<tune xmlns='http://jabber.org/protocol/tune'><title>Yessongs</title></tune>",
        changed.clone(),
    );
    check_item("<mail xmlns='urn:other'/>", changed.clone());
    check_item("<json xmlns='urn:xmpp:json:0'>{\"event\":</json>", changed.clone());
    check_item("<json xmlns='urn:xmpp:json:0'>[1]</json>", changed.clone());
    check_item("<json xmlns='urn:xmpp:json:0'>{\"folder\":\"INBOX\"}</json>", changed);
    check_item(
        "text <extra xmlns='x'/><mail xmlns='urn:mailwren:mail:0'/>",
        json!({"kind": "new", "dialect": "mailwren"}),
    );
}

#[test]
fn several_items_give_one_event_each_in_order() {
    let xml = "<message xmlns='jabber:client'><event xmlns='http://jabber.org/protocol/pubsub#event'>\
               <items node='a'><item id='1'/>text<item/><retract id='2'/></items><items node='b'><item id=''/></items>\
               </event></message>";
    let on =
        |node: &str, item: Value, kind: &str| json!({"node": node, "item": item, "kind": kind, "dialect": "unknown"});
    check(
        xml,
        &[
            on("a", "1".into(), "changed"),
            on("a", Value::Null, "changed"),
            on("a", "2".into(), "gone"),
            on("b", Value::Null, "changed"),
        ],
    );
}

#[test]
fn a_missing_or_empty_from_is_no_service() {
    for from in ["", "from=''", "from='/only-a-resource'"] {
        let xml = format!(
            "<message {from}><event xmlns='http://jabber.org/protocol/pubsub#event'><purge node='n'/></event></message>"
        );
        check(&xml, &[json!({"node": "n", "kind": "cleared", "dialect": "unknown"})]);
    }
}

#[test]
fn the_stamp_is_the_delay_first_then_the_legacy_one_then_the_payloads_own() {
    let sent_at = |outside: &str, date: &str| {
        let xml = format!(
            "<message from='a.example'><event xmlns='http://jabber.org/protocol/pubsub#event'><items node='n'><item id='i'>\
             <mail xmlns='urn:mailwren:mail:0'><date>{date}</date></mail></item></items></event>{outside}</message>"
        );
        let decoded = decode(&xml).remove(0);
        (decoded.event.sent_at.map(|t| t.to_string()), decoded.delayed)
    };
    let delay = |stamp: &str| format!("<delay xmlns='urn:xmpp:delay' stamp='{stamp}'/>");
    let legacy = |stamp: &str| format!("<x xmlns='jabber:x:delay' stamp='{stamp}'/>");
    let own = "2026-11-24T21:00:00Z";
    let is = |stamp: &str, late| (Some(stamp.to_owned()), late);
    assert_eq!(sent_at("", own), is(own, false));
    assert_eq!(
        sent_at(&legacy("20080718T01:11:11"), own),
        is("2008-07-18T01:11:11Z", true)
    );
    assert_eq!(
        sent_at(&legacy("2008-07-18T01:11:11.447Z"), own),
        is("2008-07-18T01:11:11.447Z", true)
    );
    let both = legacy("20080718T01:11:11") + &delay("2010-01-02T03:04:05.678+01:00");
    assert_eq!(sent_at(&both, own), is("2010-01-02T02:04:05.678Z", true));
    assert_eq!(sent_at(&delay("soon"), own), is(own, true));
    assert_eq!(sent_at(&delay("soon"), "later"), (None, true));
    assert_eq!(sent_at("", "Tue, 24 Nov 2026 22:00:00 +0100"), is(own, false));
}

#[test]
fn hard_subjects_come_out_as_one_harmless_line() {
    for (raw, expected) in [
        ("<b>x</b>&amp;", "<b>x</b>&amp;"),
        ("  two\r\n\tlines \u{a0}and\ttabs ", "two lines and tabs"),
        ("evil\u{202e}fdp.exe\u{2066}\u{200f}\u{7f}\u{85}!", "evilfdp.exe !"),
        ("=?utf-8?b?R3LDvMOfZQ==?=", "Grüße"),
        ("=?utf-8?q?a=0Ab=E2=80=AEc?=", "a bc"),
        ("=?ISO-2022-JP?B?GyRCJUYlOSVIGyhC?=", "テスト"),
        ("=?koi8-r?b?8NLJ18XU?=", "Привет"),
        ("=?iso-8859-1?q?Gr=FC=DFe?=", "Grüße"),
        ("=?us-ascii?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?utf-8?q?Gr=FC=DFe?=", "Grüße"),
        ("=?x-nonsense?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
    ] {
        let decoded = mail_with(&format!(
            "<subject>{}</subject>",
            escape(raw).replace('\u{7f}', "&#x7f;")
        ));
        assert_eq!(decoded.event.subject.as_deref(), Some(expected), "{raw:?}");
    }
    let long = mail_with(&format!(
        "<subject>{0}</subject><snippet>{0}</snippet>",
        "ß".repeat(10_000)
    ))
    .event;
    assert_eq!(long.subject, Some("ß".repeat(1_000)));
    assert_eq!(long.snippet, Some("ß".repeat(500)));
}

#[test]
fn only_links_that_are_fit_to_open_are_kept() {
    let link = |raw: &str| mail_with(&format!("<link>{}</link>", escape(raw))).event.link;
    for good in [
        "https://a.example/?a=b&c",
        "HTTP://a.example",
        "mailto:a@b",
        "xmpp:a@b?join",
        "mid:a@b",
        "imap://a/b",
    ] {
        assert_eq!(link(good).as_deref(), Some(good));
    }
    for bad in [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "data:text/html,x",
        "//a.example",
        "https:",
        "http://a b",
        "",
    ] {
        assert_eq!(link(bad), None, "{bad}");
    }
    assert_eq!(link(&format!("https://a.example/{}", "x".repeat(5_000))), None);
}

#[test]
fn an_item_caught_up_is_the_live_event_but_late() {
    let live = decode(include_str!("../../../../tests/fixtures/mailwren-full.xml")).remove(0);
    // The same payload from another server's hands: other prefixes, order of attributes, white space and stamp.
    let answer = r#"<iq type="result"><pubsub xmlns="http://jabber.org/protocol/pubsub"><items node="urn:mailwren:mail:0">
        <item id="0f1e2d3c4b5a-1795555629-42" publisher="zoe@example.org"><m:mail xmlns:m="urn:mailwren:mail:0" uid="42"
        uidvalidity="1795555629" mailbox="INBOX" account="work"><m:from address="zoe@example.org">Zoë Ångström</m:from>
        <m:subject>Grüße aus K&#xf6;ln</m:subject><m:snippet>Line one of the body…</m:snippet>
        <m:message-id><![CDATA[abc@example.org]]></m:message-id><m:date>2026-11-24T21:00:00Z</m:date>
        <m:unseen>3</m:unseen><m:link>https://webmail.example.org/m/42</m:link>
        <m:flavour>not known to anybody</m:flavour></m:mail></item></items></pubsub></iq>"#;
    let iq = stanzas(answer).remove(0);
    let items = iq.children().next().unwrap().children().next().unwrap();
    let caught_up = stanza::item(
        "zoe@example.org",
        "urn:mailwren:mail:0",
        items.children().next().unwrap(),
    );
    assert_eq!(caught_up, Decoded { delayed: true, ..live });
}

#[test]
fn payload_digests_tell_payloads_apart() {
    let digest = |payload: &str| {
        let xml = format!(
            "<message><event xmlns='http://jabber.org/protocol/pubsub#event'><items node='n'><item id='i'>{payload}</item>\
             </items></event></message>"
        );
        decode(&xml).remove(0).payload
    };
    assert_eq!(digest(""), PayloadDigest::default());
    assert_eq!(digest("  "), PayloadDigest::default());
    assert_eq!(digest("<a xmlns='n'/>").0.len(), 64);
    assert_eq!(
        digest("<a xmlns='n' x='1' y='2'/>"),
        digest("\n<p:a y='2' x='1' xmlns:p='n'></p:a>\n")
    );
    let mut whole = Element::bare("item", "");
    whole.append_child("<a xmlns='n'>one text</a>".parse().unwrap());
    let mut cut = Element::bare("item", "");
    let a = cut.append_child(Element::bare("a", "n"));
    a.append_text_node("one ");
    a.append_text_node("text");
    assert_eq!(
        stanza::item("s", "n", &whole).payload,
        stanza::item("s", "n", &cut).payload
    );
    let all = [
        "<a xmlns='n'/>",
        "<a xmlns='m'/>",
        "<b xmlns='n'/>",
        "<a xmlns='n' x=''/>",
        "<a xmlns='n'>x</a>",
        "<a xmlns='n'> </a>",
        "<a xmlns='n'><a/></a>",
        "<a xmlns='n'/><a xmlns='n'/>",
        "<a xmlns='n'><a/>x</a>",
    ];
    let digests: std::collections::HashSet<_> = all.iter().map(|payload| digest(payload)).collect();
    assert_eq!(digests.len(), all.len());
}

#[test]
fn a_stanza_of_many_items_is_decoded_and_one_out_of_all_proportion_refused() {
    let items = |count: usize, node: &str| {
        let xml = format!(
            "<message xmlns='jabber:client'><event xmlns='http://jabber.org/protocol/pubsub#event'>\
             <items node='{node}'>{}</items></event></message>",
            "<item/>".repeat(count)
        );
        // Built, since a stream's limits let so many elements pass no more.
        stanza::decode(&xml.parse().unwrap()).map(|events| events.len())
    };
    assert_eq!(items(10_000, "mail/sam"), Ok(10_000));
    assert_eq!(
        items(100_000, &"n".repeat(8_000)),
        Err(DecodeError::TooManyItems { items: 100_000 })
    );
}
