//! What `mailwrenctl discover`, `subscription` and `account test` find out and change, against real Prosody and ejabberd.

use anyhow::{Context, Result, ensure};
use mailwren_core::account::Subscription;
use mailwren_tests::ctl::Home;
use mailwren_tests::publisher::Publisher;
use mailwren_tests::server::{Hash, Kind, PUBLISHER, PUBSUB, SAM, Server, jid, node, password};
use mailwren_tests::{Scene, eventually, on_both_servers, scene};
use serde_json::Value;

on_both_servers!(
    an_address_leads_to_services_nodes_and_how_the_account_stands_with_each,
    a_subscription_is_made_once_kept_in_step_with_the_configuration_and_ended,
    a_node_that_the_owner_does_not_open_is_refused_and_changes_nothing,
    the_strongest_scram_on_offer_is_used_and_a_wrong_password_or_domain_is_told,
    what_the_owner_ends_is_told_with_what_to_do,
);

const INBOX: &str = "mail/sam/Inbox";

/// A mail as the bridge publishes it.
fn mail(uid: u32, subject: &str) -> String {
    format!(
        "<mail xmlns='urn:mailwren:mail:0' mailbox='INBOX' uidvalidity='1216343471' uid='{uid}'>\
         <subject>{subject}</subject></mail>"
    )
}

/// A server, who publishes on its service, and Sam's home with an account that listens to nothing yet.
async fn stage(scene: &Scene, kind: Kind) -> Result<(Server, Publisher, Home)> {
    let server = Server::start(kind, scene).await?;
    let publisher = Publisher::connect(scene, &server, PUBLISHER).await?;
    let home = Home::new(scene, "sam")?;
    home.configure(server.account(SAM), &password(SAM))?;
    Ok((server, publisher, home))
}

async fn admitted(publisher: &mut Publisher, name: &str) -> Result<Subscription> {
    let node = node(name);
    publisher.create(&node).await?;
    publisher.admit(&node, &jid(SAM)).await?;
    Ok(node)
}

/// The one JSON object that a command prints.
async fn json(home: &Home, arguments: &[&str]) -> Result<Value> {
    let ended = home.run(arguments).await?;
    ensure!(ended.status.success(), "{arguments:?}: {ended:#?}");
    ended.json()?.into_iter().next().context("it printed nothing")
}

/// The nodes of a discovery, by name.
fn found<'a>(discovery: &'a Value, node: &str) -> Option<&'a Value> {
    discovery["nodes"].as_array()?.iter().find(|n| n["node"] == node)
}

fn an_address_leads_to_services_nodes_and_how_the_account_stands_with_each(kind: Kind) -> Result<()> {
    scene(async |scene| {
        let (server, mut publisher, home) = stage(&scene, kind).await?;
        let admitted = admitted(&mut publisher, INBOX).await?;
        publisher.create(&node("closed")).await?;
        publisher.create(&node("open")).await?;
        let open = serde_json::json!({ "access_model": "open" });
        publisher.configure(&node("open"), open).await?;
        let (service, name) = (admitted.service.as_str(), admitted.node.as_str());
        json(&home, &["subscription", "add", &jid(SAM), service, name, "--json"]).await?;

        let discovery = json(&home, &["discover", &jid(SAM), "--json"]).await?;
        let endpoint = &discovery["connected"];
        ensure!(
            endpoint["port"] == server.direct && endpoint["direct"] == true,
            "{endpoint}"
        );
        ensure!(discovery["tls"]["version"] == "1.3", "{}", discovery["tls"]);
        ensure!(discovery["mechanism"] == "SCRAM-SHA-1", "{discovery:#}");
        ensure!(discovery["pep"] == true, "{discovery:#}");
        let services = discovery["services"].as_array().context("no services")?;
        ensure!(services.iter().any(|s| s == PUBSUB), "{services:?}");

        let inbox = found(&discovery, INBOX).context("the inbox isn't found")?;
        ensure!(
            inbox["standing"] == "subscribed" && inbox["readable"] == true && inbox["access"] == "whitelist",
            "{inbox:#}"
        );
        ensure!(inbox["warning"].is_null(), "{inbox:#}");
        let open = found(&discovery, "open").context("the open node isn't found")?;
        ensure!(
            open["standing"] == "none" && open["readable"] == true && open["access"] == "open",
            "{open:#}"
        );
        ensure!(
            open["warning"].as_str().is_some_and(|w| w.contains("Anybody")),
            "{open:#}"
        );
        // Both servers show it all the same.
        let closed = found(&discovery, "closed").context("the closed node isn't shown")?;
        ensure!(closed["readable"] == false, "{closed:#}");

        // An address that isn't configured: its password comes by standard input.
        let mut account = server.account(PUBLISHER);
        let (host, port) = (account.host.take().context("no host")?, server.direct.to_string());
        let ca = account.ca_file.take().context("no authority")?;
        let of = jid(PUBLISHER);
        let arguments = [
            "discover",
            &of,
            "--json",
            "--host",
            &host,
            "--port",
            &port,
            "--security",
            "direct",
            "--ca-file",
            &ca,
        ];
        let mut process = home.ctl(&arguments).await?;
        process.write_line(&password(PUBLISHER)).await?;
        let status = process.exit().await?;
        ensure!(status.success(), "{:?}", process.complained());
        let other: Value = serde_json::from_str(process.printed().first().context("nothing printed")?)?;
        let inbox = found(&other, INBOX).context("the publisher doesn't see its node")?;
        ensure!(inbox["standing"] == "none" && inbox["readable"] == true, "{inbox:#}");
        let asked = process.complained().join("\n");
        ensure!(!asked.contains(&password(PUBLISHER)), "it shows the password: {asked}");
        Ok(())
    })
}

fn a_subscription_is_made_once_kept_in_step_with_the_configuration_and_ended(kind: Kind) -> Result<()> {
    scene(async |scene| {
        let (_server, mut publisher, home) = stage(&scene, kind).await?;
        let (first, second) = (
            admitted(&mut publisher, INBOX).await?,
            admitted(&mut publisher, "mail/sam/Lists").await?,
        );
        let text = std::fs::read_to_string(home.config())?;
        std::fs::write(home.config(), format!("# Mind the wren.\n{text}"))?;
        let sam = jid(SAM);
        let change = |what: &'static str, node: &Subscription| {
            ["subscription", what, &sam, &node.service, &node.node, "--json"].map(str::to_owned)
        };
        let changed = async |what, node: &Subscription| -> Result<Value> {
            let arguments = change(what, node);
            json(&home, &arguments.each_ref().map(String::as_str)).await
        };
        let configured = |node: &Subscription| -> Result<bool> {
            let text = std::fs::read_to_string(home.config())?;
            ensure!(text.contains("# Mind the wren."), "the comment is gone: {text}");
            Ok(text.contains(&node.node))
        };

        // Without an engine: by a session of its own.
        for _ in 0..2 {
            ensure!(
                changed("add", &first).await?["standing"] == "subscribed",
                "no subscription"
            );
            ensure!(
                publisher.subscribers(&first).await? == [sam.clone()],
                "not once, by the bare JID"
            );
        }
        ensure!(configured(&first)?, "it isn't in the configuration");

        // With one, through it; it listens from then on.
        let watch = home.watch().await?;
        publisher.publish(&first, "1", &mail(1, "in the inbox")).await?;
        watch.event("in the inbox").await?;
        for _ in 0..2 {
            ensure!(
                changed("add", &second).await?["standing"] == "subscribed",
                "no subscription"
            );
            ensure!(
                publisher.subscribers(&second).await? == [sam.clone()],
                "not once, by the bare JID"
            );
        }
        publisher.publish(&second, "2", &mail(2, "on a list")).await?;
        watch.event("on a list").await?;
        ensure!(
            publisher.subscribers(&first).await? == [sam.clone()],
            "doubled by a new session"
        );

        let listed = home.run(&["subscription", "list", &sam, "--json"]).await?.json()?;
        for node in [&first, &second] {
            let one = listed
                .iter()
                .find(|l| l["node"] == node.node.as_str())
                .context("not listed")?;
            ensure!(one["configured"] == true && one["standing"] == "subscribed", "{one:#}");
            ensure!(one["jid"] == sam.as_str(), "{one:#}");
            ensure!(one["subid"].is_string() == (kind == Kind::Ejabberd), "{one:#}");
        }

        changed("remove", &second).await?;
        ensure!(
            publisher.subscribers(&second).await?.is_empty(),
            "it is still subscribed"
        );
        ensure!(
            !configured(&second)? && configured(&first)?,
            "the configuration isn't in step"
        );
        ensure!(watch.interrupt().await?.success(), "Ctrl-C isn't a clean end");
        changed("remove", &first).await?;
        ensure!(
            publisher.subscribers(&first).await?.is_empty(),
            "it is still subscribed"
        );
        ensure!(!configured(&first)?, "the configuration isn't in step");
        let again = change("remove", &first);
        let again = home.run(&again.each_ref().map(String::as_str)).await?;
        ensure!(again.status.code() == Some(1), "{again:?}");
        Ok(())
    })
}

fn a_node_that_the_owner_does_not_open_is_refused_and_changes_nothing(kind: Kind) -> Result<()> {
    scene(async |scene| {
        let (_server, mut publisher, home) = stage(&scene, kind).await?;
        publisher.create(&node("closed")).await?;
        let before = std::fs::read_to_string(home.config())?;
        for name in ["closed", "nowhere"] {
            let ended = home.run(&["subscription", "add", &jid(SAM), PUBSUB, name]).await?;
            ensure!(ended.status.code() == Some(1), "{ended:?}");
            let said = ended.stderr.join("\n");
            let why = if name == "closed" {
                "isn’t allowed"
            } else {
                "no such node"
            };
            ensure!(said.contains(why), "{name}: {said}");
        }
        ensure!(
            std::fs::read_to_string(home.config())? == before,
            "it is in the configuration"
        );
        Ok(())
    })
}

fn the_strongest_scram_on_offer_is_used_and_a_wrong_password_or_domain_is_told(kind: Kind) -> Result<()> {
    scene(async |scene| {
        // Prosody 0.12 has no SHA-512.
        let (hash, strongest) = match kind {
            Kind::Prosody => (Hash::Sha256, "SCRAM-SHA-256"),
            Kind::Ejabberd => (Hash::Sha512, "SCRAM-SHA-512"),
        };
        let server = Server::start_hashing(kind, &scene, hash).await?;
        let home = Home::new(&scene, "sam")?;
        home.configure(server.account(SAM), &password(SAM))?;
        let discovery = json(&home, &["discover", &jid(SAM), "--json"]).await?;
        ensure!(discovery["mechanism"] == strongest, "{discovery:#}");
        let offered = discovery["mechanisms"].as_array().context("no mechanisms")?;
        ensure!(
            offered.iter().any(|m| m == "PLAIN"),
            "PLAIN isn't there to be passed over: {offered:?}"
        );

        home.configure(server.account(SAM), "not-the-password")?;
        let ended = home.run(&["account", "test", &jid(SAM)]).await?;
        ensure!(ended.status.code() == Some(3), "{ended:?}");
        let said = ended.stdout.join("\n");
        ensure!(said.contains("doesn’t accept this address and password"), "{said}");

        // Another domain at the same server.
        let mut account = server.account(SAM);
        account.jid = "sam@elsewhere.test".to_owned();
        home.configure(account.clone(), &password(SAM))?;
        let ended = home.run(&["account", "test", &account.jid]).await?;
        ensure!(ended.status.code() == Some(3), "{ended:?}");
        let said = ended.stdout.join("\n");
        match kind {
            // It says so before any certificate.
            Kind::Prosody => ensure!(said.contains("no certificate for the domain"), "{said}"),
            // It shows the one it has, and trusted all the same it doesn't serve the domain.
            Kind::Ejabberd => {
                ensure!(said.contains("it is for wren.test"), "{said}");
                let fingerprint = said.split("SHA-256 ").nth(1).context("no fingerprint")?;
                account.pins = vec![fingerprint.chars().take_while(char::is_ascii_hexdigit).collect()];
                home.configure(account.clone(), &password(SAM))?;
                let ended = home.run(&["account", "test", &account.jid]).await?;
                ensure!(ended.status.code() == Some(3), "{ended:?}");
                let said = ended.stdout.join("\n");
                ensure!(said.contains("elsewhere.test can’t be found"), "{said}");
                ensure!(said.contains("pinned certificate"), "{said}");
            }
        }

        // A pin that no longer fits is no question.
        account.jid = jid(SAM);
        account.pins = vec!["ab".repeat(32)];
        home.configure(account, &password(SAM))?;
        let ended = home.run(&["account", "test", &jid(SAM)]).await?;
        ensure!(ended.status.code() == Some(3), "{ended:?}");
        let said = ended.stdout.join("\n");
        ensure!(said.contains("another certificate than the pinned one"), "{said}");
        ensure!(said.contains("somebody is listening in"), "{said}");
        Ok(())
    })
}

fn what_the_owner_ends_is_told_with_what_to_do(kind: Kind) -> Result<()> {
    scene(async |scene| {
        let (_server, mut publisher, home) = stage(&scene, kind).await?;
        let node = admitted(&mut publisher, INBOX).await?;
        let sam = jid(SAM);
        json(&home, &["subscription", "add", &sam, PUBSUB, INBOX, "--json"]).await?;
        let watch = home.watch().await?;
        publisher.publish(&node, "1", &mail(1, "before")).await?;
        watch.event("before").await?;
        eventually("the node was looked after", async || {
            let status = json(&home, &["status", "--json"]).await?;
            Ok((status["accounts"][0]["nodes"][0]["state"] == "subscribed").then_some(()))
        })
        .await?;
        match kind {
            // Of the two, each server tells only one.
            Kind::Prosody => publisher.delete(&node).await?,
            Kind::Ejabberd => publisher.expel(&node, &sam).await?,
        }
        eventually("the status tells of it", async || {
            let status = home.run(&["status"]).await?.stdout.join("\n");
            Ok(status
                .contains("deleted, or its owner ended the subscription. Ask its owner")
                .then_some(()))
        })
        .await?;
        let status = json(&home, &["status", "--json"]).await?;
        ensure!(status["accounts"][0]["nodes"][0]["state"] == "closed", "{status:#}");
        Ok(())
    })
}

/// Prosody's pubsub service knows no access model `authorize`.
#[test]
fn a_node_whose_owner_approves_is_pending_until_then() -> Result<()> {
    scene(async |scene| {
        let (_server, mut publisher, home) = stage(&scene, Kind::Ejabberd).await?;
        let node = node("on approval");
        publisher.create(&node).await?;
        let authorize = serde_json::json!({ "access_model": "authorize" });
        publisher.configure(&node, authorize).await?;
        let sam = jid(SAM);
        let discovery = json(&home, &["discover", &sam, "--json"]).await?;
        let seen = found(&discovery, &node.node).context("not found")?;
        ensure!(seen["access"] == "authorize" && seen["readable"] == false, "{seen:#}");

        let added = json(&home, &["subscription", "add", &sam, PUBSUB, &node.node, "--json"]).await?;
        ensure!(added["standing"] == "pending", "{added:#}");
        ensure!(
            added["note"].as_str().is_some_and(|n| n.contains("approve")),
            "{added:#}"
        );
        let watch = home.watch().await?;
        let state = async |wanted: &str| {
            eventually(format_args!("the node is {wanted}"), async || {
                let status = json(&home, &["status", "--json"]).await?;
                let nodes = status["accounts"][0]["nodes"].clone();
                Ok((nodes[0]["state"] == wanted).then_some(nodes))
            })
            .await
        };
        state("pending").await?;
        let said = home.run(&["status"]).await?.stdout.join("\n");
        ensure!(said.contains("The owner has still to approve."), "{said}");
        let listed = home.run(&["subscription", "list", &sam, "--json"]).await?.json()?;
        ensure!(listed[0]["standing"] == "pending", "{listed:#?}");

        publisher.approve(&node, &sam).await?;
        state("subscribed").await?;
        publisher.publish(&node, "1", &mail(1, "approved")).await?;
        watch.event("approved").await?;
        Ok(())
    })
}
