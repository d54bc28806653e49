//! `arrival`: how long it takes from a mail's delivery to the notification on the desktop, beside Mailnag, on the same mail
//! server and the same desktop in the same run. `make bench-arrival` runs it; docs/benchmarks.md shows what came out.
//!
//! One Dovecot with a mailbox for each way. In each round every mailbox gets a mail, one after the other, so that no way is in
//! another's way; time begins when LMTP's final dot is sent, and ends when `Notify` is on the session bus. After each round
//! the mails of those that look into their mailbox are read, so that nobody has a heap of unread mail to work through.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Parser;
use mailwren_core::account::{Account, MailServer, PasswordSource};
use mailwren_tests::ctl::Home;
use mailwren_tests::desktop::notifications::Notifications;
use mailwren_tests::desktop::{Desktop, Parts};
use mailwren_tests::dovecot::Dovecot;
use mailwren_tests::figures::{Durations, keep, machine};
use mailwren_tests::process::Process;
use mailwren_tests::resident::{RESIDENT, Resident};
use mailwren_tests::server::{Kind, PUBLISHER, SAM, Server, jid, password};
use mailwren_tests::{Scene, eventually, mailnag, place, scene_within};
use serde_json::{Value, json};
use tokio::net::TcpStream;

/// Rounds are so far apart, so that nobody makes one popup of two mails.
const APART: Duration = Duration::from_millis(2_500);
/// The first rounds make nodes, sessions and caches.
const UNCOUNTED: usize = 2;
/// Push has to be so many times faster than Mailnag.
const TIMES: u32 = 10;
/// When the run is given up.
const LIMIT: Duration = Duration::from_secs(3_600);
/// No character of it means anything in a URL.
const SECRET: &str = "a3f09c17b2";
/// Whose mailbox Mailwren looks into by itself.
const LOOKING: &str = "looking";
/// Whose mailbox Mailnag looks into.
const NAGGED: &str = "nagged";

#[derive(Debug, Parser)]
struct Arguments {
    /// How many mails each way.
    #[arg(long, default_value_t = 30)]
    mails: usize,
    /// Five mails, and no judgement: whether it runs at all.
    #[arg(long)]
    quick: bool,
    /// The program of Mailwren's that shows the notifications, with its arguments.
    #[arg(long, default_value = RESIDENT)]
    program: String,
}

/// A way that mails go, by whose mailbox they are delivered to.
#[derive(Debug)]
struct Way {
    key: &'static str,
    name: &'static str,
    user: &'static str,
    durations: Durations,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let mails = if arguments.quick { 5 } else { arguments.mails };
    let way = |key, name, user| Way {
        key,
        name,
        user,
        durations: Durations::default(),
    };
    let mut ways = [
        way("prosody", "Dovecot's OX driver → bridge → Prosody → Mailwren", SAM),
        way(
            "ejabberd",
            "Dovecot's OX driver → bridge → ejabberd → Mailwren",
            PUBLISHER,
        ),
        way("imap", "Dovecot → Mailwren, without XMPP", LOOKING),
        way("mailnag", "Dovecot → Mailnag", NAGGED),
    ];
    scene_within(LIMIT, async |scene| {
        measure(&scene, &arguments.program, mails, &mut ways).await
    })?;
    println!("{}\n", machine());
    println!("| from LMTP's final dot to `Notify` | n | p50 | p95 | longest |\n|---|---|---|---|---|");
    for way in &ways {
        println!("| {} | {} |", way.name, way.durations.cells(&[50, 95, 100]));
    }
    let found = ways.iter().map(|way| (way.key.to_owned(), way.durations.json()));
    keep(
        "arrival",
        json!({ "program": arguments.program, "ways": Value::Object(found.collect()) }),
    )?;
    if arguments.quick {
        return Ok(());
    }
    let [prosody, ejabberd, imap, mailnag] = ways.map(|way| way.durations.percentile(50));
    let times = |push: Duration| mailnag.as_secs_f64() / push.as_secs_f64();
    println!(
        "Push is {:.0} (Prosody) and {:.0} (ejabberd) times faster than Mailnag at p50.",
        times(prosody),
        times(ejabberd)
    );
    if prosody.max(ejabberd) * TIMES > mailnag {
        bail!("it should be {TIMES} times faster");
    }
    if imap > mailnag {
        bail!("without XMPP, Mailwren is slower than Mailnag");
    }
    Ok(())
}

async fn measure(scene: &Scene, program: &str, mails: usize, ways: &mut [Way]) -> Result<()> {
    let prosody = Server::start(Kind::Prosody, scene).await?;
    let ejabberd = Server::start(Kind::Ejabberd, scene).await?;
    let listen = format!("{}:{}", place::address(), place::port());
    let dovecot = Dovecot::start(scene, &ox_driver(&listen)).await?;
    for way in ways.iter() {
        // A mailbox is there from its first mail on.
        dovecot.deliver(way.user, message("before")).await?;
        dovecot.imap(way.user, &["STORE 1 +FLAGS (\\Seen)"]).await?;
    }
    let pushed = [(SAM, &prosody), (PUBLISHER, &ejabberd)];
    let parts = Parts {
        tray: "none",
        ..Parts::default()
    };
    let desktop = Desktop::start(scene, parts).await?;
    let told = desktop.notifications().await?;
    let mut residents = Vec::new();
    for (user, server) in pushed {
        let home = Home::new(scene, &format!("home-{user}"))?;
        let account = Account {
            pep: true,
            ..server.account(user)
        };
        home.configure(account, &password(user))?;
        residents.push(Resident::start(&desktop, home, program).await?);
    }
    let home = Home::new(scene, "home-looking")?;
    home.configure_as(&without_xmpp(&dovecot, LOOKING))?;
    residents.push(Resident::start(&desktop, home, program).await?);
    // It publishes on the nodes that the residents have made.
    let _bridge = bridge(scene, &dovecot, &listen, pushed).await?;
    let mailnag = mailnag::command(&desktop, SocketAddr::new(place::address(), dovecot.imaps), NAGGED).await?;
    let _mailnag = Process::start("mailnag", scene.path(), mailnag).await?;

    for number in 0..mails + UNCOUNTED {
        let began = Instant::now();
        for way in ways.iter_mut() {
            let took = arrival(&dovecot, &told, way, number).await?;
            if number >= UNCOUNTED {
                way.durations.add(took);
            }
        }
        for user in [LOOKING, NAGGED] {
            dovecot.imap(user, &["STORE 1:* +FLAGS (\\Seen)"]).await?;
        }
        desktop.run("dunstctl", &["close-all"]).await?;
        tokio::time::sleep(APART.saturating_sub(began.elapsed())).await;
    }
    Ok(())
}

/// From a mail's final dot to its notification.
async fn arrival(dovecot: &Dovecot, told: &Notifications, way: &Way, number: usize) -> Result<Duration> {
    let subject = format!("mail {number:04} for {}", way.user);
    let dot = dovecot.deliver(way.user, message(&subject)).await?;
    let notification = told.one(&subject, |one| one.body.contains(&subject)).await?;
    Ok(notification.at.saturating_duration_since(dot))
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

fn without_xmpp(dovecot: &Dovecot, user: &str) -> Account {
    let imap = MailServer {
        port: Some(dovecot.imaps),
        user: Some(user.to_owned()),
        password: PasswordSource::Command(vec!["echo".to_owned(), format!("{user}-secret")]),
        ca_file: Some(dovecot.certificate.ca.display().to_string()),
        ..MailServer::new(place::address().to_string())
    };
    Account {
        xmpp: false,
        imap: Some(imap),
        ..Account::new(format!("{user}@example.org"))
    }
}

/// One bridge, which Dovecot tells of mail, and which publishes to an account on each server.
async fn bridge(scene: &Scene, dovecot: &Dovecot, listen: &str, pushed: [(&str, &Server); 2]) -> Result<Process> {
    let mut machine = Home::new(scene, "machine")?;
    machine.log = Some("mailwren_engine=info");
    let mut config = format!(
        "[bridge]\nlisten = \"{listen}\"\nsecret = {{ file = \"{}\" }}\n",
        keep_secret(scene, "http", SECRET)?
    );
    for (user, server) in pushed {
        let metadata = "/private/vendor/vendor.dovecot/http-notify";
        let value = format!("user={user}");
        let arguments = ["mailbox", "metadata", "set", "-s", "-u", user, "", metadata, &value];
        dovecot.doveadm(&arguments).await?;
        config += &format!(
            "[[bridge.mailbox]]\nname = \"{user}\"\naccount = \"{jid}\"\nhttp = {{ user = \"{user}\" }}\n\
             [[account]]\njid = \"{jid}\"\nhost = \"{}\"\nport = {}\nsecurity = \"direct\"\nca_file = \"{}\"\n\
             password = {{ file = \"{}\" }}\n",
            server.host,
            server.direct,
            server.certificate.ca.display(),
            keep_secret(scene, user, &password(user))?,
            jid = jid(user),
        );
    }
    std::fs::write(machine.config(), config)?;
    let bridge = machine.ctl(&["bridge"]).await?;
    eventually("the bridge listens", async || {
        Ok(Some(TcpStream::connect(listen).await?))
    })
    .await?;
    Ok(bridge)
}

fn keep_secret(scene: &Scene, name: &str, secret: &str) -> Result<String> {
    let path = scene.folder("secrets")?.join(name);
    std::fs::write(&path, format!("{secret}\n")).with_context(|| path.display().to_string())?;
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600))?;
    Ok(path.display().to_string())
}
