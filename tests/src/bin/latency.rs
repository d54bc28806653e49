//! `latency`: how long it takes from a mail's delivery to an event at `mailwrenctl watch`, beside a plain IDLE client, with
//! the same mails in the same run. `make bench-latency` runs it; docs/benchmarks.md shows what came out.
//!
//! One Dovecot, one mailbox. Its OX driver tells the bridge, which publishes to Sam's account. The bridge looks into the same
//! mailbox by IMAP as well, and publishes what it finds there to another account. One `watch` listens to both. The IDLE
//! client is on the mailbox itself. Time begins when LMTP's final dot is sent.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use clap::Parser;
use mailwren_tests::ctl::Home;
use mailwren_tests::dovecot::Dovecot;
use mailwren_tests::figures::{self, Durations, machine, milliseconds};
use mailwren_tests::process::Process;
use mailwren_tests::publisher::Publisher;
use mailwren_tests::server::{Kind, PUBLISHER, SAM, Server, jid, own_node, password};
use mailwren_tests::{Scene, eventually, place, scene_within};
use serde_json::Value;

/// Mails are so far apart, so that nothing is told of two at once.
const APART: Duration = Duration::from_secs(2);
/// The push chain has to be so many times faster than IDLE.
const TIMES: u32 = 10;
/// When the run is given up.
const LIMIT: Duration = Duration::from_secs(1_800);
/// No character of it means anything in a URL.
const SECRET: &str = "a3f09c17b2";

#[derive(Debug, Parser)]
struct Arguments {
    /// How many mails.
    #[arg(long, default_value_t = 30)]
    mails: usize,
    /// Five mails, and no judgement: whether it runs at all.
    #[arg(long)]
    quick: bool,
}

/// The ways that a mail goes.
#[derive(Debug, Default)]
struct Ways {
    ox: Durations,
    imap: Durations,
    idle: Durations,
}

impl Ways {
    fn named(&self) -> [(&'static str, &'static str, &Durations); 3] {
        [
            ("ox", "Dovecot's OX driver → bridge → Prosody → watch", &self.ox),
            ("imap", "Dovecot → bridge (IMAP) → Prosody → watch", &self.imap),
            ("idle", "a plain IDLE client, to the fetched envelope", &self.idle),
        ]
    }

    fn print(&self) {
        println!("| from LMTP's final dot to the event | n | p50 | p95 | longest |\n|---|---|---|---|---|");
        for (_, name, durations) in self.named() {
            let [p50, p95, longest] = [50, 95, 100].map(|percent| milliseconds(durations.percentile(percent)));
            let count = durations.count();
            println!("| {name} | {count} | {p50:.1} ms | {p95:.1} ms | {longest:.1} ms |");
        }
    }
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let mails = if arguments.quick { 5 } else { arguments.mails };
    let mut ways = Ways::default();
    scene_within(LIMIT, async |scene| measure(&scene, mails, &mut ways).await)?;
    println!("{}\n", machine());
    ways.print();
    let figures = ways
        .named()
        .map(|(key, _, durations)| (key.to_owned(), durations.json()));
    figures::keep("latency", figures.into_iter().collect())?;
    let (ox, idle) = (ways.ox.percentile(50), ways.idle.percentile(50));
    if arguments.quick {
        return Ok(());
    }
    println!(
        "Push is {:.0} times faster than IDLE at p50.",
        idle.as_secs_f64() / ox.as_secs_f64()
    );
    if ox * TIMES > idle {
        bail!("it should be {TIMES} times faster");
    }
    Ok(())
}

async fn measure(scene: &Scene, mails: usize, ways: &mut Ways) -> Result<()> {
    let server = Server::start(Kind::Prosody, scene).await?;
    let listen = format!("{}:{}", place::address(), place::port());
    let dovecot = Dovecot::start(scene, &ox_driver(&listen)).await?;
    dovecot
        .doveadm(&[
            "mailbox",
            "metadata",
            "set",
            "-s",
            "-u",
            SAM,
            "",
            "/private/vendor/vendor.dovecot/http-notify",
            &format!("user={SAM}"),
        ])
        .await?;
    // The mailbox is there from its first mail on.
    dovecot.deliver(SAM, &message("before")).await?;
    dovecot.imap(SAM, &["STORE 1 +FLAGS (\\Seen)"]).await?;

    let mut machine = Home::new(scene, "machine")?;
    machine.log = Some("mailwren_engine=info");
    let accounts = accounts(scene, &server)?;
    let bridge = format!("{accounts}{}", bridge(scene, &listen, &dovecot)?);
    std::fs::write(machine.config(), bridge)?;
    let device = Home::new(scene, "device")?;
    std::fs::write(device.config(), accounts)?;
    let watch = device.watch().await?;
    for user in [SAM, PUBLISHER] {
        let mut other = Publisher::connect(scene, &server, user).await?;
        eventually("the node is there", async || {
            Ok(Some(other.items(&own_node(user)).await?))
        })
        .await?;
    }
    let bridge = machine.ctl(&["bridge"]).await?;
    let connected = |line: &str| line.contains("connected").then_some(());
    bridge.stderr("it is connected to Dovecot", 0, connected).await?;
    let mut idle = dovecot.idle(SAM).await?;

    // The first ones make nodes, sessions and caches.
    for number in 0..mails + 2 {
        let began = Instant::now();
        let subject = format!("mail {number}");
        let mail = message(&subject);
        let (dot, ox, imap, idle) = tokio::try_join!(
            dovecot.deliver(SAM, &mail),
            event(&watch.process, SAM, &subject),
            event(&watch.process, PUBLISHER, &subject),
            idle.arrival(),
        )?;
        ensure!(idle.0.contains(&subject), "another envelope: {}", idle.0);
        if number >= 2 {
            for (durations, there) in [(&mut ways.ox, ox), (&mut ways.imap, imap), (&mut ways.idle, idle.1)] {
                durations.add(there.saturating_duration_since(dot));
            }
        }
        tokio::time::sleep(APART.saturating_sub(began.elapsed())).await;
    }
    Ok(())
}

/// When the event is there that tells an account of a mail.
async fn event(watch: &Process, user: &str, subject: &str) -> Result<Instant> {
    let account = jid(user);
    watch
        .stdout(&format!("{subject} at {account}"), 0, |line| {
            // Without reading old lines anew as JSON each time.
            let here = line.contains(&format!("\"{subject}\"")) && line.contains(&account);
            let event: Value = here.then(|| serde_json::from_str(line).ok())??;
            (event["subject"] == subject && event["account"] == account).then_some(())
        })
        .await?;
    Ok(Instant::now())
}

fn message(subject: &str) -> String {
    format!(
        "From: Zoe <zoe@example.org>\r\nTo: sam@example.org\r\nSubject: {subject}\r\nMessage-ID: <{}@example.org>\r\n\
         Date: Tue, 24 Nov 2026 22:00:00 +0100\r\n\r\nWords of it.\r\n",
        subject.replace(' ', "-")
    )
}

fn ox_driver(listen: &str) -> String {
    format!(
        "mail_attribute_dict = file:%h/dovecot-attributes\n\
         protocol lmtp {{\n  mail_plugins = $mail_plugins notify push_notification\n}}\n\
         plugin {{\n  push_notification_driver = ox:url=http://mailwren:{SECRET}@{listen}/notify\n}}\n"
    )
}

/// Sam's account and the one that gets what IMAP tells, for bridge and device.
fn accounts(scene: &Scene, server: &Server) -> Result<String> {
    let account = |user: &str| {
        let file = keep(scene, user, &password(user))?;
        anyhow::Ok(format!(
            "[[account]]\njid = \"{}\"\nhost = \"{}\"\nport = {}\nsecurity = \"direct\"\nca_file = \"{}\"\npassword = {{ file = \
             \"{file}\" }}\n",
            jid(user),
            server.host,
            server.direct,
            server.certificate.ca.display()
        ))
    };
    Ok(account(SAM)? + &account(PUBLISHER)?)
}

fn bridge(scene: &Scene, listen: &str, dovecot: &Dovecot) -> Result<String> {
    let secret = keep(scene, "http", SECRET)?;
    let imap = keep(scene, "imap", &format!("{SAM}-secret"))?;
    Ok(format!(
        "[bridge]\nlisten = \"{listen}\"\nsecret = {{ file = \"{secret}\" }}\n\
         [[bridge.mailbox]]\nname = \"ox\"\naccount = \"{}\"\nhttp = {{ user = \"{SAM}\" }}\n\
         [[bridge.mailbox]]\nname = \"imap\"\naccount = \"{}\"\nimap = {{ host = \"{}\", port = {}, ca_file = \"{}\", user = \
         \"{SAM}\", password = {{ file = \"{imap}\" }} }}\n",
        jid(SAM),
        jid(PUBLISHER),
        place::address(),
        dovecot.imaps,
        dovecot.certificate.ca.display()
    ))
}

fn keep(scene: &Scene, name: &str, secret: &str) -> Result<String> {
    let path = scene.folder("secrets")?.join(name);
    write(&path, secret)?;
    Ok(path.display().to_string())
}

fn write(path: &Path, secret: &str) -> Result<()> {
    std::fs::write(path, format!("{secret}\n"))?;
    Ok(std::fs::set_permissions(path, PermissionsExt::from_mode(0o600))?)
}
