//! `start`: how soon Mailwren is there once it is started, and what it does while nothing happens, beside Mailnag. `make
//! bench-start` runs it; docs/benchmarks.md shows what came out.
//!
//! A real Prosody behind a proxy that counts bytes, and a virtual desktop. Time begins before the program is executed. What
//! happens while nothing happens is counted from just after one keepalive until just after another.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use clap::Parser;
use futures::StreamExt;
use mailwren_core::account::{Account, PasswordSource};
use mailwren_tests::ctl::configuration;
use mailwren_tests::desktop::{Desktop, Parts};
use mailwren_tests::dovecot::Dovecot;
use mailwren_tests::figures::{Durations, keep, machine, milliseconds};
use mailwren_tests::footprint::Family;
use mailwren_tests::process::Process;
use mailwren_tests::proxy::TcpProxy;
use mailwren_tests::publisher::Publisher;
use mailwren_tests::server::{Kind, SAM, Server, node, password};
use mailwren_tests::{Scene, mailnag, place, scene_within, within};
use serde_json::{Value, json};
use tokio::process::Command;

/// The tray item has to be there so soon.
const ITEM: Duration = Duration::from_millis(100);
/// What the account is subscribed to.
const NODE: &str = "mail/sam";
/// The account has to be connected so soon.
const CONNECTED: Duration = Duration::from_millis(300);
/// So many bytes may pass in an hour, both ways together, without heartbeats.
const BYTES: u64 = 8_000;
/// After a keepalive: so long after it nothing of it is on its way any more.
const AFTER: Duration = Duration::from_secs(2);
/// When a run is given up.
const LIMIT: Duration = Duration::from_secs(7_200);
const WATCHER: &str = "org.kde.StatusNotifierWatcher";

#[derive(Debug, Parser)]
struct Arguments {
    /// How often each program is started.
    #[arg(long, default_value_t = 21)]
    times: usize,
    /// For how many minutes each is left alone.
    #[arg(long, default_value_t = 3)]
    minutes: u64,
    /// Three starts, one minute, and no judgement: whether it runs at all.
    #[arg(long)]
    quick: bool,
    /// Only the programs whose names contain this.
    #[arg(long, default_value = "")]
    only: String,
}

/// A program that stays.
struct Resident {
    name: &'static str,
    program: &'static str,
    arguments: &'static [&'static str],
    tray: bool,
}

const PROGRAMS: [Resident; 3] = [
    Resident {
        name: "mailwrenctl tray --hidden",
        program: "mailwrenctl",
        arguments: &["tray", "--hidden"],
        tray: true,
    },
    Resident {
        name: "mailwren --hidden",
        program: "mailwren",
        arguments: &["--hidden"],
        tray: true,
    },
    Resident {
        name: "mailwrenctl watch",
        program: "mailwrenctl",
        arguments: &["watch"],
        tray: false,
    },
];

/// What a program took.
struct Taken {
    name: &'static str,
    item: Durations,
    connected: Durations,
    idle: Idle,
}

/// What it did in a while in which nothing happened.
struct Idle {
    time: Duration,
    switches: u64,
    ran: Duration,
    /// Up and down.
    bytes: u64,
}

impl Idle {
    fn per(&self, time: Duration, count: f64) -> f64 {
        count * time.as_secs_f64() / self.time.as_secs_f64()
    }

    fn wakeups_a_minute(&self) -> f64 {
        self.per(Duration::from_secs(60), self.switches as f64)
    }

    /// In milliseconds.
    fn processor_an_hour(&self) -> f64 {
        self.per(Duration::from_secs(3_600), milliseconds(self.ran))
    }

    fn bytes_an_hour(&self) -> u64 {
        self.per(Duration::from_secs(3_600), self.bytes as f64).round() as u64
    }
}

fn main() -> Result<()> {
    let mut arguments = Arguments::parse();
    if arguments.quick {
        (arguments.times, arguments.minutes) = (3, 1);
    }
    let mut all = Vec::new();
    for program in PROGRAMS.iter().filter(|program| program.name.contains(&arguments.only)) {
        if !program.is_known()? {
            println!("`{}` isn't in this build: left out.", program.name);
            continue;
        }
        scene_within(LIMIT, async |scene| {
            all.push(program.measure(&scene, &arguments).await?);
            Ok(())
        })?;
    }
    if "Mailnag".contains(&arguments.only) {
        scene_within(LIMIT, async |scene| {
            all.extend(beside_mailnag(&scene, &arguments).await?);
            Ok(())
        })?;
    }
    print(&all);
    let figures: Vec<Value> = all.iter().map(Taken::json).collect();
    let figures = json!({ "minutes": arguments.minutes, "programs": figures });
    keep("start", figures)?;
    for taken in all.iter().filter(|_| !arguments.quick) {
        taken.judge(arguments.minutes)?;
    }
    Ok(())
}

impl Taken {
    fn json(&self) -> Value {
        json!({
            "program": self.name,
            "item": self.item.json(),
            "connected": self.connected.json(),
            "wakeups_per_minute": self.idle.wakeups_a_minute(),
            "cpu_ms_per_hour": self.idle.processor_an_hour(),
            "bytes_per_hour": self.idle.bytes_an_hour(),
        })
    }

    fn judge(&self, minutes: u64) -> Result<()> {
        let name = self.name;
        ensure!(self.item.percentile(50) <= ITEM, "{name}: its tray item comes late");
        ensure!(self.connected.percentile(50) <= CONNECTED, "{name}: it connects late");
        // Heartbeats are a quarter of an hour apart, and cost as much again.
        let most = if minutes < 15 { BYTES } else { 2 * BYTES };
        let bytes = self.idle.bytes_an_hour();
        ensure!(bytes <= most, "{name}: {bytes} bytes an hour");
        Ok(())
    }
}

fn print(all: &[Taken]) {
    println!("{}\n", machine());
    println!(
        "| program | exec → tray item | exec → connected | n | wakeups a minute | processor an hour | bytes an hour |\n\
         |---|---|---|---|---|---|---|"
    );
    let median = |durations: &Durations| match durations.count() {
        0 => "–".to_owned(),
        _ => format!("{:.0} ms", milliseconds(durations.percentile(50))),
    };
    for taken in all {
        println!(
            "| {} | {} | {} | {} | {:.0} | {:.0} ms | {} |",
            taken.name,
            median(&taken.item),
            median(&taken.connected),
            taken.connected.count(),
            taken.idle.wakeups_a_minute(),
            taken.idle.processor_an_hour(),
            taken.idle.bytes_an_hour(),
        );
    }
}

impl Resident {
    fn is_known(&self) -> Result<bool> {
        let help = std::process::Command::new(place::program(self.program)?)
            .args(self.arguments)
            .arg("--help")
            .output()?;
        Ok(help.status.success())
    }

    fn command(&self, desktop: &Desktop) -> Result<Command> {
        let mut command = desktop.command(place::program(self.program)?);
        // It says when it is connected.
        command.args(self.arguments).env("MAILWREN_LOG", "mailwren_engine=info");
        Ok(command)
    }

    async fn measure(&self, scene: &Scene, arguments: &Arguments) -> Result<Taken> {
        let server = Server::start(Kind::Prosody, scene).await?;
        let proxy = TcpProxy::start(SocketAddr::new(server.host, server.direct)).await?;
        // A node that isn't there would be asked for again and again. Its publisher is gone while anything is measured.
        drop(Publisher::for_sam(scene, &server, &node(NODE)).await?);
        let desktop = Desktop::start(scene, Parts::default()).await?;
        configure(&desktop, &server, &proxy)?;
        let (mut item, mut connected) = (Durations::default(), Durations::default());
        // The first one makes the nodes and the store.
        for time in 0..=arguments.times {
            let (there, online) = self.start(&desktop).await?;
            if time > 0 {
                there.into_iter().for_each(|there| item.add(there));
                connected.add(online);
            }
        }
        let mut command = self.command(&desktop)?;
        let family = Family::of(&mut command, self.program);
        let process = Process::start(self.program, desktop.path(), command).await?;
        fresh(&process).await?;
        keepalive(&family, &proxy, arguments.minutes).await?;
        let idle = idle(&family, &proxy, arguments.minutes).await?;
        Ok(Taken {
            name: self.name,
            item,
            connected,
            idle,
        })
    }

    /// Starts it once: how soon its item is known to the tray, if it has one, and its account is connected.
    async fn start(&self, desktop: &Desktop) -> Result<(Option<Duration>, Duration)> {
        let watcher = zbus::Proxy::new(desktop.bus(), WATCHER, "/StatusNotifierWatcher", WATCHER).await?;
        let mut registered = watcher.receive_signal("StatusNotifierItemRegistered").await?;
        let mut gone = watcher.receive_signal("StatusNotifierItemUnregistered").await?;
        let command = self.command(desktop)?;
        let began = Instant::now();
        let mut process = Process::start(self.program, desktop.path(), command).await?;
        let there = async {
            if !self.tray {
                return Ok(None);
            }
            within("an item in the tray", registered.next())
                .await?
                .context("no tray")?;
            anyhow::Ok(Some(began.elapsed()))
        };
        let online = async {
            fresh(&process).await?;
            anyhow::Ok(began.elapsed())
        };
        let (there, online) = tokio::try_join!(there, online)?;
        process.terminate().await?;
        if self.tray {
            within("the item goes", gone.next()).await?;
        }
        Ok((there, online))
    }
}

/// Awaits that a program says that its account is connected.
async fn fresh(process: &Process) -> Result<()> {
    let fresh = |line: &str| line.contains("a fresh session").then_some(());
    process.stderr("it is connected", 0, fresh).await
}

/// Sam's account by way of the proxy, with a node of his own and one of the service's; the password in a file.
fn configure(desktop: &Desktop, server: &Server, proxy: &TcpProxy) -> Result<()> {
    let folder = desktop.path().join("config/mailwren");
    std::fs::create_dir_all(&folder)?;
    let secret = folder.join("password");
    std::fs::write(&secret, format!("{}\n", password(SAM)))?;
    std::fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    let account = Account {
        host: Some(proxy.host.to_string()),
        port: Some(proxy.port),
        pep: true,
        subscriptions: vec![node(NODE)],
        password: PasswordSource::File(secret.display().to_string()),
        ..server.account(SAM)
    };
    Ok(std::fs::write(folder.join("config.toml"), configuration(&account)?)?)
}

/// What a program does while it is left alone.
async fn idle(family: &Family, proxy: &TcpProxy, minutes: u64) -> Result<Idle> {
    family.at_rest().await?;
    let (began, before, passed) = (Instant::now(), family.activity()?, proxy.passed());
    tokio::time::sleep(Duration::from_secs(60 * minutes)).await;
    let (switches, ran) = family.activity()?.since(&before);
    let now = proxy.passed();
    Ok(Idle {
        time: began.elapsed(),
        switches,
        ran,
        bytes: (now.0 - passed.0) + (now.1 - passed.1),
    })
}

/// Awaits the next time that something passes, and that it is over.
async fn keepalive(family: &Family, proxy: &TcpProxy, minutes: u64) -> Result<()> {
    family.at_rest().await?;
    let before = proxy.passed();
    let deadline = tokio::time::Instant::now() + Duration::from_secs(60 * minutes.max(2));
    while proxy.passed() == before {
        ensure!(tokio::time::Instant::now() < deadline, "there are no keepalives");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    tokio::time::sleep(AFTER).await;
    Ok(())
}

/// Mailnag, with an empty mailbox.
async fn beside_mailnag(scene: &Scene, arguments: &Arguments) -> Result<Option<Taken>> {
    let dovecot = Dovecot::start(scene, "").await?;
    dovecot.home(SAM)?;
    let desktop = Desktop::start(scene, Parts::default()).await?;
    let proxy = TcpProxy::start(SocketAddr::new(place::address(), dovecot.imaps)).await?;
    let at = SocketAddr::new(proxy.host, proxy.port);
    let mut command = match mailnag::command(&desktop, at, SAM).await {
        Ok(command) => command,
        Err(error) => {
            println!("Mailnag is left out: {error:#}");
            return Ok(None);
        }
    };
    let family = Family::of(&mut command, "mailnag");
    let _mailnag = Process::start("mailnag", desktop.path(), command).await?;
    dovecot.logs("Login: user=<sam>").await?;
    Ok(Some(Taken {
        name: "Mailnag",
        item: Durations::default(),
        connected: Durations::default(),
        idle: idle(&family, &proxy, arguments.minutes).await?,
    }))
}
