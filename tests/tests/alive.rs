//! Alive or not, known in seconds: heartbeats through real servers, and connections that die without a word.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use mailwren_core::account::Subscription;
use mailwren_core::heartbeat::{CLIENT_NODE, PUBLISHER_NODE, Rhythm};
use mailwren_core::model::{Input, Pulse};
use mailwren_engine::store::Store;
use mailwren_engine::vault::{MemoryVault, Vault};
use mailwren_engine::xmpp::session::{self, SessionContext, SessionHandle, Timing};
use mailwren_tests::ctl::Home;
use mailwren_tests::proxy::TcpProxy;
use mailwren_tests::publisher::Publisher;
use mailwren_tests::server::{Kind, PUBLISHER, SAM, STRANGER, Server, jid, node, password};
use mailwren_tests::system_bus::SystemBus;
use mailwren_tests::{Scene, eventually, scene, within};
use serde_json::{Value, json};
use tokio::sync::mpsc;

/// The same test against each server.
macro_rules! on_both_servers {
    ($($name:ident),+ $(,)?) => {
        mod prosody { $(
            #[test]
            fn $name() -> anyhow::Result<()> { super::$name(super::Kind::Prosody) }
        )+ }
        mod ejabberd { $(
            #[test]
            fn $name() -> anyhow::Result<()> { super::$name(super::Kind::Ejabberd) }
        )+ }
    };
}

on_both_servers!(
    a_heartbeat_proves_push_through_a_private_node_and_leaves_no_other_trace,
    a_dead_connection_is_noticed_once_network_manager_tells_of_a_change,
    a_dead_connection_is_noticed_upon_waking_though_the_bus_came_late,
    an_hour_of_silence_and_heartbeats_costs_little,
);

/// A node on Sam's own account.
fn own(node: &str) -> Subscription {
    Subscription {
        service: jid(SAM),
        node: node.to_owned(),
    }
}

async fn account_status(home: &Home) -> Result<Value> {
    let told = home.run(&["status", "--json"]).await?.json()?;
    told.first()
        .and_then(|status| status["accounts"].get(0))
        .cloned()
        .context("no account in the status")
}

fn a_heartbeat_proves_push_through_a_private_node_and_leaves_no_other_trace(kind: Kind) -> Result<()> {
    scene(async |scene| {
        let server = Server::start(kind, &scene).await?;
        // Somebody left the node open to everybody.
        let mut other = Publisher::listen(&scene, &server, SAM, &[]).await?;
        other.create(&own(CLIENT_NODE)).await?;
        other
            .configure(&own(CLIENT_NODE), json!({ "access_model": "open" }))
            .await?;

        let home = Home::new(&scene, "sam")?;
        let mut account = server.account(SAM);
        account.pep = true;
        home.configure(account, &password(SAM))?;
        let watch = home.watch().await?;
        eventually("push is proven", async || {
            let account = account_status(&home).await?;
            Ok(account["proven_at"].is_string().then_some(()))
        })
        .await?;
        ensure!(other.items(&own(CLIENT_NODE)).await? == ["current"]);
        let mut stranger = Publisher::connect(&scene, &server, STRANGER).await?;
        let peek = stranger.items(&own(CLIENT_NODE)).await;
        ensure!(peek.is_err(), "a stranger reads the heartbeats: {peek:?}");

        let contact = "2026-11-24T21:00:00Z";
        let beat = format!("<heartbeat xmlns='{PUBLISHER_NODE}' contact='{contact}'/>");
        other.publish(&own(PUBLISHER_NODE), "current", &beat).await?;
        let account = eventually("the publisher's heartbeat is told", async || {
            let account = account_status(&home).await?;
            Ok((account["publisher_at"] == contact).then_some(account))
        })
        .await?;
        ensure!(account["trouble"].is_null(), "{account:#}");
        ensure!(account["strangers"] == 0 && account["unread"] == 0, "{account:#}");
        let said = home.run(&["status"]).await?.stdout.join("\n");
        ensure!(
            said.contains("connected, push proven ") && said.contains(", mail server reached "),
            "{said}"
        );
        let stored = home.run(&["feed", "list", "--json"]).await?;
        ensure!(stored.stdout.is_empty(), "heartbeats are in the feed: {stored:?}");
        ensure!(watch.process.printed().is_empty(), "heartbeats are told as events");
        Ok(())
    })
}

/// Sam behind a proxy, listening to a node of the pubsub service.
struct Behind {
    publisher: Publisher,
    node: Subscription,
    proxy: TcpProxy,
    home: Home,
    _server: Server,
}

impl Behind {
    async fn proxy(scene: &Scene, kind: Kind) -> Result<Self> {
        let server = Server::start(kind, scene).await?;
        let proxy = TcpProxy::start(SocketAddr::new(server.host, server.direct)).await?;
        let mut publisher = Publisher::connect(scene, &server, PUBLISHER).await?;
        let node = node("/protected/com/apple/mobileme/sam/mail/Inbox");
        publisher.create(&node).await?;
        publisher.admit(&node, &jid(SAM)).await?;
        let mut home = Home::new(scene, "sam")?;
        home.system_bus = SystemBus::address(scene)?;
        home.log = Some("mailwren_engine=debug");
        let mut account = server.account(SAM);
        account.host = Some(proxy.host.to_string());
        account.port = Some(proxy.port);
        account.subscriptions = vec![node.clone()];
        home.configure(account, &password(SAM))?;
        Ok(Self {
            publisher,
            node,
            proxy,
            home,
            _server: server,
        })
    }

    async fn publish(&mut self, subject: &str) -> Result<()> {
        let mail = format!("<mail xmlns='urn:mailwren:mail:0' mailbox='INBOX'><subject>{subject}</subject></mail>");
        self.publisher.publish(&self.node, subject, &mail).await
    }

    /// The network goes without a word; then something tells of it.
    async fn black_hole(mut self, bus: &SystemBus, hint: impl AsyncFnOnce(&SystemBus) -> Result<()>) -> Result<()> {
        let watch = self.home.watch().await?;
        self.publish("before").await?;
        watch.event("before").await?;
        let listens = |line: &str| line.contains("listening to NetworkManager and logind").then_some(());
        watch.process.stderr("the sensors are at work", 0, listens).await?;

        let before = self.proxy.accepted();
        self.proxy.stall();
        self.publish("while away").await?;
        let since = Instant::now();
        hint(bus).await?;
        // Earlier than the keepalive could have told: `within` has less patience than its 60 s.
        self.proxy.accepted_after(before).await?;
        println!("noticed after {:.1} s", since.elapsed().as_secs_f64());
        self.proxy.resume();
        watch.event("while away").await?;
        println!("recovered after {:.1} s", since.elapsed().as_secs_f64());
        self.publish("after").await?;
        watch.event("after").await?;
        let told = watch.subjects()?;
        ensure!(told == ["before", "while away", "after"], "{told:?}");
        Ok(())
    }
}

fn a_dead_connection_is_noticed_once_network_manager_tells_of_a_change(kind: Kind) -> Result<()> {
    scene(async |scene| {
        let mut bus = SystemBus::start(&scene).await?;
        bus.start_network_manager().await?;
        let behind = Behind::proxy(&scene, kind).await?;
        behind.black_hole(&bus, SystemBus::change_network).await
    })
}

fn a_dead_connection_is_noticed_upon_waking_though_the_bus_came_late(kind: Kind) -> Result<()> {
    scene(async |scene| {
        let behind = Behind::proxy(&scene, kind).await?;
        let early = behind.home.watch().await?;
        let without = |line: &str| line.contains("no system bus").then_some(());
        early.process.stderr("it works without a bus", 0, without).await?;
        let mut bus = SystemBus::start(&scene).await?;
        // Attached to the first, which hosts the engine; what is said of it comes there.
        let listens = |line: &str| line.contains("listening to NetworkManager and logind").then_some(());
        early.process.stderr("the sensors are at work", 0, listens).await?;
        ensure!(early.interrupt().await?.success());
        bus.start_logind().await?;
        behind.black_hole(&bus, SystemBus::wake).await
    })
}

/// By how much the waits are shortened to measure an hour.
const SCALE: u32 = 200;
const HOUR: Duration = Duration::from_secs(3600 / SCALE as u64);

fn an_hour_of_silence_and_heartbeats_costs_little(kind: Kind) -> Result<()> {
    scene(async |scene| {
        let server = Server::start(kind, &scene).await?;
        let never = Rhythm {
            every: Duration::from_secs(24 * 3600),
            ..Rhythm::default()
        };
        let shipped = Timing::scaled_down(SCALE).rhythm;
        let mut measured = Vec::new();
        for (name, rhythm, most) in [("without", never, 8_000), ("with", shipped, 16_000)] {
            let mut quiet = Quiet::begin(&scene, &server, name, rhythm).await?;
            quiet.at_rest().await?;
            let before = quiet.bytes();
            let beats = quiet.pass(HOUR).await;
            let (up, down) = (quiet.bytes().0 - before.0, quiet.bytes().1 - before.1);
            println!("{kind:?}, an hour {name} heartbeats ({beats}): {up} B up, {down} B down");
            measured.push((name, beats, up + down, most));
            quiet.session.stop().await;
        }
        for (name, beats, bytes, most) in measured {
            // With ejabberd, what follows a login may reach into this short hour.
            ensure!(
                bytes <= most || matches!(kind, Kind::Ejabberd),
                "{name} heartbeats ({beats}): {bytes} B"
            );
            ensure!(bytes > 0, "{name} heartbeats nothing was sent at all");
        }
        Ok(())
    })
}

/// A session that nothing happens to.
struct Quiet {
    session: SessionHandle,
    inputs: mpsc::Receiver<Input>,
}

impl Quiet {
    async fn begin(scene: &Scene, server: &Server, name: &str, rhythm: Rhythm) -> Result<Self> {
        let mut account = server.account(SAM);
        account.pep = true;
        let vault = Arc::new(MemoryVault::default());
        vault.set(&account.jid, &password(SAM).into())?;
        let (store, _) = Store::open(&scene.folder(name)?)?;
        let (sender, inputs) = mpsc::channel(64);
        let session = session::spawn(SessionContext {
            account,
            vault,
            store,
            inputs: sender,
            timing: Timing {
                rhythm,
                ..Timing::scaled_down(SCALE)
            },
        });
        Ok(Self { session, inputs })
    }

    async fn next(&mut self) -> Result<Input> {
        let next = within("the session tells something", self.inputs.recv()).await?;
        next.context("the session ended")
    }

    /// Caught up, and a heartbeat came back: whichever is first.
    async fn at_rest(&mut self) -> Result<()> {
        let (mut caught_up, mut back) = (false, false);
        while !(caught_up && back) {
            match self.next().await? {
                Input::CaughtUp { .. } => caught_up = true,
                Input::Pulse { pulse: Pulse::Back, .. } => back = true,
                _ => {}
            }
        }
        Ok(())
    }

    /// Lets time pass, the measure itself, and counts the heartbeats that come back meanwhile.
    async fn pass(&mut self, time: Duration) -> u32 {
        let mut beats = 0;
        let count = async {
            while let Ok(input) = self.next().await {
                beats += u32::from(matches!(input, Input::Pulse { pulse: Pulse::Back, .. }));
            }
        };
        tokio::time::timeout(time, count).await.ok();
        beats
    }

    /// Sent and received inside TLS.
    fn bytes(&self) -> (u64, u64) {
        let gauge = self.session.gauge();
        (gauge.sent(), gauge.received())
    }
}
