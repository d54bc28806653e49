//! Gmail's `google:mail:notify`: what is asked, and what is made of the answer.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use mailwren_core::event::{Decoded, Dialect, Event, Kind};
use mailwren_core::payload::gmail::{self, Answer, Position};
use mailwren_core::sources::Sources;
use mailwren_core::stanza::{self, DecodeError};
use minidom::Element;
use serde_json::{Value, json};

const CAPTURE: &str = include_str!("../../../../tests/fixtures/gmail-mailbox.xml");

fn decode(iq: &str) -> Vec<Decoded> {
    stanza::decode(&parse(iq)).unwrap()
}

/// As in a stream; an example may leave the namespace of stanzas out.
fn parse(xml: &str) -> Element {
    let spaced = xml.replacen("<iq ", "<iq xmlns='jabber:client' ", 1);
    spaced.parse().unwrap()
}

/// An answer of these threads, to an account that knew nothing.
fn mailbox(attributes: &str, threads: &str) -> Element {
    let xml = format!("<mailbox xmlns='google:mail:notify' {attributes}>{threads}</mailbox>");
    xml.parse().unwrap()
}

fn answer(attributes: &str, threads: &str, known: Position) -> Answer {
    Answer::read("romeo@gmail.com", &mailbox(attributes, threads), known, false).unwrap()
}

/// What is made of one thread.
fn thread(attributes: &str, children: &str) -> Event {
    let thread = format!("<mail-thread-info {attributes}>{children}</mail-thread-info>");
    let iq = format!("<iq type='result'><mailbox xmlns='google:mail:notify'>{thread}</mailbox></iq>");
    decode(&iq).remove(0).event
}

fn item(attributes: &str) -> Option<String> {
    thread(attributes, "").item
}

fn items(answer: &Answer) -> Vec<&str> {
    answer.events.iter().filter_map(|d| d.event.item.as_deref()).collect()
}

#[test]
fn googles_own_example_decodes_to_these_events() {
    let events: Vec<Value> = decode(CAPTURE)
        .iter()
        .map(|d| serde_json::to_value(&d.event).unwrap())
        .collect();
    let all = |known: Value| {
        let mut event = serde_json::to_value(Event::bare(Kind::New)).unwrap();
        let shared = json!({
            "service": "romeo@gmail.com", "node": "google:mail:notify", "dialect": "gmail", "unseen": 95,
        });
        for known in [shared, known] {
            event
                .as_object_mut()
                .unwrap()
                .extend(known.as_object().unwrap().clone());
        }
        event
    };
    assert_eq!(
        events,
        [
            all(json!({
                "item": "1172320964060972012-1118012394209", "mailbox": "act1scene3",
                "sent_at": "2005-06-05T22:59:54.209Z", "subject": "Put thy rapier up.",
                "from": {"name": "Mercutio", "address": "mercutio@gmail.com"},
                "snippet": "Ay, ay, a scratch, a scratch; marry, 'tis enough.",
                "link": "http://mail.google.com/mail?view=cv",
            })),
            all(json!({
                "item": "1172320964060972011-1118012390000", "sent_at": "2005-06-05T22:59:50Z",
                "from": {"name": null, "address": "capulet@example.org"}, "subject": "Masken für alle",
            })),
        ]
    );
}

#[test]
fn only_an_answer_with_a_mailbox_is_mail() {
    for kind in ["get", "set", "error"] {
        assert_eq!(decode(&CAPTURE.replace("type='result'", &format!("type='{kind}'"))), []);
    }
    assert_eq!(
        decode(&CAPTURE.replace("xmlns='google:mail:notify'", "xmlns='urn:other'")),
        []
    );
    assert_eq!(decode("<iq type='result'><query xmlns='google:mail:notify'/></iq>"), []);
    assert_eq!(
        decode("<iq type='set' id='1'><new-mail xmlns='google:mail:notify'/></iq>"),
        []
    );
    // In a message it is nothing.
    let message = CAPTURE
        .replace("<iq ", "<message xmlns='jabber:client' ")
        .replace("</iq>", "</message>");
    assert_eq!(stanza::decode(&message.parse().unwrap()), Ok(Vec::new()));
}

#[test]
fn a_new_mail_in_a_thread_is_another_item_and_a_change_of_its_labels_is_none() {
    assert_eq!(item("tid='7' date='1000' messages='2'").as_deref(), Some("7-1000"));
    assert_eq!(item("tid='7' date='2000' messages='3'").as_deref(), Some("7-2000"));
    assert_eq!(item("tid=' 7 ' messages='2'").as_deref(), Some("7-2"));
    assert_eq!(item("tid='7'").as_deref(), Some("7"));
    assert_eq!(item("tid=''"), None);
    assert_eq!(item(""), None);
    let labelled = |label: &str| {
        let threads = format!("<mail-thread-info tid='7' date='1000'><labels>{label}</labels></mail-thread-info>");
        let decoded = answer("", &threads, Position::default()).events.remove(0);
        (decoded.event.item, decoded.payload)
    };
    assert_eq!(labelled("^i|^u"), labelled("work"));
}

#[test]
fn what_is_not_as_it_ought_to_be_is_left_out_and_the_mail_stays() {
    let event = thread(
        "tid='x' date='soon' messages='many' url='javascript:alert(1)'",
        "<senders><sender address='a b'/><sender unread='1'/>text<odd/></senders><labels>||^i| a  b </labels>\
         <subject>\u{202E}one\ttwo</subject><snippet> </snippet>",
    );
    let expected = Event {
        node: Some(gmail::NS.to_owned()),
        item: Some("x".to_owned()),
        dialect: Dialect::Gmail,
        mailbox: Some("a b".to_owned()),
        subject: Some("one two".to_owned()),
        ..Event::bare(Kind::New)
    };
    assert_eq!(event, expected);
    assert_eq!(thread("date='99999999999999999999'", "").sent_at, None);
    assert_eq!(thread("date='9007199254740991'", "").sent_at, None);
    assert_eq!(thread("date='-5'", "").sent_at, None);
    let unseen = |attributes: &str| {
        answer(attributes, "<mail-thread-info tid='1'/>", Position::default()).events[0]
            .event
            .unseen
    };
    assert_eq!(unseen("total-matched='7.0'"), Some(7));
    assert_eq!(unseen("total-matched='7' total-estimate='1'"), None);
    assert_eq!(unseen("total-matched='seven'"), None);
}

#[test]
fn the_sender_is_who_wrote_what_is_unread() {
    let from = |senders: &str| {
        thread("tid='1'", &format!("<senders>{senders}</senders>"))
            .from
            .unwrap()
            .name
            .unwrap()
    };
    assert_eq!(
        from("<sender name='A' unread='1'/><sender name='B' unread='1'/><sender name='C' unread='0'/>"),
        "B"
    );
    assert_eq!(from("<sender name='A' originator='1'/><sender name='C'/>"), "C");
    assert_eq!(from("<sender name='A'/><sender unread='1'/>"), "A");
}

#[test]
fn an_answers_threads_come_oldest_first_and_one_without_an_id_does_not() {
    let threads = "<mail-thread-info tid='3' date='3000'/><mail-thread-info date='2500'/><other tid='9'/>\
                   <mail-thread-info tid='1' date='1000'/><mail-thread-info tid='2' date='2000'/>\
                   <mail-thread-info tid='b'/><mail-thread-info tid='a'/>";
    let answer = answer("", threads, Position::default());
    assert_eq!(items(&answer), ["a", "b", "1-1000", "2-2000", "3-3000"]);
}

#[test]
fn the_next_question_goes_on_from_where_the_last_answer_ended() {
    let asked = |known: Position| {
        let query = gmail::query(known);
        assert!(query.is("query", gmail::NS));
        let attr = |name| query.attr(name).map(str::to_owned);
        (attr("newer-than-time"), attr("newer-than-tid"))
    };
    assert_eq!(asked(Position::default()), (None, None));
    // Larger than what JSON carries in other languages.
    let threads =
        "<mail-thread-info tid='17293822569102704640'/><mail-thread-info tid='5'/><mail-thread-info tid='x'/>";
    let first = answer("result-time='1000'", threads, Position::default()).position;
    let numbers = (Some("1000".to_owned()), Some("17293822569102704640".to_owned()));
    assert_eq!(asked(first), numbers);
    let kept: Position = serde_json::from_str(&serde_json::to_string(&first).unwrap()).unwrap();
    assert_eq!(kept, first);
    // An answer without news keeps the id; one without a time keeps that.
    let (time, tid) = asked(answer("result-time='2000'", "", first).position);
    assert_eq!((time.as_deref(), tid), (Some("2000"), numbers.1));
    assert_eq!(answer("result-time='later'", "", first).position, first);
    // A server that was set up anew begins anew.
    let anew = answer("result-time='500'", "<mail-thread-info tid='1'/>", first).position;
    assert_eq!(
        anew,
        Position {
            time: Some(500),
            tid: Some(1)
        }
    );
}

#[test]
fn anything_else_is_no_answer() {
    for xml in ["<query xmlns='google:mail:notify'/>", "<mailbox xmlns='urn:other'/>"] {
        let wrong: Element = xml.parse().unwrap();
        assert_eq!(
            Answer::read("romeo@gmail.com", &wrong, Position::default(), false),
            None
        );
    }
}

#[test]
fn an_answer_that_would_grow_out_of_all_proportion_is_refused() {
    let threads = "<mail-thread-info/>".repeat(4_000);
    let from = format!("a@{}", "x".repeat(8_000));
    let iq = format!("<iq type='result' from='{from}'><mailbox xmlns='google:mail:notify'>{threads}</mailbox></iq>");
    assert_eq!(
        stanza::decode(&parse(&iq)),
        Err(DecodeError::TooManyItems { items: 4_000 })
    );
    assert_eq!(decode(&iq.replace(&from, "a@example.org")).len(), 4_000);
}

#[test]
fn nobody_but_the_own_server_says_that_there_is_mail() {
    let sources = Sources::new("romeo@gmail.com", &[], &[]);
    let is_server = |from: &str| sources.is_server(Some(&from.parse().unwrap()));
    assert!(sources.is_server(None));
    assert!(is_server("romeo@gmail.com") && is_server("gmail.com"));
    for stranger in [
        "romeo@gmail.com/x",
        "gmail.com/x",
        "juliet@gmail.com",
        "example.org",
        "mail.gmail.com",
    ] {
        assert!(!is_server(stranger), "{stranger}");
    }
}
