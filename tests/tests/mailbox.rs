//! An account's mailbox in the program itself, by IMAP: beside XMPP, where an event only says that it changed, and without
//! XMPP at all. Real Dovecot, real Prosody and ejabberd.

use anyhow::{Context as _, Result, ensure};
use mailwren_core::account::{Account, MailServer, PasswordSource, Subscription};
use mailwren_tests::ctl::{Home, Watch};
use mailwren_tests::desktop::{Desktop, Parts};
use mailwren_tests::dovecot::Dovecot;
use mailwren_tests::publisher::Publisher;
use mailwren_tests::server::{Kind, SAM, Server, node, password};
use mailwren_tests::{eventually, on_both_servers, place, scene};
use serde_json::Value;

on_both_servers!(a_change_becomes_the_mail_and_takes_acts,);

fn mail_server(dovecot: &Dovecot) -> MailServer {
    MailServer {
        port: Some(dovecot.imaps),
        user: Some(SAM.to_owned()),
        password: PasswordSource::Command(vec!["echo".to_owned(), format!("{SAM}-secret")]),
        ca_file: Some(dovecot.certificate.ca.display().to_string()),
        ..MailServer::new(place::address().to_string())
    }
}

/// An account for those without XMPP.
fn without_xmpp(dovecot: &Dovecot) -> Account {
    Account {
        xmpp: false,
        imap: Some(mail_server(dovecot)),
        ..Account::new("sam@example.org")
    }
}

fn message(subject: &str) -> String {
    format!(
        "From: =?utf-8?q?Zo=C3=AB?= <zoe@example.org>\r\nTo: sam@example.org\r\nSubject: {subject}\r\n\
         Message-ID: <{subject}@example.org>\r\nDate: Tue, 24 Nov 2026 22:00:00 +0100\r\n\r\nWords of it.\r\n"
    )
}

async fn row_of(home: &Home, subject: &str) -> Result<Option<Value>> {
    let rows = home.run(&["feed", "list", "--json"]).await?.json()?;
    Ok(rows.into_iter().find(|row| row["subject"] == subject))
}

async fn seq_of(home: &Home, subject: &str) -> Result<String> {
    let row = row_of(home, subject).await?.context("it isn't in the feed")?;
    Ok(row["seq"].to_string())
}

async fn stands(home: &Home, how: &str, is_so: impl Fn(&Value) -> bool) -> Result<()> {
    eventually(how, async || {
        let status = home.run(&["status", "--json"]).await?.json()?;
        Ok(status.iter().any(&is_so).then_some(()))
    })
    .await
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

async fn holds(dovecot: &Dovecot, folder: &str, wanted: &[&str]) -> Result<()> {
    eventually(format!("{folder} holds {wanted:?}"), async || {
        let held = dovecot.folder(SAM, folder).await?;
        let subjects: Vec<&str> = held.iter().map(|(subject, _)| subject.as_str()).collect();
        Ok((subjects == wanted).then_some(()))
    })
    .await
}

/// As in 2008: the service tells that the inbox changed, and the client looks who wrote.
fn a_change_becomes_the_mail_and_takes_acts(kind: Kind) -> Result<()> {
    scene(async |scene| {
        let server = Server::start(kind, &scene).await?;
        let dovecot = Dovecot::start(&scene, "").await?;
        dovecot.deliver(SAM, &message("before")).await?;
        let inbox = Subscription {
            node: format!("/protected/com/apple/mobileme/{SAM}/mail/Inbox"),
            ..node("")
        };
        let mut publisher = Publisher::for_sam(&scene, &server, &inbox).await?;
        let home = Home::new(&scene, "desk")?;
        let mut account = server.account(SAM);
        account.pep = false;
        account.subscriptions = vec![inbox.clone()];
        account.imap = Some(mail_server(&dovecot));
        home.configure(account, &password(SAM))?;
        let watch = home.watch().await?;
        let before = watch.event("before").await?;
        ensure!(
            before["dialect"] == "imap" && before["mailbox"] == "INBOX",
            "{before:#}"
        );
        stands(&home, "it is connected", |status| {
            status["accounts"][0]["link"] == "connected"
        })
        .await?;

        dovecot.deliver(SAM, &message("first")).await?;
        let changed = "<plistfrag xmlns='plist-apple'><key>maild</key><string>E1B537</string></plistfrag>";
        publisher.publish(&inbox, "E1B537", changed).await?;
        let first = watch.event("first").await?;
        ensure!(
            first["from"]["name"] == "Zoë" && first["snippet"] == "Words of it." && first["kind"] == "new",
            "{first:#}"
        );
        eventually("what only said that it changed gives way", async || {
            let rows = home.run(&["feed", "list", "--json"]).await?.json()?;
            Ok((!rows.iter().any(|row| row["kind"] == "changed")).then_some(()))
        })
        .await?;

        // There is no bridge: it is done in the mailbox itself.
        let seq = seq_of(&home, "first").await?;
        let archived = home.run(&["feed", "archive", &seq]).await?;
        ensure!(archived.status.success(), "{archived:#?}");
        holds(&dovecot, "Archive", &["first"]).await?;
        holds(&dovecot, "INBOX", &["before"]).await?;
        ensure!(row_of(&home, "first").await?.is_none(), "it is still in the feed");
        let back = home.run(&["feed", "archive", "--off", &seq]).await?;
        ensure!(back.status.success(), "{back:#?}");
        holds(&dovecot, "INBOX", &["before", "first"]).await?;
        let seq = seq_of(&home, "first").await?;
        let deleted = home.run(&["feed", "delete", &seq]).await?;
        ensure!(deleted.status.success(), "{deleted:#?}");
        holds(&dovecot, "Trash", &["first"]).await?;
        let seq = seq_of(&home, "before").await?;
        let read = home.run(&["feed", "mark-read", &seq]).await?;
        ensure!(read.status.success(), "{read:#?}");
        eventually("it is read in the mailbox", async || {
            let held = dovecot.folder(SAM, "INBOX").await?;
            Ok(held.iter().any(|(_, flags)| flags.contains("\\Seen")).then_some(()))
        })
        .await?;
        Ok(())
    })
}

#[test]
fn an_account_without_xmpp_hears_of_mail_across_outages_once() -> Result<()> {
    scene(async |scene| {
        let mut dovecot = Dovecot::start(&scene, "").await?;
        dovecot.deliver(SAM, &message("before")).await?;
        let home = Home::new(&scene, "desk")?;
        home.configure_as(&without_xmpp(&dovecot))?;
        let watch = home.watch().await?;
        watch.event("before").await?;
        stands(&home, "push is proven", |status| {
            status["accounts"][0]["link"] == "connected" && status["accounts"][0]["proven_at"].is_string()
        })
        .await?;
        dovecot.deliver(SAM, &message("live")).await?;
        let live = watch.event("live").await?;
        dovecot.imap(SAM, &["STORE 2 +FLAGS (\\Seen)"]).await?;
        is_gone(&watch, &live).await?;

        dovecot.down().await?;
        stands(&home, "it is offline", |status| {
            status["accounts"][0]["link"] == "offline"
        })
        .await?;
        dovecot.put(SAM, "1.put.test", &message("meanwhile"))?;
        dovecot.up().await?;
        watch.event("meanwhile").await?;
        ensure!(
            watch.subjects()? == ["before", "live", "meanwhile"],
            "{:?}",
            watch.subjects()
        );
        watch.interrupt().await?;

        dovecot.deliver(SAM, &message("without us")).await?;
        dovecot.imap(SAM, &["STORE 1 +FLAGS (\\Deleted)", "EXPUNGE"]).await?;
        let watch = home.watch().await?;
        watch.event("without us").await?;
        ensure!(watch.subjects()? == ["without us"], "{:?}", watch.subjects());
        eventually("what was deleted is gone", async || {
            Ok(row_of(&home, "before")
                .await?
                .is_some_and(|row| row["unread"] == false)
                .then_some(()))
        })
        .await
    })
}

#[test]
fn a_mailbox_is_tried_out_and_what_is_wrong_is_said() -> Result<()> {
    scene(async |scene| {
        let dovecot = Dovecot::start(&scene, "auth_failure_delay = 0\n").await?;
        dovecot.deliver(SAM, &message("first")).await?;
        let home = Home::new(&scene, "desk")?;
        let mut account = without_xmpp(&dovecot);
        home.configure_as(&account)?;
        let tested = home.run(&["account", "test", &account.jid, "--json"]).await?;
        ensure!(tested.status.success(), "{tested:#?}");
        let steps = tested.json()?;
        let passed: Vec<&Value> = steps
            .iter()
            .filter(|step| step["state"] == "passed")
            .map(|step| &step["name"])
            .collect();
        ensure!(passed == ["tls", "login", "nodes"], "{steps:#?}");
        ensure!(
            steps.iter().any(|step| step["nodes"][0]["node"] == "INBOX"),
            "{steps:#?}"
        );

        let server = account.imap.as_mut().context("no server")?;
        server.password = PasswordSource::Command(vec!["echo".to_owned(), "wrong".to_owned()]);
        home.configure_as(&account)?;
        let tested = home.run(&["account", "test", &account.jid]).await?;
        ensure!(
            tested.status.code() == Some(3) && tested.stdout.join("\n").contains("refused the login"),
            "{tested:#?}"
        );
        let watch = home.watch().await?;
        stands(&home, "it needs a person", |status| {
            let account = &status["accounts"][0];
            account["link"] == "error" && account["trouble"]["code"] == "auth"
        })
        .await?;

        // Without a host in the way, which may not have read it anew.
        watch.interrupt().await?;
        let server = account.imap.as_mut().context("no server")?;
        server.ca_file = None;
        home.configure_as(&account)?;
        let tested = home.run(&["account", "test", &account.jid, "--json"]).await?.json()?;
        let last = tested.last().context("no step")?;
        ensure!(last["name"] == "tls" && last["fingerprint"].is_string(), "{last:#}");
        Ok(())
    })
}

/// The popup that waits for the look names the sender, and its buttons reach the mailbox.
#[test]
fn a_mail_of_a_mailbox_alone_is_a_popup_with_buttons() -> Result<()> {
    scene(async |scene| {
        let dovecot = Dovecot::start(&scene, "").await?;
        dovecot.deliver(SAM, &message("before")).await?;
        let desktop = Desktop::start(&scene, Parts::default()).await?;
        let (host, port) = (place::address().to_string(), dovecot.imaps.to_string());
        let ca_file = dovecot.certificate.ca.display().to_string();
        let arguments = [
            ["account", "add"].as_slice(),
            &["sam@example.org", "--no-xmpp"],
            &["--imap", &host, "--imap-port", &port, "--imap-user", SAM],
            &["--imap-ca-file", &ca_file],
        ];
        let mut add = desktop.start_program("mailwrenctl", &arguments.concat()).await?;
        // It goes into the desktop's keyring, and the app has it from there.
        add.write_line(&format!("{SAM}-secret")).await?;
        ensure!(add.exit().await?.success(), "account add: {:?}", add.complained());
        let told = desktop.notifications().await?;
        let _app = desktop.start_program("mailwren", &["--hidden"]).await?;
        desktop
            .status(|status| {
                let account = &status["accounts"][0];
                account["unread"] == 1 && account["nodes"][0]["acts"] == true
            })
            .await?;
        dovecot.deliver(SAM, &message("new")).await?;
        let popup = told.one("a popup of the mail", |one| one.body.contains("new")).await?;
        ensure!(popup.summary.contains("Zoë"), "{popup:#?}");
        desktop.press(&popup, "Archive").await?;
        holds(&dovecot, "Archive", &["new"]).await?;
        holds(&dovecot, "INBOX", &["before"]).await?;
        Ok(())
    })
}
