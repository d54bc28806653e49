//! What a person does to a mail on a device reaches its mailbox: real Dovecot behind the bridge, and real Prosody and ejabberd between
//! it and the devices.

use std::os::unix::fs::PermissionsExt;

use anyhow::{Context as _, Result, ensure};
use mailwren_tests::ctl::{Finished, Home, Watch};
use mailwren_tests::desktop::{Desktop, Parts};
use mailwren_tests::dovecot::Dovecot;
use mailwren_tests::process::Process;
use mailwren_tests::publisher::Publisher;
use mailwren_tests::server::{Kind, SAM, STRANGER, Server, jid, password};
use mailwren_tests::{Scene, eventually, on_both_servers, place, scene};
use serde_json::Value;

on_both_servers!(
    what_is_archived_on_a_device_is_archived_and_comes_back_by_undo,
    a_strangers_command_is_refused_and_does_nothing,
);

/// Starts the bridge with access to Sam's mailbox.
async fn bridge(scene: &Scene, server: &Server, dovecot: &Dovecot) -> Result<Process> {
    let mut home = Home::new(scene, "machine")?;
    home.log = Some("mailwren_engine=info");
    let secret = scene.path().join("imap.password");
    std::fs::write(&secret, format!("{SAM}-secret\n"))?;
    std::fs::set_permissions(&secret, PermissionsExt::from_mode(0o600))?;
    home.configure(server.account(SAM), &password(SAM))?;
    let mailbox = format!(
        "\n[bridge]\n[[bridge.mailbox]]\nname = \"sam\"\nimap = {{ host = \"{}\", port = {}, ca_file = \"{}\", \
         user = \"{SAM}\", password = {{ file = \"{}\" }} }}\n",
        place::address(),
        dovecot.imaps,
        dovecot.certificate.ca.display(),
        secret.display()
    );
    let config = std::fs::read_to_string(home.config())?;
    std::fs::write(home.config(), config + &mailbox)?;
    home.ctl(&["bridge"]).await
}

async fn device(scene: &Scene, server: &Server, name: &str) -> Result<(Home, Watch)> {
    let home = Home::new(scene, name)?;
    let mut account = server.account(SAM);
    account.pep = true;
    home.configure(account, &password(SAM))?;
    let watch = home.watch().await?;
    Ok((home, watch))
}

fn message(subject: &str) -> String {
    format!(
        "From: Zoe <zoe@example.org>\r\nTo: sam@example.org\r\nSubject: {subject}\r\nMessage-ID: <{subject}@example.org>\r\n\r\n\
         Words.\r\n"
    )
}

async fn reaches_the_mailbox(home: &Home, reaches: bool) -> Result<()> {
    eventually(format!("a bridge reaches the mailbox: {reaches}"), async || {
        let status = home.run(&["status", "--json"]).await?.json()?;
        let acts = |status: &Value| status["accounts"][0]["nodes"][0]["acts"] == reaches;
        Ok(status.iter().any(acts).then_some(()))
    })
    .await
}

async fn row_of(home: &Home, subject: &str) -> Result<Option<Value>> {
    let rows = home.run(&["feed", "list", "--json"]).await?.json()?;
    Ok(rows.into_iter().find(|row| row["subject"] == subject))
}

async fn seq_of(home: &Home, subject: &str) -> Result<String> {
    let row = row_of(home, subject).await?.context("it isn't in the feed")?;
    Ok(row["seq"].to_string())
}

fn says(finished: &Finished, words: &str) -> Result<()> {
    ensure!(finished.status.success() && finished.stdout == [words], "{finished:#?}");
    Ok(())
}

/// Waits until a folder holds just these, by subject; with one of their flags.
async fn holds(dovecot: &Dovecot, name: &str, wanted: &[(&str, &str)]) -> Result<()> {
    eventually(format!("{name} holds {wanted:?}"), async || {
        let held = dovecot.folder(SAM, name).await?;
        let same = |((subject, flags), (other, flag)): (&(String, String), &(&str, &str))| {
            subject == other && flags.contains(flag)
        };
        Ok((held.len() == wanted.len() && held.iter().zip(wanted).all(same)).then_some(()))
    })
    .await
}

#[test]
fn archive_and_delete_at_a_popup_reach_the_mailbox() -> Result<()> {
    scene(async |scene| {
        let server = Server::start(Kind::Prosody, &scene).await?;
        let dovecot = Dovecot::start(&scene, "").await?;
        let _bridge = bridge(&scene, &server, &dovecot).await?;
        let desktop = Desktop::start(&scene, Parts::default()).await?;
        desktop.add_account_with(&server, &[]).await?;
        let told = desktop.notifications().await?;
        let _app = desktop.start_program("mailwren", &["--hidden"]).await?;
        desktop
            .status(|status| status["accounts"][0]["nodes"][0]["acts"] == true)
            .await?;
        for (label, folder) in [("Archive", "Archive"), ("Delete", "Trash")] {
            dovecot.deliver(SAM, &message(label)).await?;
            let popup = told.one("a popup of the mail", |one| one.body.contains(label)).await?;
            desktop.choose_action(label).await?;
            holds(&dovecot, folder, &[(label, "")]).await?;
            holds(&dovecot, "INBOX", &[]).await?;
            told.closed(popup.id.context("the popup has no id")?).await?;
        }
        Ok(())
    })
}

fn what_is_archived_on_a_device_is_archived_and_comes_back_by_undo(kind: Kind) -> Result<()> {
    scene(async |scene| {
        let server = Server::start(kind, &scene).await?;
        let (desk, at_desk) = device(&scene, &server, "desk").await?;
        let (_, on_lap) = device(&scene, &server, "lap").await?;
        let dovecot = Dovecot::start(&scene, "").await?;
        let mut bridge = bridge(&scene, &server, &dovecot).await?;
        reaches_the_mailbox(&desk, true).await?;
        for subject in ["first", "second"] {
            dovecot.deliver(SAM, &message(subject)).await?;
            at_desk.event(subject).await?;
        }
        let gone = on_lap.event("first").await?;
        let (first, second) = (seq_of(&desk, "first").await?, seq_of(&desk, "second").await?);

        says(&desk.run(&["feed", "archive", &first]).await?, "Archived")?;
        holds(&dovecot, "Archive", &[("first", "")]).await?;
        holds(&dovecot, "INBOX", &[("second", "")]).await?;
        let item = gone["item"].as_str().context("no item")?;
        on_lap
            .process
            .stdout("it is gone on the other device", 0, |line| {
                let event: Value = serde_json::from_str(line).ok()?;
                (event["kind"] == "gone" && event["item"] == item).then_some(())
            })
            .await?;
        ensure!(row_of(&desk, "first").await?.is_none(), "it is in the feed");

        says(&desk.run(&["feed", "archive", &first, "--off"]).await?, "1 taken back")?;
        holds(&dovecot, "Archive", &[]).await?;
        holds(&dovecot, "INBOX", &[("second", ""), ("first", "")]).await?;
        // It has another UID now, and so another item, and is the same mail: one unread row.
        eventually("it is in the feed once", async || {
            let rows = desk.run(&["feed", "list", "--json"]).await?.json()?;
            let unread = rows
                .iter()
                .filter(|row| row["subject"] == "first" && row["unread"] == true);
            let uids: Vec<&Value> = unread.map(|row| &row["uid"]).collect();
            Ok((uids.len() == 1 && *uids[0] == 3).then_some(()))
        })
        .await?;

        says(&desk.run(&["feed", "mark-read", &second]).await?, "Marked 1 read")?;
        holds(&dovecot, "INBOX", &[("second", "\\Seen"), ("first", "")]).await?;
        says(&desk.run(&["feed", "delete", &second]).await?, "Moved to the trash")?;
        holds(&dovecot, "Trash", &[("second", "")]).await?;
        let again = desk.run(&["feed", "junk", &second]).await?;
        ensure!(
            again.stderr.iter().any(|line| line.contains("no mail any more")),
            "{again:#?}"
        );

        ensure!(bridge.terminate().await?.success(), "it doesn't end in order");
        reaches_the_mailbox(&desk, false).await
    })
}

fn a_strangers_command_is_refused_and_does_nothing(kind: Kind) -> Result<()> {
    scene(async |scene| {
        let server = Server::start(kind, &scene).await?;
        let (desk, at_desk) = device(&scene, &server, "desk").await?;
        let dovecot = Dovecot::start(&scene, "").await?;
        let bridge = bridge(&scene, &server, &dovecot).await?;
        let address = bridge
            .stderr("it takes commands", 0, |line| {
                let (_, address) = line.split_once("taking commands at=")?;
                Some(address.trim().to_owned())
            })
            .await?;
        for subject in ["mine", "other"] {
            dovecot.deliver(SAM, &message(subject)).await?;
            at_desk.event(subject).await?;
        }
        let event = at_desk.event("mine").await?;
        let command = format!(
            "<iq type='set' id='x1' to='{address}'><command xmlns='http://jabber.org/protocol/commands' \
             node='urn:mailwren:act:0#delete' action='execute'><x xmlns='jabber:x:data' type='submit'>\
             <field var='service'><value>{}</value></field><field var='node'><value>urn:mailwren:mail:0</value></field>\
             <field var='items'><value>{}</value></field></x></command></iq>",
            jid(SAM),
            event["item"].as_str().context("no item")?
        );
        let mut stranger = Publisher::connect(&scene, &server, STRANGER).await?;
        stranger.send(&command).await?;
        // What the owner's device asks for comes later, and is done.
        reaches_the_mailbox(&desk, true).await?;
        let other = seq_of(&desk, "other").await?;
        says(&desk.run(&["feed", "archive", &other]).await?, "Archived")?;
        holds(&dovecot, "INBOX", &[("mine", "")]).await
    })
}
