//! Mail messages in, items out, and the same envelope again at the reader.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use mailwren_core::event::{Dialect, Event, Kind};
use mailwren_core::popup::Privacy;
use mailwren_core::publish::{
    Envelope, Gone, MESSAGE_BYTES, Mail, NOTIFICATION_BYTES, News, Notification, NotificationError, Uid,
};
use mailwren_core::stanza;
use minidom::Element;
use proptest::prelude::*;

const SAM: &str = "sam@example.org";

fn read(raw: impl AsRef<[u8]>) -> Mail {
    Mail::read(raw.as_ref(), "INBOX", Privacy::Full)
}

/// What a reader makes of a mail, over the wire and back.
fn decoded(mail: &Mail) -> Event {
    let mut payload = Vec::new();
    mail.payload(SAM).write_to(&mut payload).expect("writes");
    let payload = String::from_utf8(payload).expect("UTF-8");
    let item = format!("<item xmlns='urn:x' id='{}'>{payload}</item>", mail.item(SAM));
    let item: Element = item.parse().expect("XML");
    stanza::item(SAM, "urn:mailwren:mail:0", &item).event
}

fn same(mail: &Mail) {
    let event = decoded(mail);
    let envelope = mail.envelope.clone();
    assert_eq!((event.kind, event.dialect), (Kind::New, Dialect::Mailwren));
    assert_eq!(event.item.as_deref(), Some(mail.item(SAM).as_str()));
    assert_eq!(event.mailbox.as_deref(), Some(mail.mailbox.as_str()));
    assert_eq!(event.from, envelope.from);
    assert_eq!(event.subject, envelope.subject);
    assert_eq!(event.snippet, envelope.snippet);
    assert_eq!(event.message_id, envelope.message_id);
    assert_eq!(event.sent_at, envelope.date);
}

/// Name, address, subject, snippet.
fn told(raw: impl AsRef<[u8]>) -> [String; 4] {
    let mail = read(raw);
    same(&mail);
    let envelope = mail.envelope;
    let from = envelope.from.unwrap_or_default();
    [from.name, from.address, envelope.subject, envelope.snippet].map(Option::unwrap_or_default)
}

fn snippet(body: &str) -> String {
    told(format!("Subject: x\r\n\r\n{body}"))[3].clone()
}

#[test]
fn a_message_becomes_an_item_that_says_who_what_and_when() {
    let mail = read(
        "From sam Tue Nov 24 21:00:02 2026\n\
         Received: from a\n by b; Tue, 24 Nov 2026 21:00:01 +0000\n\
         From: =?utf-8?q?Zo=C3=AB?=\n =?utf-8?b?IMOFbmdzdHLDtm0=?= <zoe@example.org>\n\
         Subject: =?utf-8?b?R3LDvMOfZSBhdXM=?= =?utf-8?q?_K=C3=B6ln?=\n\
         Date: Tue, 24 Nov 2026 22:00:00 +0100 (CET)\n\
         Message-ID: <abc@example.org>\n\
         \n\
         Line one of\nthe body.\n",
    );
    let xml = String::from(&mail.payload("work"));
    assert_eq!(
        xml,
        "<mail xmlns='urn:mailwren:mail:0' account='work' mailbox='INBOX'>\
         <from address='zoe@example.org'>Zoë Ångström</from><subject>Grüße aus Köln</subject>\
         <snippet>Line one of the body.</snippet><message-id>abc@example.org</message-id>\
         <date>2026-11-24T21:00:00Z</date></mail>"
    );
    // The first 12 digits of SHA-256 of "work", NUL, "INBOX", and the first 32 of that of the Message-ID.
    assert_eq!(mail.item("work"), "c20fc9d474ad-1f9d985c0d8d9ef960eded8464879c86");
    same(&mail);
}

#[test]
fn the_id_tells_mailboxes_and_messages_apart_and_nothing_else() {
    let mail = |raw: &str, mailbox| Mail::read(raw.as_bytes(), mailbox, Privacy::Full).item(SAM);
    let one = mail("Message-ID: <1@x>\n\na", "INBOX");
    assert_eq!(one, mail("Received: again\nMessage-Id:\n <1@x>\n\na", "INBOX"));
    assert_ne!(one, mail("Message-ID: <2@x>\n\na", "INBOX"));
    assert_ne!(one, mail("Message-ID: <1@x>\n\na", "Lists"));
    assert_ne!(one, read("Message-ID: <1@x>\n\na").item("zoe@example.org"));
    assert_eq!(mail("Subject: a\n\n", "INBOX"), mail("Subject: a\n\n", "INBOX"));
    assert_ne!(mail("Subject: a\n\n", "INBOX"), mail("Subject: b\n\n", "INBOX"));
    let quiet = Mail::read(b"Message-ID: <1@x>\n\na", "INBOX", Privacy::Count);
    assert_eq!(quiet.item(SAM), one, "however much is told");
}

#[test]
fn a_stored_message_is_named_by_its_uid_and_told_as_one_before_delivery_is() {
    let uid = Uid {
        uidvalidity: 1_795_555_629,
        uid: 42,
    };
    let envelope = Envelope {
        from: Some(mailwren_core::event::Sender {
            name: Some("=?utf-8?q?Zo=C3=AB?=".to_owned()),
            address: Some("zoe@example.org".to_owned()),
        }),
        subject: Some(format!("=?utf-8?b?R3LDvMOfZQ==?=\u{202e}\n{}", "x".repeat(2_000))),
        snippet: Some("y".repeat(10_000)),
        message_id: Some("<abc@example.org>".to_owned()),
        date: None,
    };
    let mail = Mail::stored("INBOX", uid, envelope.clone(), Some(3), Privacy::Full);
    same(&mail);
    let event = decoded(&mail);
    assert_eq!(event.from.unwrap().name.as_deref(), Some("Zoë"));
    assert!(event.subject.unwrap().starts_with("Grüße xxx"));
    assert_eq!(
        (event.uidvalidity, event.uid, event.unseen),
        (Some(1_795_555_629), Some(42), Some(3))
    );
    assert_eq!(mail.item("work"), "c20fc9d474ad-1795555629-42");
    let gone = Gone::stored("INBOX", uid, Some("<abc@example.org>"));
    assert_eq!(gone.item("work"), mail.item("work"));
    // What Sieve published of it before it had a UID is found again, however much is told.
    let early = read("Message-ID: <abc@example.org>\n\n").key;
    let quiet = Mail::stored("INBOX", uid, envelope, None, Privacy::Count);
    for key in [mail.early_key, quiet.early_key.clone(), gone.early_key] {
        assert_eq!(key.as_deref(), Some(early.as_str()));
    }
    assert_eq!(
        String::from(&quiet.payload("work")),
        "<mail xmlns='urn:mailwren:mail:0' account='work' mailbox='INBOX' uid='42' uidvalidity='1795555629'/>"
    );
}

#[test]
fn dovecots_notifications_tell_whose_and_which_and_what() {
    let ox = r#"{"user":"push1","event":"messageNew","folder":"INBOX","imap-uidvalidity":1795555629,"imap-uid":1,"from":"=?utf-8?b?Wm/DqyDDhW5nc3Ryw7Zt?= <zoe@example.org>","subject":"=?utf-8?b?R3LDvMOfZSBhdXMgS8O2bG46?= \"quotes\" & <tags>","snippet":"Line one of the body.","unseen":1}"#;
    let Notification { user, news } = Notification::read(ox.as_bytes()).unwrap();
    let News::Arrived {
        mailbox,
        uid,
        envelope,
        unseen,
    } = news
    else {
        unreachable!("{news:?}")
    };
    assert_eq!(user, "push1");
    let mail = Mail::stored(&mailbox, uid, *envelope, unseen, Privacy::Full);
    same(&mail);
    assert_eq!(
        mail.envelope.subject.as_deref(),
        Some("Grüße aus Köln: \"quotes\" & <tags>")
    );
    assert_eq!(mail.key, "1795555629-1");

    let read = |json: &str| Notification::read(json.as_bytes()).map(|notification| notification.news);
    let lua = |event: &str| {
        format!(r#"{{"event":"{event}","user":"sam","mailbox":"Lists","uid":7.0,"uid_validity":9.0,"flags":8.0}}"#)
    };
    let gone = News::Gone {
        mailbox: "Lists".to_owned(),
        uid: Uid { uidvalidity: 9, uid: 7 },
    };
    for event in ["MessageRead", "MessageExpunge", "MessageTrash", "FlagsSet"] {
        assert_eq!(read(&lua(event)).as_ref(), Ok(&gone), "{event}");
    }
    assert_eq!(read(&lua("FlagsClear")), Ok(News::Other));
    for (json, error) in [
        ("", NotificationError::Foreign),
        ("[1]", NotificationError::Foreign),
        (r#"{"user":"sam"}"#, NotificationError::Foreign),
        (
            r#"{"event":"MessageNew","uid":1,"uid_validity":1}"#,
            NotificationError::Nobody,
        ),
        (
            r#"{"event":"MessageNew","user":"sam","uid":1}"#,
            NotificationError::NoMessage,
        ),
        (
            r#"{"event":"MessageNew","user":"sam","uid":4294967296,"uid_validity":1}"#,
            NotificationError::NoMessage,
        ),
    ] {
        assert_eq!(read(json), Err(error), "{json}");
    }
    let long = format!("{}{}", " ".repeat(NOTIFICATION_BYTES), ox);
    assert_eq!(read(&long), Err(NotificationError::Foreign));
}

#[test]
fn no_more_is_told_than_is_wanted() {
    let raw = "From: Zoe <zoe@example.org>\nSubject: secret\nMessage-ID: <1@x>\nDate: Tue, 24 Nov 2026 21:00:00 +0000\n\nwords";
    let event = |detail| {
        let mail = Mail::read(raw.as_bytes(), "INBOX", detail);
        same(&mail);
        decoded(&mail)
    };
    let sender = event(Privacy::Sender);
    assert!(sender.from.is_some() && sender.message_id.is_some() && sender.sent_at.is_some());
    assert!(sender.subject.is_none() && sender.snippet.is_none());
    let count = event(Privacy::Count);
    assert_eq!(count.mailbox.as_deref(), Some("INBOX"));
    assert!(count.from.is_none() && count.subject.is_none() && count.snippet.is_none());
    assert!(count.message_id.is_none() && count.sent_at.is_none());
}

#[test]
fn hard_messages_come_out_as_mail_clients_show_them() {
    let koi8: &[u8] = b"Subject: x\nContent-Type: text/plain; charset=koi8-r\nContent-Transfer-Encoding: 8bit\n\n\xf0\xd2\xc9\xd7\xc5\xd4";
    let table: &[(&str, &[u8], [&str; 4])] = &[
        ("nothing", b"", ["", "", "", ""]),
        ("no headers", b"Hello\nthere: you\n", ["", "", "", "Hello there: you"]),
        ("no body", b"Subject: x", ["", "", "x", ""]),
        ("NULs", b"Sub\0ject: a\0b\n\nc\0d", ["", "", "", "Subject: ab cd"]),
        ("NULs in a value", b"Subject: a\0b\n\nc\0d", ["", "", "ab", "cd"]),
        ("raw 8-bit", b"From: Zo\xeb <z@x>\nSubject: Gr\xfc\xdfe\n\nK\xf6ln", ["Zoë", "z@x", "Grüße", "Köln"]),
        ("koi8-r", koi8, ["", "", "x", "Привет"]),
        (
            "a charset that lies",
            b"Subject: =?iso-8859-1?q?Gr=C3=BC=C3=9Fe?=\nContent-Type: text/plain; charset=us-ascii\n\nGr\xc3\xbc\xc3\x9fe",
            ["", "", "Grüße", "Grüße"],
        ),
        (
            "unknown charset and broken escapes",
            b"Subject: x\nContent-Type: text/plain; charset=klingon\nContent-Transfer-Encoding: quoted-printable\n\na=C3=BC=zz=\nb=",
            ["", "", "x", "aü=zzb="],
        ),
        (
            "base64 cut off",
            b"Subject: x\nContent-Transfer-Encoding: base64\n\nR3LD\n vMOfZSB\n",
            ["", "", "x", "Grüße"],
        ),
        ("encoded twice", b"Subject: =?utf-8?q?=3D=3Futf-8=3Fq=3FX=3F=3D?=\n\n", ["", "", "X", ""]),
        ("two senders", b"From: A <a@x>, B <b@x>\nFrom: C <c@x>\n\n", ["A", "a@x", "", ""]),
        ("no From", b"Sender: A <a@x>\n\n", ["A", "a@x", "", ""]),
        (
            "alternatives, the plain one first whatever their order",
            b"Subject: x\nContent-Type: multipart/alternative; boundary=b\n\npreamble\n--b\nContent-Type: text/html\n\n<p>html\n--b\n\nplain\n--b--\nepilogue",
            ["", "", "x", "plain"],
        ),
        (
            "an empty plain alternative",
            b"Subject: x\nContent-Type: multipart/alternative; boundary=\"b \"\n\n--b \n\n \n--b \nContent-Type: text/html\n\n<style>p{}</style><p>html&amp;\n--b --",
            ["", "", "x", "html&"],
        ),
        (
            "nested, with an attachment before the text",
            b"Subject: x\nContent-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: text/plain\nContent-Disposition: attachment; filename=x\n\nno\n--a\nContent-Type: multipart/related; boundary=ab\n\n--ab\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n<html><head><title>t</title></head><body><h1>One</h1>t=\nwo<blockquote>no</blockquote></body></html>\n--ab--\n--a--",
            ["", "", "x", "One two"],
        ),
        (
            "a calendar invite alone",
            b"Subject: x\nContent-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR",
            ["", "", "x", ""],
        ),
        (
            "S/MIME, and PGP/MIME",
            b"Subject: x\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data\nContent-Transfer-Encoding: base64\n\nMIIB",
            ["", "", "x", ""],
        ),
        (
            "signed",
            b"Subject: x\nContent-Type: multipart/signed; boundary=s\n\n--s\n\nsaid\n--s\nContent-Type: application/pgp-signature\n\nsig\n--s--",
            ["", "", "x", "said"],
        ),
        (
            "an empty boundary, and one that never comes",
            b"Subject: x\nContent-Type: multipart/mixed; boundary=\"\"\n\n--\nno\n--\n",
            ["", "", "x", ""],
        ),
        (
            "a forwarded message is no text of its own",
            b"Subject: x\nContent-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: message/rfc822\n\nSubject: y\n\nno\n--a--",
            ["", "", "x", ""],
        ),
        (
            "markup is text",
            b"From: \"<b>A</b>\" <a@x>\nSubject: <script>&amp;]]>\n\n<i>&lt;",
            ["<b>A</b>", "a@x", "<script>&amp;]]>", "<i>&lt;"],
        ),
        (
            "overrides of direction, and what XML can't hold",
            "Subject: \u{202e}gpj.exe\u{ffff}\u{fffe}\n\n\u{feff}\u{34f} a\u{ffff}".as_bytes(),
            ["", "", "gpj.exe", "a"],
        ),
    ];
    for (what, raw, expected) in table {
        assert_eq!(told(raw), *expected, "{what}");
    }
}

#[test]
fn a_snippet_has_the_writers_own_words() {
    for (body, expected) in [
        (
            "Yes.\n\nOn Tue, Sam\nwrote:\n> Really?\n> Sure?\n\nSee you.\n-- \nZoe\n",
            "Yes. See you.",
        ),
        ("Am Di. schrieb Sam:\n> Wirklich?\nJa.\n", "Ja."),
        ("Three points:\n- one\n- two\n", "Three points: - one - two"),
        ("Top.\r\n-----Original Message-----\r\nFrom: x\r\n", "Top."),
        ("Top.\n________________________________\nFrom: x\n", "Top."),
        ("> All of it\n> is quoted.\n", "All of it is quoted."),
        (
            "---------- Forwarded message ---------\nFrom: Zoe\nLook!\n",
            "From: Zoe Look!",
        ),
        (
            "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nSigned.\n-----BEGIN PGP SIGNATURE-----\nabc\n",
            "Signed.",
        ),
        ("-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n", ""),
        ("-- \nonly a signature\n", "-- only a signature"),
    ] {
        assert_eq!(snippet(body), expected, "{body}");
    }
    let long = snippet(&"wörter ".repeat(10_000));
    assert!((490..=500).contains(&long.chars().count()), "{}", long.chars().count());
}

#[test]
fn however_large_or_deep_a_message_is_it_takes_no_more_than_its_beginning() {
    let large = format!("Subject: x\n\nfirst words {}", "y".repeat(10 << 20));
    assert!(told(&large)[3].starts_with("first words"));
    for kind in ["text/plain; charset=utf-8", "text/plain", "text/html; charset=utf-8"] {
        let cut = format!("Content-Type: {kind}\n\n{}", "ü€ ".repeat(300_000));
        for body in [cut.clone(), cut.replacen('ü', "x", 1)] {
            let snippet = told(&body)[3].clone();
            assert!(
                snippet.ends_with("ü€ ü€") && !snippet.contains('Ã'),
                "{kind}: {snippet}"
            );
        }
    }
    let beginning = &large[..MESSAGE_BYTES];
    assert_eq!(read(&large).item(SAM), read(beginning).item(SAM));
    for (what, raw) in [
        (
            "messages in messages",
            "Content-Type: message/rfc822\n\n".repeat(40_000),
        ),
        (
            "a digest of digests",
            "Content-Type: multipart/digest; boundary=a\n\n--a\n\n".repeat(20_000),
        ),
        ("one header", format!("Subject: {}", "=?utf-8?q?a?= ".repeat(100_000))),
        ("headers", "A: b\n".repeat(300_000)),
        ("folds", format!("Subject: x{}", "\n x".repeat(300_000))),
        (
            "parts",
            format!(
                "Content-Type: multipart/mixed; boundary=a\n\n{}",
                "--a\n".repeat(200_000)
            ),
        ),
        (
            "parameters",
            format!("Content-Type: text/plain{}\n\nx", "; a=b".repeat(200_000)),
        ),
        ("comments", format!("From: {}", "(".repeat(1_000_000))),
        (
            "tags",
            format!("Content-Type: text/html\n\n{}", "<blockquote>".repeat(80_000)),
        ),
        (
            "comments in HTML",
            format!("Content-Type: text/html\n\n{}", "<!--".repeat(200_000)),
        ),
        ("quotes", format!("\n{}", "a:\n>\n".repeat(200_000))),
    ] {
        let mail = read(&raw);
        same(&mail);
        assert!(String::from(&mail.payload(SAM)).len() < 16 << 10, "{what}");
    }
}

fn piece() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::sample::select(vec![
        "From: ",
        "Subject: ",
        "Message-ID: <",
        "Date: ",
        "Content-Type: ",
        "multipart/mixed; boundary=b",
        "text/html",
        "text/plain; charset=",
        "utf-8",
        "gb18030",
        "iso-2022-jp",
        "Content-Transfer-Encoding: base64",
        "Content-Transfer-Encoding: quoted-printable",
        "\n--b\n",
        "\n--b--\n",
        "\n\n",
        "\r\n",
        "\n ",
        "> ",
        "=?utf-8?q?",
        "=?utf-8?b?",
        "?=",
        "=3D=3F",
        "<blockquote>",
        "</blockquote>",
        "<!--",
        "&#xffff;",
        "&#0;",
        "-- \n",
        "\u{ffff}",
        "Tue, 24 Nov 2026 21:00:00 +0100",
        "<a@x>",
        "\"",
        "(",
        ">",
        ",",
    ]);
    prop_oneof![
        words.prop_map(|word| word.as_bytes().to_vec()),
        ".{0,12}".prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..12),
    ]
}

proptest! {
    #[test]
    fn whatever_comes_is_read_and_decodes_to_the_same_envelope(
        pieces in prop::collection::vec(piece(), 0..40),
        mailbox in ".{0,20}",
    ) {
        for detail in [Privacy::Full, Privacy::Sender, Privacy::Count] {
            same(&Mail::read(&pieces.concat(), &mailbox, detail));
        }
        same(&Mail::unreadable(&pieces.concat(), &mailbox));
    }

    #[test]
    fn whatever_a_mail_server_tells_decodes_to_the_same_envelope(
        fields in prop::collection::vec(prop::collection::vec(piece(), 0..6), 6),
        mailbox in ".{0,20}",
        uid in any::<u32>(),
    ) {
        let [from, subject, snippet, id, date, user] = fields
            .iter()
            .map(|pieces| String::from_utf8_lossy(&pieces.concat()).into_owned())
            .collect::<Vec<_>>()
            .try_into()
            .unwrap();
        let json = serde_json::json!({
            "event": "MessageNew", "user": format!("u{user}"), "mailbox": mailbox, "uid": uid, "uid_validity": 1.0,
            "from": from, "subject": subject, "snippet": snippet, "message_id": id, "date": date,
        });
        if let Ok(Notification { news: News::Arrived { mailbox, uid, envelope, unseen }, .. }) =
            Notification::read(json.to_string().as_bytes())
        {
            same(&Mail::stored(&mailbox, uid, *envelope, unseen, Privacy::Full));
        }
    }
}
