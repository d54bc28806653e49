//! `mailwrenctl` against real Prosody and real ejabberd, fed by slixmpp: each event is told once, whichever way it came.

use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};
use mailwren_core::account::{Security, Subscription};
use mailwren_tests::ctl::{Home, Watch};
use mailwren_tests::proxy::TcpProxy;
use mailwren_tests::publisher::Publisher;
use mailwren_tests::server::{Kind, PUBLISHER, SAM, STRANGER, Server, jid, node, own_node, password};
use mailwren_tests::{Scene, eventually, on_both_servers, scene};

on_both_servers!(
    each_event_of_a_node_is_told_once_live_missed_and_across_a_restart,
    each_event_of_the_own_pep_node_is_told_once_live_missed_and_across_a_restart,
    a_publisher_that_is_not_online_reaches_the_own_node_and_no_session_leaves_a_subscription,
    each_event_is_told_once_across_killed_connections,
    starttls_with_an_own_authority_works,
    a_retraction_is_told,
    a_strangers_perfect_event_changes_nothing,
    a_wrong_password_is_said_once_and_ends_the_watch,
    hostile_subjects_are_text,
);

/// A mail as the bridge publishes it.
fn mail(uid: u32, subject: &str) -> String {
    let subject = subject.replace('&', "&amp;").replace('<', "&lt;");
    format!(
        "<mail xmlns='urn:mailwren:mail:0' account='home' mailbox='INBOX' uidvalidity='1216343471' uid='{uid}'>\
         <from address='zoe@example.org'>Zoe</from><subject>{subject}</subject></mail>"
    )
}

/// What a test of one node needs: a server, somebody who publishes on the node, and Sam's home.
struct Stage {
    server: Server,
    publisher: Publisher,
    /// Who may publish on the node.
    owner: &'static str,
    node: Subscription,
    home: Home,
    next: u32,
}

impl Stage {
    /// A node of the pubsub service, which Sam may read.
    async fn with_node(scene: &Scene, kind: Kind) -> Result<Self> {
        let server = Server::start(kind, scene).await?;
        let mut publisher = Publisher::connect(scene, &server, PUBLISHER).await?;
        let node = node("/protected/com/apple/mobileme/sam/mail/Inbox");
        publisher.create(&node).await?;
        publisher.admit(&node, &jid(SAM)).await?;
        let home = Home::new(scene, "sam")?;
        let mut account = server.account(SAM);
        account.subscriptions = vec![node.clone()];
        home.configure(account, &password(SAM))?;
        Ok(Self {
            server,
            publisher,
            owner: PUBLISHER,
            node,
            home,
            next: 0,
        })
    }

    /// Sam's own PEP node, published on by another client of his.
    async fn with_pep(scene: &Scene, kind: Kind) -> Result<Self> {
        let server = Server::start(kind, scene).await?;
        let mut publisher = owner_of_pep(scene, &server).await?;
        let node = own_node(SAM);
        publisher.create(&node).await?;
        let home = Home::new(scene, "sam")?;
        let mut account = server.account(SAM);
        account.pep = true;
        home.configure(account, &password(SAM))?;
        Ok(Self {
            server,
            publisher,
            owner: SAM,
            node,
            home,
            next: 0,
        })
    }

    /// Publishes mails with these subjects, each as an item of its own.
    async fn publish(&mut self, subjects: &[&str]) -> Result<()> {
        for subject in subjects {
            self.next += 1;
            let item = format!("0123456789ab-1216343471-{}", self.next);
            self.publisher
                .publish(&self.node, &item, &mail(self.next, subject))
                .await?;
        }
        Ok(())
    }

    /// Restarts the server; slixmpp logs in again.
    async fn restart_server(&mut self, scene: &Scene) -> Result<()> {
        self.server.restart().await?;
        self.publisher = match self.owner {
            SAM => owner_of_pep(scene, &self.server).await?,
            other => Publisher::connect(scene, &self.server, other).await?,
        };
        Ok(())
    }
}

/// Another client of Sam's, online: then ejabberd sends each PEP event twice.
async fn owner_of_pep(scene: &Scene, server: &Server) -> Result<Publisher> {
    Publisher::listen(scene, server, SAM, &[]).await
}

/// Awaits the last of these subjects, and asserts that each was told once and no other.
async fn told_once(watch: &Watch, subjects: &[&str]) -> Result<()> {
    for subject in subjects {
        watch.event(subject).await?;
    }
    let mut told = watch.subjects()?;
    told.sort();
    let mut wanted = subjects.to_vec();
    wanted.sort_unstable();
    ensure!(told == wanted, "told {told:?} instead of {wanted:?}");
    Ok(())
}

async fn live_missed_and_across_a_restart(scene: &Scene, mut stage: Stage) -> Result<()> {
    let watch = stage.home.watch().await?;
    stage.publish(&["first"]).await?;
    watch.event("first").await?;
    stage.publish(&["live 1", "live 2"]).await?;
    told_once(&watch, &["first", "live 1", "live 2"]).await?;
    ensure!(watch.interrupt().await?.success(), "Ctrl-C isn't a clean end");

    stage.publish(&["missed 1", "missed 2"]).await?;
    let watch = stage.home.watch().await?;
    told_once(&watch, &["missed 1", "missed 2"]).await?;
    stage.publish(&["live again"]).await?;
    told_once(&watch, &["missed 1", "missed 2", "live again"]).await?;

    stage.restart_server(scene).await?;
    stage.publish(&["after the restart"]).await?;
    watch.event("after the restart").await?;
    // What follows comes over a stream that has caught up: had anything been told twice, it would stand before this.
    stage.publish(&["last"]).await?;
    told_once(
        &watch,
        &["missed 1", "missed 2", "live again", "after the restart", "last"],
    )
    .await?;

    let stored = stage.home.run(&["feed", "list", "--json"]).await?.json()?;
    ensure!(
        stored.len() == 8,
        "the store has {} rows instead of 8: {stored:#?}",
        stored.len()
    );
    // Though ejabberd sends the last of them by itself, before the others are fetched.
    let subjects = stored.iter().filter_map(|row| row["subject"].as_str());
    let missed: Vec<&str> = subjects.filter(|subject| subject.starts_with("missed")).collect();
    ensure!(
        missed == ["missed 2", "missed 1"],
        "the newest isn't at the top: {missed:?}"
    );
    Ok(())
}

fn each_event_of_a_node_is_told_once_live_missed_and_across_a_restart(kind: Kind) -> Result<()> {
    scene(async |scene| {
        let stage = Stage::with_node(&scene, kind).await?;
        live_missed_and_across_a_restart(&scene, stage).await
    })
}

fn each_event_of_the_own_pep_node_is_told_once_live_missed_and_across_a_restart(kind: Kind) -> Result<()> {
    scene(async |scene| {
        let stage = Stage::with_pep(&scene, kind).await?;
        live_missed_and_across_a_restart(&scene, stage).await
    })
}

/// By interest alone, ejabberd reaches nobody here: it sends those events by way of the publisher's own session.
fn a_publisher_that_is_not_online_reaches_the_own_node_and_no_session_leaves_a_subscription(kind: Kind) -> Result<()> {
    scene(async |scene| {
        let mut stage = Stage::with_pep(&scene, kind).await?;
        stage.publisher = Publisher::connect(&scene, &stage.server, SAM).await?;
        // Another client's subscription of the same kind, which isn't ours to end.
        let foreign = format!("{}/phone", jid(SAM));
        stage.publisher.subscribe_as(&stage.node, &foreign).await?;
        let mut wanted = Vec::new();
        for round in 0..3 {
            let watch = stage.home.watch().await?;
            // What is there when it connects is fetched; only what follows is live.
            let (first, live) = (format!("{round}, first"), format!("{round}, live"));
            stage.publish(&[&first]).await?;
            watch.event(&first).await?;
            stage.publish(&[&live]).await?;
            watch.event(&live).await?;
            wanted.extend([first, live]);
            let subscribers = stage.publisher.subscriptions(&stage.node).await?;
            ensure!(
                subscribers.contains(&foreign),
                "it ended another client's: {subscribers:?}"
            );
            ensure!(subscribers.len() <= 2, "subscriptions pile up: {subscribers:?}");
            ensure!(watch.interrupt().await?.success(), "Ctrl-C isn't a clean end");
        }
        let stored = stage.home.run(&["feed", "list", "--json"]).await?.json()?;
        ensure!(stored.len() == wanted.len(), "{} rows: {stored:#?}", stored.len());
        Ok(())
    })
}

fn each_event_is_told_once_across_killed_connections(kind: Kind) -> Result<()> {
    scene(async |scene| {
        let mut stage = Stage::with_node(&scene, kind).await?;
        let proxy = TcpProxy::start(SocketAddr::new(stage.server.host, stage.server.direct)).await?;
        let mut account = stage.server.account(SAM);
        account.host = Some(proxy.host.to_string());
        account.port = Some(proxy.port);
        account.subscriptions = vec![stage.node.clone()];
        stage.home.configure(account, &password(SAM))?;

        let watch = stage.home.watch().await?;
        stage.publish(&["0"]).await?;
        watch.event("0").await?;
        let mut wanted = vec!["0".to_owned()];
        for round in 1..=3 {
            let before = proxy.accepted();
            proxy.kill();
            let (during, after) = (format!("{round}, while cut off"), format!("{round}, after"));
            stage.publish(&[&during]).await?;
            proxy.accepted_after(before).await?;
            watch.event(&during).await?;
            stage.publish(&[&after]).await?;
            watch.event(&after).await?;
            wanted.extend([during, after]);
        }
        let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
        told_once(&watch, &wanted).await
    })
}

fn starttls_with_an_own_authority_works(kind: Kind) -> Result<()> {
    scene(async |scene| {
        let mut stage = Stage::with_node(&scene, kind).await?;
        let mut account = stage.server.account(SAM);
        account.port = Some(stage.server.starttls);
        account.security = Security::Starttls;
        account.subscriptions = vec![stage.node.clone()];
        stage.home.configure(account, &password(SAM))?;
        let watch = stage.home.watch().await?;
        stage.publish(&["over STARTTLS"]).await?;
        watch.event("over STARTTLS").await?;
        Ok(())
    })
}

fn a_retraction_is_told(kind: Kind) -> Result<()> {
    scene(async |scene| {
        let mut stage = Stage::with_node(&scene, kind).await?;
        let watch = stage.home.watch().await?;
        stage.publish(&["read elsewhere"]).await?;
        let event = watch.event("read elsewhere").await?;
        let item = event["item"].as_str().context("no item id")?.to_owned();
        stage.publisher.retract(&stage.node, &item).await?;
        watch
            .process
            .stdout("a gone event", 0, |line| {
                let event: serde_json::Value = serde_json::from_str(line).ok()?;
                (event["kind"] == "gone" && event["item"] == item.as_str()).then_some(())
            })
            .await?;
        let unread = stage.home.run(&["feed", "list", "--unread", "--json"]).await?;
        ensure!(
            unread.status.success() && unread.stdout.is_empty(),
            "still unread: {unread:?}"
        );
        Ok(())
    })
}

fn a_strangers_perfect_event_changes_nothing(kind: Kind) -> Result<()> {
    scene(async |scene| {
        let mut stage = Stage::with_node(&scene, kind).await?;
        let watch = stage.home.watch().await?;
        stage.publish(&["true"]).await?;
        watch.event("true").await?;

        // To the full JID, which a server delivers whatever the presence's priority is.
        let other = Publisher::listen(&scene, &stage.server, SAM, &[]).await?;
        let full = other.other_client().await?;
        let mut stranger = Publisher::connect(&scene, &stage.server, STRANGER).await?;
        for (id, node) in [("forged-1", &stage.node.node), ("forged-2", &own_node(SAM).node)] {
            let mail = mail(1, "forged");
            let forged = format!(
                "<message to='{full}' type='headline' id='{id}'><event xmlns='http://jabber.org/protocol/pubsub#event'>\
                 <items node='{node}'><item id='{id}'>{mail}</item></items></event></message>"
            );
            stranger.send(&forged).await?;
        }
        stage.publish(&["after it"]).await?;
        told_once(&watch, &["true", "after it"]).await?;
        let stored = stage.home.run(&["feed", "list", "--json"]).await?.json()?;
        ensure!(stored.len() == 2, "the stranger's event is stored: {stored:#?}");
        // It did arrive, and was dropped knowingly.
        let status = stage.home.run(&["status", "--json"]).await?.json()?;
        ensure!(
            status[0]["accounts"][0]["strangers"] == 2,
            "the status doesn't tell of it: {status:#?}"
        );
        Ok(())
    })
}

fn a_wrong_password_is_said_once_and_ends_the_watch(kind: Kind) -> Result<()> {
    scene(async |scene| {
        let server = Server::start(kind, &scene).await?;
        let proxy = TcpProxy::start(SocketAddr::new(server.host, server.direct)).await?;
        let home = Home::new(&scene, "sam")?;
        let mut account = server.account(SAM);
        account.host = Some(proxy.host.to_string());
        account.port = Some(proxy.port);
        home.configure(account, "not-the-password")?;
        let ended = home.run(&["watch", "--json"]).await?;
        ensure!(ended.status.code() == Some(3), "exit status {:?}", ended.status);
        ensure!(ended.stdout.is_empty(), "it printed {:?}", ended.stdout);
        let said = ended.stderr.join("\n");
        ensure!(said.contains("password"), "it doesn't name the password: {said}");
        ensure!(!said.contains("not-the-password"), "it shows the password: {said}");
        ensure!(proxy.accepted() == 1, "it tried {} times", proxy.accepted());
        Ok(())
    })
}

fn hostile_subjects_are_text(kind: Kind) -> Result<()> {
    scene(async |scene| {
        let mut stage = Stage::with_node(&scene, kind).await?;
        let watch = stage.home.watch().await?;
        let long = "x".repeat(10_000);
        let subjects = [
            "<b>x</b>&amp;",
            "<script>alert(1)</script>",
            "\u{202e}gpj.exe",
            "one\ttwo\nthree",
            &long,
        ];
        stage.publish(&subjects).await?;
        watch.event("<b>x</b>&amp;").await?;
        watch.event("<script>alert(1)</script>").await?;
        // Overrides of direction are taken out, white space folded, and the length bounded.
        watch.event("gpj.exe").await?;
        watch.event("one two three").await?;
        let last = eventually("the long subject", async || {
            Ok(watch.subjects()?.into_iter().find(|subject| subject.starts_with("xxx")))
        })
        .await?;
        ensure!(last.chars().count() <= 1_000, "{} characters", last.chars().count());
        Ok(())
    })
}
