//! What the demo plays, step by step, as data.

use mailwren_core::said::Said;

/// Where something is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Sam's own PEP node: the mailbox at home.
    Home,
    /// A node of the pubsub service: the mailbox at work.
    Work,
}

/// A mail that arrives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mail {
    pub place: Place,
    pub mailbox: &'static str,
    pub uid: u32,
    pub from: &'static str,
    pub address: &'static str,
    pub subject: String,
    pub snippet: &'static str,
    pub link: Option<&'static str>,
}

/// How long a step waits after the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gap {
    /// The pace of the play.
    Pace,
    /// A fraction of it, so that several come within a second.
    Burst,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Deed {
    /// Sends a stanza recorded in 2008, byte for byte.
    Capture(&'static [u8]),
    /// Publishes a mail in Mailwren's own dialect.
    Arrives(Mail),
    /// Takes a mail's item back: it was read on another device.
    ReadElsewhere(Mail),
    /// Publishes an Atom entry.
    Atom {
        id: &'static str,
        title: &'static str,
        author: &'static str,
        summary: &'static str,
        link: &'static str,
    },
    /// Publishes what Dovecot's push notification posts, in a JSON container.
    Ox { id: &'static str, json: &'static str },
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    pub gap: Gap,
    pub what: Said,
    pub deed: Deed,
}

/// The stanzas recorded in 2008.
pub(crate) const CAPTURES: [&[u8]; 2] = [
    include_bytes!("../captures/mobileme-2008-1.xml"),
    include_bytes!("../captures/mobileme-2008-2.xml"),
];

/// The whole play, in order.
pub(crate) fn script() -> Vec<Step> {
    let key = mail(
        Place::Home,
        "Inbox",
        1,
        MIRIAM,
        "Schlüsselübergabe am Donnerstag, 17:30 Uhr",
    )
    .saying("Passt dir das noch? Sonst lege ich ihn beim Nachbarn in den Kasten.");
    let mut steps: Vec<Step> = CAPTURES
        .into_iter()
        .map(|capture| step(Said::word("demo-capture"), Deed::Capture(capture)))
        .collect();
    steps.extend([
        arrives(key.clone()),
        arrives(
            mail(Place::Work, "Inbox", 1, MISAKI, "来週の打ち合わせの日程について")
                .saying("お世話になっております。候補日を三つお送りします。"),
        ),
        arrives(
            mail(
                Place::Work,
                "Builds",
                1,
                BUILD,
                "Re: [nightly] mail-store/replication: 3 of 412 checks failed on arm64 after the merge of \
                 “retry-on-partial-write”",
            )
            .saying("test_resume_after_suspend timed out after 30 s")
            .linking("https://builds.example.org/nightly/412"),
        ),
        arrives(
            mail(
                Place::Home,
                "Inbox",
                2,
                LAYLA,
                "تذكير: موعد الاجتماع غدًا الساعة العاشرة صباحًا",
            )
            .saying("مرحبًا، أرفقت جدول الأعمال. هل يمكنك تأكيد الحضور؟"),
        ),
        arrives(
            mail(
                Place::Home,
                "Rechnungen",
                1,
                JONAS,
                "Rechnung 2026-1187 und Lieferschein",
            )
            .saying("Im Anhang beides als PDF. Zahlungsziel wie immer 14 Tage.")
            .linking("https://webmail.example.org/m/1187"),
        ),
        arrives(
            mail(Place::Home, "Inbox", 3, TOMASZ, "")
                .saying("photo of the boiler label, is this the right part number?"),
        ),
        step(Said::word("demo-read").with("who", key.from), Deed::ReadElsewhere(key)),
        // What a face must show as it is, and neither interpret nor break on.
        arrives(mail(Place::Work, "Inbox", 2, TOMASZ, "<b>x</b>&amp;").saying("Markup in a subject is text.")),
        arrives(
            mail(Place::Home, "Inbox", 4, JONAS, "Rechnung_\u{202E}fdp.exe")
                .saying("A right-to-left override, disarmed."),
        ),
        arrives(mail(Place::Work, "Builds", 2, BUILD, &"0123456789".repeat(1_000)).saying("Long.")),
    ]);
    let branches = [
        "arm64", "armhf", "i386", "ppc64el", "riscv64", "s390x", "amd64", "loong64",
    ];
    steps.extend((3..).zip(branches).map(|(uid, branch)| Step {
        gap: Gap::Burst,
        ..arrives(mail(
            Place::Work,
            "Builds",
            uid,
            BUILD,
            &format!("[nightly] {branch}: all 412 checks passed"),
        ))
    }));
    steps.extend([
        step(Said::word("demo-atom"), Deed::Atom {
            id: "urn:uuid:4b7c3a52-6c1e-4d8f-9f3f-0d5f6d1f7a10",
            title: "Notes for Sunday",
            author: "Choir list",
            summary: "Altos please bring the second folder.",
            link: "https://choir.example.org/notes/sunday",
        }),
        step(Said::word("demo-dovecot"), Deed::Ox {
            id: "1795555629-1",
            json: r#"{"user":"sam","event":"messageNew","folder":"INBOX","imap-uidvalidity":1795555629,"imap-uid":1,"from":"=?utf-8?b?Wm/DqyDDhW5nc3Ryw7Zt?= <zoe@example.org>","subject":"=?utf-8?b?R3LDvMOfZSBhdXMgS8O2bG46?= \"quotes\" & <tags>","snippet":"Line one of the body. Second line — with dash.","unseen":1}"#,
        }),
    ]);
    steps
}

type Person = (&'static str, &'static str);
const MIRIAM: Person = ("Miriam", "miriam@example.org");
const MISAKI: Person = ("美咲", "misaki@example.net");
const BUILD: Person = ("Build server", "builds@example.net");
const LAYLA: Person = ("ليلى", "layla@example.org");
const JONAS: Person = ("Jonas", "jonas@example.com");
const TOMASZ: Person = ("Tomasz", "tomasz@example.com");

fn mail(place: Place, mailbox: &'static str, uid: u32, (from, address): Person, subject: &str) -> Mail {
    Mail {
        place,
        mailbox,
        uid,
        from,
        address,
        subject: subject.to_owned(),
        snippet: "",
        link: None,
    }
}

impl Mail {
    fn saying(self, snippet: &'static str) -> Self {
        Self { snippet, ..self }
    }

    fn linking(self, link: &'static str) -> Self {
        Self {
            link: Some(link),
            ..self
        }
    }
}

fn arrives(mail: Mail) -> Step {
    let subject: String = mail.subject.chars().take(60).filter(|c| *c != '\u{202E}').collect();
    let subject = match subject.is_empty() {
        true => Said::word("row-no-subject"),
        false => Said::Text(subject),
    };
    let what = Said::word("demo-writes").with("who", mail.from).with("what", subject);
    step(what, Deed::Arrives(mail))
}

fn step(what: Said, deed: Deed) -> Step {
    Step {
        gap: Gap::Pace,
        what,
        deed,
    }
}
