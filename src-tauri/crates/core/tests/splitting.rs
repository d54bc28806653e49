//! Stanzas out of bytes, and the limits on both.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use mailwren_core::limits::{LimitExceeded, Limiter, Limits};
use mailwren_core::split::{Broken, Splitter};
use proptest::prelude::*;

/// What comes out, one word each: an element's name and its `n`, or what was wrong and with which.
fn split_in(input: &[u8], chunk: usize) -> Vec<String> {
    let mut splitter = Splitter::default();
    for bytes in input.chunks(chunk.max(1)) {
        splitter.push(bytes);
    }
    splitter.finish();
    std::iter::from_fn(|| splitter.next())
        .map(|next| match next {
            Ok(element) => format!("{}{}", element.name(), element.attr("n").unwrap_or("")),
            Err(error) => {
                let why = match error.why {
                    Broken::Xml(_) => "xml",
                    Broken::Limit(_) => "limit",
                    Broken::Truncated => "truncated",
                    Broken::Text => "text",
                    Broken::EndTag => "end tag",
                    Broken::Doctype => "doctype",
                };
                format!("{}: {why}", error.ordinal)
            }
        })
        .collect()
}

fn check(input: &str, expected: &[&str]) {
    for chunk in [usize::MAX, 1, 7] {
        assert_eq!(
            split_in(input.as_bytes(), chunk),
            expected,
            "in chunks of {chunk}: {input}"
        );
    }
}

const HEADER: &str =
    "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";

#[test]
fn stanzas_come_out_in_order_however_they_stand() {
    check("", &[]);
    check(" \n", &[]);
    check("<message n='1'/>", &["message1"]);
    check(
        "\u{feff}<?xml version='1.0'?>\n<message n='1'><body>a &gt; b</body></message>\n\n<iq n='2'/><presence n='3'/>",
        &["message1", "iq2", "presence3"],
    );
    check("<!-- a comment --><message n='1' a='>'/>", &["message1"]);
}

#[test]
fn a_stream_is_its_stanzas() {
    let stream = format!("<?xml version='1.0'?>{HEADER}<message n='1'/> <presence n='2'/></stream:stream>");
    check(&stream, &["message1", "presence2"]);
    check(
        &format!("{stream}\n\u{feff}{stream}<iq n='3'/>"),
        &["message1", "presence2", "message1", "presence2", "iq3"],
    );
    check(
        &format!("{HEADER}<message n='1'/>{HEADER}<message n='2'/>"),
        &["message1", "message2"],
    );
    check(
        &format!("{HEADER}<?xml version='1.0'?>{HEADER}<message n='2'/>"),
        &["message2"],
    );
}

#[test]
fn a_stream_tells_its_attributes_from_its_start_to_its_end() {
    let mut splitter = Splitter::default();
    let start = "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' id='a&amp;b' \
                 xmlns:stream='http://etherx.jabber.org/streams' ";
    splitter.push(start.as_bytes());
    assert_eq!(splitter.stream_attribute("id"), None);
    splitter.push(b"from='mail.example.org'>");
    assert_eq!(splitter.stream_attribute("id").as_deref(), Some("a&b"));
    assert_eq!(splitter.stream_attribute("version"), None);
    splitter.push(b"<handshake/></stream:stream>");
    assert!(
        splitter
            .next()
            .unwrap()
            .unwrap()
            .is("handshake", "jabber:component:accept")
    );
    assert_eq!(splitter.stream_attribute("id"), None);
}

#[test]
fn a_stream_may_lack_its_start_or_its_end() {
    check("<message n='1'/></stream:stream>\n<iq n='2'/>", &["message1", "iq2"]);
    check(
        &format!("{HEADER}<message n='1'><body>half<?xml version='1.0'?>{HEADER}<message n='2'/></stream:stream>"),
        &["1: xml", "message2"],
    );
}

#[test]
fn the_stream_declares_namespaces_for_its_stanzas_and_for_no_others() {
    let mut splitter = Splitter::default();
    splitter.push(format!("{HEADER}<message/><stream:features/></stream:stream><message/>").as_bytes());
    let namespaces: Vec<_> = std::iter::from_fn(|| splitter.next())
        .map(|element| element.unwrap().ns())
        .collect();
    assert_eq!(namespaces, ["jabber:client", "http://etherx.jabber.org/streams", ""]);
}

#[test]
fn elements_come_out_as_soon_as_they_end() {
    let mut splitter = Splitter::default();
    splitter.push(b"<message><body>x</body></message");
    assert!(splitter.next().is_none());
    splitter.push(b">");
    assert_eq!(splitter.next().unwrap().unwrap().children().next().unwrap().text(), "x");
}

#[test]
fn a_broken_stanza_is_told_and_the_others_still_come() {
    let good = "<message n='9'/>";
    for broken in [
        "<message><body></message>",
        "<message><body>&nbsp;</body></message>",
        "<message a=1/>",
        "<message a='1' a='2'/>",
        "<message><x:y/></message>",
        "<message><!-- c --></message>",
        "<message><?pi?></message>",
        "<message>\u{0}</message>",
        "<message xmlns='a' b='<'/>",
        "<1/>",
    ] {
        check(&format!("<iq n='1'/>{broken}{good}"), &["iq1", "2: xml", "message9"]);
        check(
            &format!("{HEADER}{broken}\n{good}</stream:stream>"),
            &["1: xml", "message9"],
        );
    }
    check(
        &format!("<!DOCTYPE x [<!ENTITY a 'b'>]>{good}"),
        &["1: doctype", "message9"],
    );
    check(&format!("</message>{good}"), &["1: end tag", "message9"]);
    check(&format!("no xml at all {good}"), &["1: text", "message9"]);
    check("no xml at all", &["1: text"]);
}

#[test]
fn invalid_utf8_breaks_its_own_stanza_only() {
    assert_eq!(
        split_in(b"<message><body>\xff\xfe</body></message><iq n='2'/>", 5),
        ["1: xml", "iq2"]
    );
}

#[test]
fn a_stanza_cut_off_takes_no_other_with_it() {
    for cut in [
        "<message n='1'><body>half",
        "<message n='1'><body",
        "<message n='1'><body></bo",
        "<message n='1'><body a='half",
        "<message n='1'><event><items><item/>",
    ] {
        let mut expected = vec!["1: xml", "message2", "iq3"];
        let outcome = split_in(
            format!("{cut}\n<message n='2'><body/></message><iq n='3'/>").as_bytes(),
            3,
        );
        if outcome.first().is_some_and(|first| first == "1: truncated") {
            expected = vec!["1: truncated", "message2", "iq3"];
        }
        assert_eq!(outcome, expected, "{cut}");
        check(cut, &["1: truncated"]);
    }
    check(
        "<message n='1'>\n<message n='2'>\n<message n='3'/>",
        &["1: truncated", "2: truncated", "message3"],
    );
}

#[test]
fn a_forwarded_stanza_never_takes_the_place_of_the_broken_one_around_it() {
    let forwarded = "<forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' n='evil'/></forwarded>";
    check(
        &format!("<message n='1'>{forwarded}<broken></message><iq n='2'/>"),
        &["1: xml", "iq2"],
    );
    check(&format!("<message n='1'>{forwarded}</message>"), &["message1"]);
    check(&format!("<message n='1'>{forwarded}"), &["1: truncated"]);
}

#[test]
fn a_stanza_inside_of_a_whole_one_stays_there() {
    check("<message n='1'><item><message n='2'/></item></message>", &["message1"]);
}

#[test]
fn stanzas_over_the_limits_are_refused_and_the_others_still_come() {
    let deep = format!("<message>{}{}</message>", "<a>".repeat(900), "</a>".repeat(900));
    check(&format!("{deep}<iq n='2'/>"), &["1: limit", "iq2"]);
    check(
        &format!("<message a='{}'/><iq n='2'/>", "x".repeat(8_193)),
        &["1: limit", "iq2"],
    );
    check(
        &format!("<message n='{}'/>", "x".repeat(8_192)),
        &[&format!("message{}", "x".repeat(8_192))],
    );
    let large = format!("<message><body>{}</body></message><iq n='2'/>", "x".repeat(1 << 20));
    assert_eq!(split_in(large.as_bytes(), 4_096), ["1: limit", "iq2"]);
    let nearly = format!("<message><body>{}</body></message>", "x".repeat((1 << 20) - 100));
    assert_eq!(split_in(nearly.as_bytes(), 4_096), ["message"]);
    let levels = |n: usize| format!("{}{}", "<a>".repeat(n), "</a>".repeat(n));
    check(&levels(64), &["a"]);
    check(&levels(65), &["1: limit"]);
}

fn scan(limiter: &mut Limiter, input: &[u8], chunks: &[usize]) -> Result<(), LimitExceeded> {
    let mut rest = input;
    for chunk in chunks {
        let (now, later) = rest.split_at((*chunk).min(rest.len()));
        limiter.scan(now)?;
        rest = later;
    }
    limiter.scan(rest)
}

const TIGHT: Limits = Limits {
    stanza_bytes: 100,
    depth: 3,
    attribute_bytes: 10,
    elements: 6,
    attributes: 4,
};

fn verdict(stream: &str) -> Result<(), LimitExceeded> {
    Limiter::new(TIGHT).scan(stream.as_bytes())
}

#[test]
fn limits_hold_for_each_stanza_of_a_stream() {
    let stanza = format!("<a>{}</a>", "x".repeat(93));
    assert_eq!(verdict(&format!("<s>{}", format!("{stanza} \n").repeat(50))), Ok(()));
    assert_eq!(
        verdict(&format!("<s><a>{}</a>", "x".repeat(94))),
        Err(LimitExceeded::StanzaBytes(100))
    );
    assert_eq!(
        verdict("<s><a><b><c/></b></a><a><b><c></c></b></a></s><s><a><b><c>"),
        Ok(())
    );
    assert_eq!(verdict("<s><a><b><c><d"), Err(LimitExceeded::Depth(3)));
    assert_eq!(verdict("<s><a><b><c/><c/><c/><c/></b></a>"), Ok(()));
    assert_eq!(verdict("<s><a b='0123456789' c=\"0123456789\"/>"), Ok(()));
    assert_eq!(verdict("<s><a b='01234567890"), Err(LimitExceeded::AttributeBytes(10)));
    assert_eq!(verdict("<s><longername01"), Err(LimitExceeded::AttributeBytes(10)));
    let six = "<a><b/><b/><b/><b/><b/></a>";
    assert_eq!(verdict(&format!("<s>{six}{six}")), Ok(()));
    assert_eq!(verdict("<s><a><b/><b/><b/><b/><b/><b"), Err(LimitExceeded::Elements(6)));
    let four = "<a b='' c=''><d e='' f=\"\"/></a>";
    assert_eq!(verdict(&format!("<s>{four}{four}")), Ok(()));
    assert_eq!(
        verdict("<s><a b='' c=''><d e='' f=''/><g h='"),
        Err(LimitExceeded::Attributes(4))
    );
}

#[test]
fn markup_inside_of_quotes_comments_and_cdata_is_no_markup() {
    assert_eq!(
        verdict("<s><a b='>' c='/>'><b><c></c></b></a><a><b><c/></b></a>"),
        Ok(())
    );
    assert_eq!(verdict("<s><a><![CDATA[<b><c><d><e>]]]></a>"), Ok(()));
    assert_eq!(verdict("<s><a><!-- <b><c><d><e> - -- --></a>"), Ok(()));
    assert_eq!(
        verdict("<?xml version='1.0' x='0123456789abcdef'?><s><a><b><c>"),
        Ok(())
    );
    assert_eq!(verdict("<s><a><![CDATA[x]]><b><c><d>"), Err(LimitExceeded::Depth(3)));
}

#[test]
fn a_limit_once_passed_stays_passed_until_the_stream_restarts() {
    let mut limiter = Limiter::new(TIGHT);
    assert!(limiter.scan(b"<s><a><b><c><d>").is_err());
    assert_eq!(limiter.scan(b""), Err(LimitExceeded::Depth(3)));
    limiter.reset();
    assert_eq!(limiter.scan(b"<s><a><b><c>"), Ok(()));
}

proptest! {
    #[test]
    fn cuts_change_no_verdict(
        input in "[<>/a'\"=!?\\[\\]CDAT -]{0,300}",
        chunks in prop::collection::vec(0_usize..20, 0..40),
    ) {
        let whole = Limiter::new(TIGHT).scan(input.as_bytes());
        prop_assert_eq!(scan(&mut Limiter::new(TIGHT), input.as_bytes(), &chunks), whole);
    }

    #[test]
    fn cuts_change_no_stanza(
        parts in prop::collection::vec(prop::sample::select(vec![
            "<message n='1'>", "</message>", "<iq n='2'/>", "<body>x</body>", "<broken", "&amp;", "\n", "</stream:stream>",
            "<stream:stream xmlns:stream='http://etherx.jabber.org/streams'>", "<?xml version='1.0'?>", "<!--x-->", "é",
        ]), 0..30),
        chunk in 1_usize..50,
    ) {
        let input = parts.concat();
        prop_assert_eq!(split_in(input.as_bytes(), chunk), split_in(input.as_bytes(), usize::MAX));
    }
}
