//! The bridge's IMAP source, as docs/bridge.md sets it up, and what devices have done in a mailbox: real Dovecot, real
//! Prosody.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use mailwren_core::account::PasswordSource;
use mailwren_core::act::{Act, Became, Done, MessageAt};
use mailwren_engine::imap::{Access, Login, Tls, act, undo};
use mailwren_tests::ctl::{Home, Watch};
use mailwren_tests::dovecot::Dovecot;
use mailwren_tests::machine::Machine;
use mailwren_tests::publisher::Publisher;
use mailwren_tests::server::{Kind, SAM, Server, own_node, password};
use mailwren_tests::{Scene, eventually, place, scene, scene_within};
use rustix::process::Signal;
use serde_json::Value;

/// Everything that Dovecot says it can do, without what makes it easy.
const LITTLE: &str = "imap_capability = IMAP4rev1 SASL-IR LITERAL+ IDLE SPECIAL-USE\n";

fn message(subject: &str) -> String {
    format!(
        "From: =?utf-8?q?Zo=C3=AB?= <zoe@example.org>\r\nTo: sam@example.org\r\nSubject: {subject}\r\n\
         Message-ID: <{}@example.org>\r\nDate: Tue, 24 Nov 2026 22:00:00 +0100\r\n\r\nWords of it.\r\n",
        subject.replace(' ', "-")
    )
}

/// A device of Sam's that listens to his own node.
async fn device(scene: &Scene, server: &Server) -> Result<Watch> {
    let home = Home::new(scene, "device")?;
    let mut account = server.account(SAM);
    account.pep = true;
    home.configure(account, &password(SAM))?;
    let watch = home.watch().await?;
    // It makes the node, so that it hears of the first mail ever.
    let mut sam = Publisher::connect(scene, server, SAM).await?;
    eventually("the node is there", async || Ok(Some(sam.items(&own_node(SAM)).await?))).await?;
    Ok(watch)
}

async fn is_gone(watch: &Watch, event: &Value) -> Result<()> {
    let item = event["item"].as_str().context("no item")?;
    watch
        .process
        .stdout(&format!("{item} is gone"), 0, |line| {
            let event: Value = serde_json::from_str(line).ok()?;
            (event["kind"] == "gone" && event["item"] == item).then_some(())
        })
        .await
}

/// With all that Dovecot can do it tells of every folder over one connection.
#[test]
fn mail_is_told_and_taken_back_once_it_is_read_moved_or_deleted() -> Result<()> {
    scene(async |scene| {
        let server = Server::start(Kind::Prosody, &scene).await?;
        let dovecot = Dovecot::start(&scene, "").await?;
        dovecot
            .doveadm(&["mailbox", "create", "-u", SAM, "Lists.Rust", "Old"])
            .await?;
        let machine = Machine::lay_out(&scene, &server, &dovecot, "[\"INBOX\", \"Lists/Rust\"]")?;
        let checked = machine.home.run(&["bridge", "--check"]).await?;
        ensure!(checked.stdout == ["In order: 1 mailbox."], "{checked:#?}");
        let watch = device(&scene, &server).await?;
        let mut bridge = machine.bridge().await?;

        dovecot.deliver(SAM, &message("first")).await?;
        let first = watch.event("first").await?;
        ensure!(
            first["from"]["name"] == "Zoë" && first["snippet"] == "Words of it." && first["uid"] == 1,
            "{first:#}"
        );
        dovecot
            .deliver(&format!("{SAM}+Lists.Rust"), &message("of the list"))
            .await?;
        let listed = watch.event("of the list").await?;
        ensure!(listed["mailbox"] == "Lists/Rust", "{listed:#}");
        dovecot.deliver(SAM, &message("second")).await?;
        let second = watch.event("second").await?;

        dovecot.imap(SAM, &["STORE 1 +FLAGS (\\Seen)"]).await?;
        is_gone(&watch, &first).await?;
        dovecot.imap(SAM, &["MOVE 2 Old"]).await?;
        is_gone(&watch, &second).await?;
        dovecot
            .imap(SAM, &["SELECT Lists.Rust", "STORE 1 +FLAGS (\\Deleted)", "EXPUNGE"])
            .await?;
        is_gone(&watch, &listed).await?;
        // Read and unread again: the node mirrors what is unread, and nobody is told twice.
        let mut sam = Publisher::connect(&scene, &server, SAM).await?;
        dovecot.imap(SAM, &["STORE 1 -FLAGS (\\Seen)"]).await?;
        eventually("it is on the node again", async || {
            Ok((sam.items(&own_node(SAM)).await?.len() == 1).then_some(()))
        })
        .await?;
        ensure!(bridge.terminate().await?.success(), "it doesn't end in order");
        let said = bridge.complained().join("\n");
        ensure!(!said.contains("Words") && !said.contains("first"), "{said}");
        ensure!(
            !said.contains("NOTIFY is refused") && !said.contains("-secret"),
            "{said}"
        );
        Ok(())
    })
}

/// What happens while one of the three isn't there.
fn outages(more: &str) -> Result<()> {
    scene(async |scene| {
        let mut server = Server::start(Kind::Prosody, &scene).await?;
        let mut dovecot = Dovecot::start(&scene, more).await?;
        // Of before the bridge first looked: unread mail of the last weeks is shown, read mail isn't.
        dovecot.deliver(SAM, &message("long read")).await?;
        dovecot.imap(SAM, &["STORE 1 +FLAGS (\\Seen)"]).await?;
        dovecot.deliver(SAM, &message("unread before")).await?;
        let machine = Machine::lay_out(&scene, &server, &dovecot, "[\"INBOX\"]")?;
        let watch = device(&scene, &server).await?;
        let mut bridge = machine.bridge().await?;
        let before = watch.event("unread before").await?;
        dovecot.deliver(SAM, &message("read meanwhile")).await?;
        let read = watch.event("read meanwhile").await?;

        bridge.signal(Signal::KILL)?;
        bridge.exit().await?;
        dovecot.deliver(SAM, &message("without bridge")).await?;
        dovecot.deliver(SAM, &message("come and gone")).await?;
        dovecot
            .imap(
                SAM,
                &["STORE 3 +FLAGS (\\Seen)", "STORE 2,5 +FLAGS (\\Deleted)", "EXPUNGE"],
            )
            .await?;
        let _bridge = machine.bridge().await?;
        is_gone(&watch, &read).await?;
        is_gone(&watch, &before).await?;
        watch.event("without bridge").await?;

        dovecot.down().await?;
        dovecot.put(SAM, "1.put.test", &message("without dovecot"))?;
        dovecot.up().await?;
        watch.event("without dovecot").await?;

        server.down().await?;
        dovecot.deliver(SAM, &message("without xmpp")).await?;
        server.up().await?;
        watch.event("without xmpp").await?;
        // Dovecot says goodbye to everybody.
        dovecot.doveadm(&["reload"]).await?;
        eventually("mail is taken again", async || {
            dovecot.deliver(SAM, &message("after reload")).await.map(Some)
        })
        .await?;
        watch.event("after reload").await?;
        let all = [
            "unread before",
            "read meanwhile",
            "without bridge",
            "without dovecot",
            "without xmpp",
            "after reload",
        ];
        ensure!(watch.subjects()? == all, "{:?}", watch.subjects());
        Ok(())
    })
}

#[test]
fn what_happens_while_one_of_them_is_away_is_told_once() -> Result<()> {
    outages("")
}

#[test]
fn a_server_that_can_do_little_is_no_different() -> Result<()> {
    outages(LITTLE)
}

#[test]
fn a_wrong_password_is_said_and_not_tried_again() -> Result<()> {
    scene(async |scene| {
        let server = Server::start(Kind::Prosody, &scene).await?;
        let dovecot = Dovecot::start(&scene, "auth_failure_delay = 0\n").await?;
        let machine = Machine::lay_out(&scene, &server, &dovecot, "[\"INBOX\"]")?;
        machine.keep("imap.password", "wrong")?;
        let bridge = machine.home.ctl(&["bridge"]).await?;
        let refused = |line: &str| line.contains("refused the login").then_some(());
        bridge.stderr("it says so", 0, refused).await?;
        dovecot.logs("1 attempts").await?;
        ensure!(
            bridge.complained().iter().filter_map(|line| refused(line)).count() == 1,
            "it hammers"
        );
        Ok(())
    })
}

fn access(dovecot: &Dovecot, tls: Tls) -> Access {
    Access {
        host: place::address().to_string(),
        port: match tls {
            Tls::Implicit => dovecot.imaps,
            Tls::Starttls => dovecot.imap,
        },
        tls,
        user: SAM.to_owned(),
        login: Login::Password(PasswordSource::Command(vec![
            "echo".to_owned(),
            format!("{SAM}-secret"),
        ])),
        ca_file: Some(dovecot.certificate.ca.display().to_string()),
        pins: Vec::new(),
    }
}

fn at(subject: &str) -> MessageAt {
    MessageAt {
        folder: "INBOX".to_owned(),
        uid: None,
        message_id: Some(format!("{subject}@example.org")),
    }
}

fn all_changed(done: &Done) -> Result<()> {
    let changed = |became: &Became| matches!(became, Became::Changed { .. });
    ensure!(
        done.messages.iter().all(changed) && !done.messages.is_empty(),
        "{done:#?}"
    );
    Ok(())
}

/// Each act and its undoing; with these words in Dovecot's configuration it goes to these folders.
fn acts(more: &str, tls: Tls, folders: [(Act, &str); 3]) -> Result<()> {
    scene(async |scene| {
        let dovecot = Dovecot::start(&scene, more).await?;
        let access = access(&dovecot, tls);
        for subject in ["one", "two", "three"] {
            dovecot.deliver(SAM, &message(subject)).await?;
        }
        for (act_of, folder) in folders {
            let done = act(&access, &[at("three"), at("absent"), at("one")], act_of).await?;
            ensure!(done.messages.get(1) == Some(&Became::Missing), "{done:#?}");
            let there = |messages: Vec<(String, String)>| -> Vec<String> {
                messages.into_iter().map(|(subject, _)| subject).collect()
            };
            ensure!(
                there(dovecot.folder(SAM, folder).await?) == ["one", "three"],
                "{done:#?}"
            );
            ensure!(there(dovecot.folder(SAM, "INBOX").await?) == ["two"], "{done:#?}");
            let back = undo(&access, &serde_json::from_value(serde_json::to_value(&done)?)?).await?;
            all_changed(&back)?;
            ensure!(dovecot.folder(SAM, folder).await?.is_empty(), "{back:#?}");
            ensure!(dovecot.folder(SAM, "INBOX").await?.len() == 3, "{back:#?}");
        }
        let flags = async || -> Result<Vec<String>> {
            let all = dovecot.folder(SAM, "INBOX").await?.into_iter();
            Ok(all
                .filter(|(subject, _)| subject == "two")
                .map(|(_, flags)| flags)
                .collect())
        };
        let read = act(&access, &[at("two")], Act::Read).await?;
        all_changed(&read)?;
        ensure!(flags().await?.concat().contains("\\Seen"));
        let again = act(&access, &[at("two")], Act::Read).await?;
        ensure!(again.messages == [Became::Already] && !again.changed(), "{again:#?}");
        all_changed(&undo(&access, &read).await?)?;
        ensure!(!flags().await?.concat().contains("\\Seen"));
        Ok(())
    })
}

#[test]
fn acts_go_where_the_server_says_and_come_back() -> Result<()> {
    let named = "namespace inbox {\n  inbox = yes\n  separator = /\n  mailbox Abfall {\n    special_use = \\Trash\n    auto = create\n  }\n  \
                 mailbox \"Für später\" {\n    special_use = \\Archive\n    auto = create\n  }\n  mailbox Spam {\n    auto = create\n  }\n}\n";
    let folders = [
        (Act::Archive, "Für später"),
        (Act::Delete, "Abfall"),
        (Act::Junk, "Spam"),
    ];
    acts(named, Tls::Implicit, folders)
}

#[test]
fn acts_make_folders_and_do_without_move() -> Result<()> {
    let folders = [(Act::Archive, "Archive"), (Act::Delete, "Trash"), (Act::Junk, "Junk")];
    acts("imap_capability = IMAP4rev1 UIDPLUS\n", Tls::Starttls, folders)
}

/// Without NOTIFY one folder is listened to, and the others are asked for every minute.
#[test]
fn without_notify_mail_in_other_folders_is_told_as_well() -> Result<()> {
    scene_within(Duration::from_secs(240), async |scene| {
        let server = Server::start(Kind::Prosody, &scene).await?;
        let dovecot = Dovecot::start(&scene, LITTLE).await?;
        dovecot.doveadm(&["mailbox", "create", "-u", SAM, "Lists.Rust"]).await?;
        let machine = Machine::lay_out(&scene, &server, &dovecot, "[\"INBOX\", \"Lists/Rust\"]")?;
        let watch = device(&scene, &server).await?;
        let _bridge = machine.bridge().await?;
        dovecot.deliver(SAM, &message("first")).await?;
        watch.event("first").await?;
        dovecot
            .deliver(&format!("{SAM}+Lists.Rust"), &message("of the list"))
            .await?;
        // One wait may end before the minute does.
        let listed = match watch.event("of the list").await {
            Ok(event) => event,
            Err(_) => watch.event("of the list").await?,
        };
        ensure!(listed["mailbox"] == "Lists/Rust", "{listed:#}");
        Ok(())
    })
}
