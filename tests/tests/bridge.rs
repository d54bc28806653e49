//! `mailwrenctl bridge`, as docs/bridge.md sets it up: real Dovecot delivers by LMTP and tells the bridge, which publishes
//! on real Prosody and ejabberd, and a device is told.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use mailwren_core::account::Subscription;
use mailwren_core::heartbeat::PUBLISHER_NODE;
use mailwren_tests::ctl::{Home, Watch};
use mailwren_tests::dovecot::Dovecot;
use mailwren_tests::page::Page;
use mailwren_tests::process::Process;
use mailwren_tests::publisher::Publisher;
use mailwren_tests::server::{DOMAIN, Kind, SAM, Server, jid, own_node, password};
use mailwren_tests::{Scene, eventually, on_both_servers, place, scene};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

on_both_servers!(
    mail_is_told_once_and_goes_everywhere_once_it_is_read,
    what_dovecot_repeats_and_what_waited_for_the_server_is_told_once_and_in_order,
);

/// No character of it means anything in a URL.
const SECRET: &str = "a3f09c17b2";

/// The machine where Sam's mail is delivered.
struct MailServer {
    page: Page,
    home: Home,
    /// Where the bridge listens.
    listen: String,
    secrets: PathBuf,
}

impl MailServer {
    fn lay_out(scene: &Scene, server: &Server) -> Result<Self> {
        let home = Home::new(scene, "mail-server")?;
        let machine = Self {
            page: Page::read("bridge.md")?,
            secrets: scene.folder("mail-server/secrets")?,
            listen: format!("{}:{}", place::address(), place::port()),
            home,
        };
        machine.keep("http-secret", SECRET)?;
        machine.keep("sam.password", &password(SAM))?;
        // The test's server isn't in DNS, and its authority is its own.
        let config = machine.adapted(machine.page.block("toml", "[[account]]")?);
        let reach = format!(
            "[[account]]\nhost = \"{}\"\nport = {}\nsecurity = \"direct\"\nca_file = \"{}\"",
            server.host,
            server.direct,
            server.certificate.ca.display()
        );
        std::fs::write(machine.home.config(), config.replace("[[account]]", &reach))?;
        Ok(machine)
    }

    fn keep(&self, name: &str, secret: &str) -> Result<()> {
        let path = self.secrets.join(name);
        std::fs::write(&path, format!("{secret}\n"))?;
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600))?;
        Ok(())
    }

    /// A block of the page, with this test's addresses, paths and secret.
    fn adapted(&self, block: &str) -> String {
        let script = place::scripts().join("../packaging/dovecot/mailwren.lua");
        block
            .replace("127.0.0.1:8025", &self.listen)
            .replace(
                "/usr/share/mailwren/dovecot/mailwren.lua",
                &script.display().to_string(),
            )
            .replace("/etc/mailwren", &self.secrets.display().to_string())
            .replace("SECRET", SECRET)
            .replace("sam@example.org", &jid(SAM))
    }

    async fn bridge(&self) -> Result<Process> {
        let bridge = self.home.ctl(&["bridge"]).await?;
        let listening = format!("Listening on {}.", self.listen);
        bridge
            .stdout("it listens", 0, |line| (line == listening).then_some(()))
            .await?;
        Ok(bridge)
    }

    async fn dovecot(&self, scene: &Scene, language: &str) -> Result<Dovecot> {
        Dovecot::start(scene, &self.adapted(self.page.block(language, "")?)).await
    }

    async fn with_ox_driver(&self, scene: &Scene) -> Result<Dovecot> {
        let dovecot = self.dovecot(scene, "dovecot-ox").await?;
        let command = self.page.block("sh", "doveadm")?.trim().replace("\"\"", "-");
        let arguments: Vec<&str> = command
            .split(' ')
            .skip(1)
            .map(|word| if word == "-" { "" } else { word })
            .collect();
        dovecot.doveadm(&arguments).await?;
        Ok(dovecot)
    }

    async fn all_is_sent(&self) -> Result<()> {
        eventually("the outbox is empty", async || {
            let waiting = self.home.run(&["outbox", "--json"]).await?.json()?;
            Ok(waiting.is_empty().then_some(()))
        })
        .await
    }
}

fn message(subject: &str) -> String {
    format!(
        "From: =?utf-8?q?Zo=C3=AB?= <zoe@example.org>\r\nTo: sam@example.org\r\nSubject: =?utf-8?q?{}_=E2=9C=93?=\r\n\
         Message-ID: <{}@example.org>\r\nDate: Tue, 24 Nov 2026 22:00:00 +0100\r\n\r\nWords of it.\r\n",
        subject.replace(' ', "_"),
        subject.replace(' ', "-")
    )
}

/// The subject of such a message, decoded.
fn told(subject: &str) -> String {
    format!("{subject} ✓")
}

/// A device of Sam's that listens to his own node.
async fn device(scene: &Scene, server: &Server) -> Result<(Home, Watch)> {
    let home = Home::new(scene, "device")?;
    let mut account = server.account(SAM);
    account.pep = true;
    home.configure(account, &password(SAM))?;
    let watch = home.watch().await?;
    // It makes the node, so that it hears of the first mail ever.
    let mut sam = Publisher::connect(scene, server, SAM).await?;
    eventually("the node is there", async || Ok(Some(sam.items(&own_node(SAM)).await?))).await?;
    Ok((home, watch))
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

fn mail_is_told_once_and_goes_everywhere_once_it_is_read(kind: Kind) -> Result<()> {
    scene(async |scene| {
        let server = Server::start(kind, &scene).await?;
        let machine = MailServer::lay_out(&scene, &server)?;
        let checked = machine.home.run(&["bridge", "--check"]).await?;
        ensure!(
            checked.stdout == [format!("In order: 1 mailbox, listening on {}.", machine.listen)],
            "{checked:#?}"
        );
        let dovecot = machine.dovecot(&scene, "dovecot-lua").await?;
        let mut bridge = machine.bridge().await?;
        let (_, watch) = device(&scene, &server).await?;

        dovecot.deliver(SAM, &message("first")).await?;
        let first = watch.event(&told("first")).await?;
        ensure!(
            first["from"]["name"] == "Zoë" && first["snippet"] == "Words of it." && first["uid"] == 1,
            "{first:#}"
        );
        dovecot.deliver(SAM, &message("second")).await?;
        let second = watch.event(&told("second")).await?;
        dovecot.imap(SAM, &["STORE 1 +FLAGS (\\Seen)"]).await?;
        is_gone(&watch, &first).await?;
        dovecot.imap(SAM, &["STORE 2 +FLAGS (\\Deleted)", "EXPUNGE"]).await?;
        is_gone(&watch, &second).await?;
        // Somebody whom the bridge doesn't know.
        dovecot.deliver("zoe", &message("not for Sam")).await?;
        dovecot.deliver(SAM, &message("third")).await?;
        watch.event(&told("third")).await?;
        machine.all_is_sent().await?;
        ensure!(
            watch.subjects()? == ["first", "second", "third"].map(told),
            "{:?}",
            watch.subjects()
        );

        let mut sam = Publisher::connect(&scene, &server, SAM).await?;
        ensure!(
            sam.items(&own_node(SAM)).await?.len() == 1,
            "the node mirrors what is unread"
        );
        let publisher = Subscription {
            service: jid(SAM),
            node: PUBLISHER_NODE.to_owned(),
        };
        eventually("the bridge tells that it lives", async || {
            Ok((sam.items(&publisher).await?.len() == 1).then_some(()))
        })
        .await?;
        ensure!(bridge.terminate().await?.success(), "it doesn't end in order");
        let said = bridge.complained().join("\n");
        ensure!(
            !said.contains("Words") && !said.contains("first") && !said.contains(SECRET),
            "{said}"
        );
        Ok(())
    })
}

fn what_dovecot_repeats_and_what_waited_for_the_server_is_told_once_and_in_order(kind: Kind) -> Result<()> {
    scene(async |scene| {
        let mut server = Server::start(kind, &scene).await?;
        let machine = MailServer::lay_out(&scene, &server)?;
        let dovecot = machine.with_ox_driver(&scene).await?;
        let mut bridge = machine.bridge().await?;
        let (_, watch) = device(&scene, &server).await?;
        dovecot.deliver(SAM, &message("before")).await?;
        watch.event(&told("before")).await?;

        // A frozen bridge holds delivery up for a few seconds and no longer; then Dovecot has told twice.
        bridge.signal(Signal::STOP)?;
        dovecot.deliver(SAM, &message("frozen")).await?;
        bridge.signal(Signal::CONT)?;
        watch.event(&told("frozen")).await?;
        // A frozen XMPP server holds up neither delivery nor a pipe, and loses nothing of what they handed in.
        let server_process =
            Pid::from_raw(i32::try_from(server.id().context("it isn't running")?)?).context("no process")?;
        kill_process(server_process, Signal::STOP)?;
        dovecot.deliver(SAM, &message("server frozen")).await?;
        let piped = machine.home.publish(&message("piped"), &[]).await?;
        kill_process(server_process, Signal::CONT)?;
        ensure!(piped.status.success(), "{piped:#?}");
        watch.event(&told("server frozen")).await?;
        watch.event(&told("piped")).await?;

        server.down().await?;
        for n in 1..=3 {
            dovecot.deliver(SAM, &message(&format!("missed {n}"))).await?;
        }
        bridge.signal(Signal::KILL)?;
        bridge.exit().await?;
        let waiting = machine.home.run(&["outbox", "--json"]).await?.json()?;
        ensure!(waiting.len() == 3, "{waiting:#?}");
        let bridge = machine.bridge().await?;
        dovecot.deliver(SAM, &message("missed 4")).await?;
        server.up().await?;
        watch.event(&told("missed 4")).await?;
        machine.all_is_sent().await?;
        let all = [
            "before",
            "frozen",
            "server frozen",
            "piped",
            "missed 1",
            "missed 2",
            "missed 3",
            "missed 4",
        ];
        ensure!(watch.subjects()? == all.map(told), "{:?}", watch.subjects());
        drop(bridge);
        Ok(())
    })
}

#[test]
fn a_mail_server_with_another_secret_is_refused_and_delivers_all_the_same() -> Result<()> {
    scene(async |scene| {
        let server = Server::start(Kind::Prosody, &scene).await?;
        let machine = MailServer::lay_out(&scene, &server)?;
        let bridge = machine.bridge().await?;
        machine.keep("http-secret", "another")?;
        let dovecot = machine.dovecot(&scene, "dovecot-lua").await?;
        dovecot.deliver(SAM, &message("never")).await?;
        dovecot.logs("mailwren bridge: 401").await?;
        bridge
            .stderr("it says so", 0, |line| {
                line.contains("without the right secret").then_some(())
            })
            .await?;
        ensure!(
            machine.home.run(&["outbox", "--json"]).await?.stdout.is_empty(),
            "it was taken in"
        );
        Ok(())
    })
}

#[test]
fn the_pages_servers_are_those_of_the_tests() -> Result<()> {
    let page = Page::read("bridge.md")?;
    for (kind, language) in [(Kind::Prosody, "prosody"), (Kind::Ejabberd, "ejabberd")] {
        scene(async |scene| {
            let server = Server::start(kind, &scene).await?;
            let config = std::fs::read_to_string(server.config())?;
            for line in page.block(language, "")?.lines() {
                let line = line.replace("example.org", DOMAIN);
                ensure!(config.lines().any(|other| other == line), "{line:?} isn't in\n{config}");
            }
            Ok(())
        })?;
    }
    Ok(())
}
