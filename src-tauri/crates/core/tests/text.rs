//! Text as strangers write it.
#![allow(clippy::unwrap_used)]

use mailwren_core::text;

#[test]
fn cleaning_leaves_one_line_of_bounded_length() {
    assert_eq!(text::clean("  a \t\r\n b\u{2028}c  ", 10).as_deref(), Some("a b c"));
    assert_eq!(
        text::clean("a\u{200e}\u{202a}\u{202e}\u{2066}\u{2069}\0\u{1b}[1m\u{9b}b", 10).as_deref(),
        Some("a[1mb")
    );
    assert_eq!(text::clean("häßlich", 3).as_deref(), Some("häß"));
    assert_eq!(text::clean("ab cd", 3).as_deref(), Some("ab"), "no blank at the end");
    assert_eq!(text::clean(" \u{202e}\n", 10), None);
    assert_eq!(
        text::clean("👩\u{200d}🚀", 10).as_deref(),
        Some("👩\u{200d}🚀"),
        "joiners belong to the text"
    );
}

#[test]
fn headers_are_decoded_as_written_or_as_meant() {
    for (raw, expected) in [
        (&b"plain"[..], "plain"),
        (b"=?UTF-8?B?R3LDvMOfZQ==?= rest", "Grüße rest"),
        (b"a =?utf-8?q?b?= \r\n =?utf-8?q?c_d?= e", "a bc d e"),
        (b"=?utf-8?b?R3LD?= =?utf-8?b?vMOfZQ==?=", "Grüße"),
        (b"=?utf-8*de?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (b"=?shift_jis?b?g2WDWINn?=", "\u{30c6}\u{30b9}\u{30c8}"),
        (b"=?gb2312?b?xOO6ww==?=", "\u{4f60}\u{597d}"),
        (b"=?windows-1251?q?=CF=F0=E8=E2=E5=F2?=", "Привет"),
        (b"=?utf-8?q?Really??=", "Really?"),
        // Raw 8-bit: UTF-8, else Windows-1252.
        (b"Gr\xc3\xbc\xc3\x9fe", "Grüße"),
        (b"Gr\xfc\xdfe", "Grüße"),
        // What only looks like an encoded word stays.
        (b"=?utf-8?x?abc?=", "=?utf-8?x?abc?="),
        (b"=?utf-8?b?!?=", "=?utf-8?b?!?="),
        (b"1 = 2 =? 3", "1 = 2 =? 3"),
        (b"=?", "=?"),
        (b"=", "="),
        (b"", ""),
    ] {
        assert_eq!(text::decode_header(raw), expected, "{}", String::from_utf8_lossy(raw));
    }
}

#[test]
fn a_header_that_nearly_is_an_encoded_word_costs_no_more_than_another() {
    let raw = "=?a?b?".repeat(100_000);
    assert_eq!(text::decode_header(&raw).len(), raw.len());
}

#[test]
fn addresses_of_all_shapes() {
    let parts = |raw: &str| text::address(raw).map(|s| (s.name.unwrap_or_default(), s.address.unwrap_or_default()));
    let is = |name: &str, address: &str| Some((name.to_owned(), address.to_owned()));
    for (raw, expected) in [
        ("zoe@example.org", is("", "zoe@example.org")),
        ("<zoe@example.org>", is("", "zoe@example.org")),
        ("Zoë <zoe@example.org>", is("Zoë", "zoe@example.org")),
        (
            "\"Doe, \\\"J\\\" <x>\" <john@example.org>, b@example.org",
            is("Doe, \"J\" <x>", "john@example.org"),
        ),
        ("Doe, John <john@example.org>", is("Doe, John", "john@example.org")),
        (
            "=?utf-8?q?Zo=C3=AB?= =?utf-8?q?_=C3=85?= <zoe@example.org>",
            is("Zoë Å", "zoe@example.org"),
        ),
        (
            "\"=?utf-8?q?Zo=C3=AB?=\" <zoe@example.org>",
            is("Zoë", "zoe@example.org"),
        ),
        (
            "zoe@example.org (Zoë (at work))",
            is("Zoë (at work)", "zoe@example.org"),
        ),
        ("a@example.org, b@example.org", is("", "a@example.org")),
        ("zoe@example.org <zoe@example.org>", is("", "zoe@example.org")),
        ("Nobody <>", is("Nobody", "")),
        ("Just A Name", is("Just A Name", "")),
        ("\u{202e}Eve\n <e\u{200f}ve@example.org>", is("Eve", "eve@example.org")),
        ("<>", None),
        ("", None),
    ] {
        assert_eq!(parts(raw), expected, "{raw}");
    }
}

#[test]
fn html_becomes_text() {
    let text = |html: &str| text::clean(&text::html_to_text(html), 500).unwrap_or_default();
    assert_eq!(text("<b>x</b>&amp;"), "x&");
    assert_eq!(text("<div>One</div><div>Two</div><ul><li>a<li>b</ul>"), "One Two a b");
    assert_eq!(
        text("<style>p{}</style><script>alert('x')</script><!-- c --><p>Body &lt;tag&gt; &#8212; &eacute;"),
        "Body <tag> — é"
    );
    assert_eq!(text("half<br/>a<p"), "half a");
}

#[test]
fn numbers_are_whole_and_exact_or_nothing() {
    assert_eq!(text::number("42"), Some(42));
    assert_eq!(text::number(" 7.0 "), Some(7));
    assert_eq!(text::number("9007199254740991"), Some(9_007_199_254_740_991));
    for bad in [
        "",
        ".0",
        "7.",
        "7.5",
        "-1",
        "+1",
        "1e3",
        "0x10",
        "9007199254740992",
        "99999999999999999999",
        "NaN",
        "٣",
    ] {
        assert_eq!(text::number(bad), None, "{bad}");
    }
}

#[test]
fn dates_of_every_form_that_is_sent() {
    let date = |raw: &str| text::timestamp(raw).map(|t| t.to_string());
    for (raw, expected) in [
        ("2008-07-18T01:11:11.447Z", "2008-07-18T01:11:11.447Z"),
        ("2008-07-18T03:11:11+02:00", "2008-07-18T01:11:11Z"),
        ("20080718T01:11:11", "2008-07-18T01:11:11Z"),
        ("2008-07-18T01:11:11", "2008-07-18T01:11:11Z"),
        ("Fri, 18 Jul 2008 03:11:11 +0200", "2008-07-18T01:11:11Z"),
    ] {
        assert_eq!(date(raw).as_deref(), Some(expected), "{raw}");
    }
    for bad in ["", "soon", "2008-13-01T00:00:00Z", "99999999T99:99:99", "2008"] {
        assert_eq!(date(bad), None, "{bad}");
    }
}

#[test]
fn message_ids_lose_their_brackets_and_are_never_cut() {
    assert_eq!(text::message_id(" <a@b.example> ").as_deref(), Some("a@b.example"));
    assert_eq!(text::message_id("a@b.example").as_deref(), Some("a@b.example"));
    assert_eq!(text::message_id(&"x".repeat(1_001)), None);
    assert_eq!(text::message_id("<>"), None);
}
