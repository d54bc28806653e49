//! Messages as they really come, told by the bridge's look into a mailbox and by `mailwrenctl publish` alike, and what a
//! message of 50 MB takes: real Dovecot, real Prosody.

use anyhow::{Context as _, Result, ensure};
use mailwren_tests::ctl::{Home, Watch};
use mailwren_tests::dovecot::Dovecot;
use mailwren_tests::machine::Machine;
use mailwren_tests::process::Process;
use mailwren_tests::publisher::Publisher;
use mailwren_tests::server::{Kind, SAM, Server, own_node, password};
use mailwren_tests::{Scene, eventually, scene};
use serde_json::Value;

/// What the bridge may take above what it took before, whatever comes.
const MOST_KB: u64 = 20 << 10;

/// Name, address, subject and first words, as a mail client shows them.
type Shown = [&'static str; 4];

/// A message, and how it is shown.
struct Hard {
    what: &'static str,
    raw: Vec<u8>,
    shown: Shown,
}

fn hard(what: &'static str, raw: impl AsRef<[u8]>, shown: Shown) -> Hard {
    // Lines end as they do on the wire.
    let mut lines = Vec::new();
    for byte in raw.as_ref() {
        lines.extend((*byte == b'\n').then_some(b'\r'));
        lines.push(*byte);
    }
    Hard {
        what,
        raw: lines,
        shown,
    }
}

/// From Zoë, about this, with these further headers and this body.
fn from_zoe(subject: &str, rest: &str) -> String {
    format!(
        "From: =?utf-8?q?Zo=C3=AB?= <zoe@example.org>\nTo: sam@example.org\nSubject: {subject}\nMIME-Version: 1.0\n{rest}"
    )
}

const ZOE: [&str; 2] = ["Zoë", "zoe@example.org"];

fn of_zoe(subject: &'static str, words: &'static str) -> Shown {
    [ZOE[0], ZOE[1], subject, words]
}

/// A part of this many bytes that is no text.
fn attachment(bytes: usize) -> String {
    let line = format!("{}\n", "QUJD".repeat(19));
    format!(
        "Content-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment\n\n{}",
        line.repeat(bytes / line.len() + 1)
    )
}

fn table() -> Vec<Hard> {
    vec![
        hard("nothing", "", ["", "", "", ""]),
        hard("headers alone", from_zoe("No words", ""), of_zoe("No words", "")),
        hard(
            "encoded words and a body in five charsets",
            "From: =?iso-8859-2?q?Za=BF=F3=B3=E6?= <zoe@example.org>\n\
             Subject: =?iso-2022-jp?b?GyRCJUYlOSVIGyhC?=\n =?koi8-r?b?8NLJ18XU?= =?windows-1256?b?49HNyMc=?=\n\
             Content-Type: text/plain; charset=\"gb18030\"\nContent-Transfer-Encoding: base64\n\nxOO6w6OslTKCNg==\n",
            ["Zażółć", ZOE[1], "テストПриветمرحبا", "你好，𠀀"],
        ),
        hard(
            "raw 8-bit that nobody labelled",
            b"From: Zo\xeb <zoe@example.org>\nSubject: Gr\xfc\xdfe aus K\xf6ln\n\nSch\xf6ne Gr\xfc\xdfe\n",
            of_zoe("Grüße aus Köln", "Schöne Grüße"),
        ),
        hard(
            "raw UTF-8 in headers",
            "From: Zoë <zoe@example.org>\nSubject: Grüße 👋\nContent-Type: text/plain; charset=utf-8\n\nSchöne Grüße 👋\n",
            of_zoe("Grüße 👋", "Schöne Grüße 👋"),
        ),
        hard(
            "broken encodings",
            "From: \"=?utf-8?b?Wm/Dqw==?=\" <zoe@example.org>\nSubject: =?utf-8?Q?Gr=C3?=\n =?utf-8?q?=BC=C3=9Fe aus K=C3=B6ln?=\n\
             Content-Type: text/plain; charset=us-ascii\nContent-Transfer-Encoding: quoted-printable\n\n50 =zz =C3=BC=\nber=\n",
            of_zoe("Grüße aus Köln", "50 =zz über"),
        ),
        hard(
            "an unknown charset and an unknown encoding",
            from_zoe(
                "=?x-klingon?q?Gr=C3=BC=C3=9Fe?=",
                "Content-Type: text/plain; charset=klingon\nContent-Transfer-Encoding: x-own\n\nSchöne Grüße\n",
            ),
            of_zoe("Grüße", "Schöne Grüße"),
        ),
        hard(
            "multiparts in multiparts, a picture and a file",
            from_zoe(
                "Nested",
                &format!(
                    "Content-Type: multipart/mixed; boundary=\"=_a\"\n\nOnly old programs show this.\n--=_a\n\
                     Content-Type: multipart/related; boundary=\"=_ab\"; type=\"multipart/alternative\"\n\n--=_ab\n\
                     Content-Type: multipart/alternative; boundary=\"=_abc\"\n\n--=_abc\nContent-Type: text/plain; charset=utf-8; format=flowed\n\
                     Content-Transfer-Encoding: 8bit\n\nSchön, dass es klappt. \nBis dann!\n\n> Klappt es?\n-- \nZoë\n--=_abc\n\
                     Content-Type: text/html; charset=utf-8\n\n<p>Sch&ouml;n\n--=_abc--\n--=_ab\nContent-Type: image/png\n\
                     Content-Transfer-Encoding: base64\nContent-ID: <1>\n\niVBORw0KGgo=\n--=_ab--\n--=_a\n{}--=_a--\nAnd this.\n",
                    attachment(2_000)
                ),
            ),
            of_zoe("Nested", "Schön, dass es klappt. Bis dann!"),
        ),
        hard(
            "HTML alone, with a style, a preview's filler and entities",
            from_zoe(
                "HTML",
                "Content-Type: text/html; charset=windows-1252\nContent-Transfer-Encoding: quoted-printable\n\n\
                 <html><head><title>No</title><style>p { color: red }</style></head><body><!-- no --><div>Pr=FCfen Sie&nbsp;Ihr \
                 Konto &#8212; jetzt</div><div>=AD&zwnj;&#847;&nbsp;</div><table><tr><td>5=80</td><td>heute</td></tr></table>\n",
            ),
            of_zoe("HTML", "Prüfen Sie Ihr Konto — jetzt 5€ heute"),
        ),
        hard(
            "S/MIME, signed",
            from_zoe(
                "Signed",
                "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; micalg=sha-256; boundary=s\n\n\
                 This is an S/MIME signed message\n\n--s\nContent-Type: multipart/mixed; boundary=t\n\n--t\nContent-Type: text/plain\n\n\
                 Signed words.\n--t--\n\n--s\nContent-Type: application/pkcs7-signature; name=smime.p7s\n\
                 Content-Transfer-Encoding: base64\n\nMIIB\n--s--\n",
            ),
            of_zoe("Signed", "Signed words."),
        ),
        hard(
            "S/MIME, encrypted",
            from_zoe(
                "Encrypted",
                "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\n\
                 Content-Transfer-Encoding: base64\nContent-Disposition: attachment; filename=smime.p7m\n\nMIIBsecret\n",
            ),
            of_zoe("Encrypted", ""),
        ),
        hard(
            "a calendar invite",
            from_zoe(
                "Invitation: Choir",
                "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\
                 Content-Type: text/plain; charset=utf-8\n\nChoir, Tuesday 19:00\n--b\nContent-Type: text/html\n\n<b>Choir</b>\n--b\n\
                 Content-Type: text/calendar; charset=utf-8; method=REQUEST\n\nBEGIN:VCALENDAR\nEND:VCALENDAR\n--b--\n--a\n\
                 Content-Type: application/ics; name=invite.ics\nContent-Disposition: attachment\n\nBEGIN:VCALENDAR\n--a--\n",
            ),
            of_zoe("Invitation: Choir", "Choir, Tuesday 19:00"),
        ),
        hard(
            "a calendar invite and nothing else",
            from_zoe(
                "Invitation",
                "Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nEND:VCALENDAR\n",
            ),
            of_zoe("Invitation", ""),
        ),
        hard(
            "a bounce",
            "From: MAILER-DAEMON@example.org (Mail Delivery System)\nSubject: Undelivered Mail Returned to Sender\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=r\n\n--r\nContent-Description: Notification\n\n\
             I'm sorry.\n--r\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n--r\nContent-Type: message/rfc822\n\n\
             Subject: lost\n\nlost words\n--r--\n",
            [
                "Mail Delivery System",
                "MAILER-DAEMON@example.org",
                "Undelivered Mail Returned to Sender",
                "I'm sorry.",
            ],
        ),
        hard(
            "a multipart that is cut off, and lines that begin with dots",
            from_zoe(
                "Cut",
                "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n\
                 Li5kb3RzIGFuZCBt\nb3Jl\n\n--a\nContent-Type: text/plain\n\n..\n.\n",
            ),
            of_zoe("Cut", "..dots and more"),
        ),
        hard(
            "headers longer than what is fetched first",
            format!(
                "{}{}",
                "X-Seal: a=b; c=d; e=f\n".repeat(5_000),
                from_zoe("Sealed", "\nWords behind the seals.\n")
            ),
            of_zoe("Sealed", "Words behind the seals."),
        ),
        hard(
            "a file before the words",
            from_zoe(
                "Scan",
                &format!(
                    "Content-Type: multipart/mixed; boundary=a\n\n--a\n{}--a\nContent-Type: text/plain\n\nSee the file.\n--a--\n",
                    attachment(300_000)
                ),
            ),
            of_zoe("Scan", "See the file."),
        ),
    ]
}

/// Messages of 50 MB.
fn giants() -> Vec<Hard> {
    let bytes = 50_000_000;
    let mixed = |parts: [&str; 2]| {
        format!(
            "Content-Type: multipart/mixed; boundary=a\n\n--a\n{}--a\n{}--a--\n",
            parts[0], parts[1]
        )
    };
    let (words, file) = ("Content-Type: text/plain\n\nMany pictures.\n", attachment(bytes));
    vec![
        hard(
            "words, and a file of 50 MB",
            from_zoe("Pictures", &mixed([words, &file])),
            of_zoe("Pictures", "Many pictures."),
        ),
        // Where its words are can't be known without reading all of it.
        hard(
            "a file of 50 MB, and words",
            from_zoe("Pictures first", &mixed([&file, words])),
            of_zoe("Pictures first", ""),
        ),
        hard(
            "50 MB of words",
            from_zoe("A log", &format!("\nFirst.\n-- \n{}", "and so on\n".repeat(bytes / 10))),
            of_zoe("A log", "First."),
        ),
        hard(
            "what comes after them",
            from_zoe("Small", "\nSmall.\n"),
            of_zoe("Small", "Small."),
        ),
    ]
}

/// A device of Sam's that listens to his own node.
async fn device(scene: &Scene, server: &Server) -> Result<Watch> {
    let home = Home::new(scene, "device")?;
    let mut account = server.account(SAM);
    account.pep = true;
    home.configure(account, &password(SAM))?;
    let watch = home.watch().await?;
    let mut sam = Publisher::connect(scene, server, SAM).await?;
    eventually("the node is there", async || Ok(Some(sam.items(&own_node(SAM)).await?))).await?;
    Ok(watch)
}

/// Awaits that this many messages of a mailbox were told, and compares all with the table.
async fn are_told(watch: &Watch, mailbox: &str, table: &[&Hard]) -> Result<()> {
    let told = || -> Result<Vec<Value>> {
        let printed = watch.process.printed();
        let events = printed.iter().map(|line| Ok(serde_json::from_str::<Value>(line)?));
        let events = events.collect::<Result<Vec<_>>>()?.into_iter();
        Ok(events
            .filter(|event| event["kind"] == "new" && event["mailbox"] == mailbox)
            .collect())
    };
    let events = eventually(format_args!("{} messages of {mailbox}", table.len()), async || {
        Ok(Some(told()?).filter(|told| told.len() >= table.len()))
    })
    .await?;
    ensure!(events.len() == table.len(), "more than there are: {events:#?}");
    let mut wrong = Vec::new();
    for (event, hard) in events.iter().zip(table) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let shown = [
            &event["from"]["name"],
            &event["from"]["address"],
            &event["subject"],
            &event["snippet"],
        ]
        .map(text);
        if shown != hard.shown {
            wrong.push(format!("{mailbox}, {}: {shown:?}, and not {:?}", hard.what, hard.shown));
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

fn memory(process: &Process, line: &str) -> Result<u64> {
    let id = process.id().context("it has ended")?;
    let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
    let value = status
        .lines()
        .find_map(|all| all.strip_prefix(line))
        .context("no such line")?;
    Ok(value.trim().trim_end_matches(" kB").trim().parse()?)
}

#[test]
fn hard_messages_are_told_as_mail_clients_show_them_and_take_bounded_memory() -> Result<()> {
    scene(async |scene| {
        let server = Server::start(Kind::Prosody, &scene).await?;
        let dovecot = Dovecot::start(&scene, "").await?;
        let machine = Machine::lay_out(&scene, &server, &dovecot, "[\"INBOX\"]")?;
        // There from the start, so that the first look has nothing to do.
        let watch = device(&scene, &server).await?;
        let bridge = machine.bridge().await?;
        let mail_server = Home::new(&scene, "mail-server")?;
        mail_server.configure(server.account(SAM), &password(SAM))?;

        let (small, giants) = (table(), giants());
        let mut all: Vec<&Hard> = small.iter().collect();
        for hard in &small {
            dovecot.deliver(SAM, &hard.raw).await.context(hard.what)?;
        }
        are_told(&watch, "INBOX", &all).await?;
        let before = memory(&bridge, "VmRSS:")?;
        all.extend(&giants);
        for hard in &giants {
            dovecot.deliver(SAM, &hard.raw).await.context(hard.what)?;
        }
        are_told(&watch, "INBOX", &all).await?;
        let most = memory(&bridge, "VmHWM:")?;
        println!("the bridge took {before} kB, and {most} kB at most");
        ensure!(most < before + MOST_KB, "{before} kB, and {most} kB at most");

        for hard in &all {
            let ended = mail_server.publish(&hard.raw, &["--mailbox", "Piped"]).await?;
            ensure!(
                ended.status.success() && ended.stderr.is_empty(),
                "{}: {ended:#?}",
                hard.what
            );
        }
        are_told(&watch, "Piped", &all).await
    })
}
