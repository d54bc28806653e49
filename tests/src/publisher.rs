//! An XMPP client that isn't ours, to publish with: slixmpp, driven over JSON lines (`publish.py`).

use anyhow::{Context, Result, bail};
use mailwren_core::account::Subscription;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::place;
use crate::process::Process;
use crate::scene::Scene;
use crate::server::{PUBLISHER, SAM, Server, jid, password};

/// A client that is logged in.
#[derive(Debug)]
pub struct Publisher {
    process: Process,
    /// The full JID that the server bound it to.
    jid: String,
    next: u64,
}

impl Publisher {
    /// Logs a user in, over STARTTLS, without going online.
    ///
    /// # Errors
    /// When slixmpp isn't installed or the login fails.
    pub async fn connect(scene: &Scene, server: &Server, user: &str) -> Result<Self> {
        Self::login(scene, server, user, json!({ "direct": false, "port": server.starttls })).await
    }

    /// The publisher of a new node that Sam can read.
    ///
    /// # Errors
    /// As [`Publisher::connect`], or when the service refuses.
    pub async fn for_sam(scene: &Scene, server: &Server, node: &Subscription) -> Result<Self> {
        let mut publisher = Self::connect(scene, server, PUBLISHER).await?;
        publisher.create(node).await?;
        publisher.admit(node, &jid(SAM)).await?;
        Ok(publisher)
    }

    /// Logs a user in, over direct TLS, goes online with interest in these PEP nodes, and listens to messages.
    ///
    /// # Errors
    /// As [`Publisher::connect`].
    pub async fn listen(scene: &Scene, server: &Server, user: &str, notify: &[&str]) -> Result<Self> {
        let how = json!({ "direct": true, "port": server.direct, "listen": true, "notify": notify });
        Self::login(scene, server, user, how).await
    }

    async fn login(scene: &Scene, server: &Server, user: &str, how: Value) -> Result<Self> {
        let mut command = Command::new(place::python()?);
        command.arg(place::scripts().join("publish.py"));
        let name = format!("slixmpp-{user}-{}", how["port"]);
        let process = Process::start(&name, scene.path(), command).await?;
        let mut publisher = Self {
            process,
            jid: String::new(),
            next: 0,
        };
        let mut login = json!({
            "jid": jid(user),
            "password": password(user),
            "host": server.host.to_string(),
            "ca_file": server.certificate.ca,
        });
        merge(&mut login, how);
        let bound = publisher.ask("connect", login).await?;
        publisher.jid = bound.as_str().context("no full JID")?.to_owned();
        Ok(publisher)
    }

    async fn ask(&mut self, what: &str, fields: Value) -> Result<Value> {
        self.next += 1;
        let id = self.next;
        let mut command = json!({ "id": id, "do": what });
        merge(&mut command, fields);
        let asked_at = self.process.printed_lines();
        self.process.write_line(&command.to_string()).await?;
        let answer = self
            .process
            .stdout(&format!("the answer to {what}"), asked_at, |line| {
                let line: Value = serde_json::from_str(line).ok()?;
                (line["id"] == id).then_some(line)
            })
            .await?;
        match answer.get("ok") {
            Some(ok) => Ok(ok.clone()),
            None => bail!("slixmpp: {command}: {}", answer["error"]),
        }
    }

    async fn ask_node(&mut self, what: &str, node: &Subscription, fields: Value) -> Result<Value> {
        let mut all = json!({ "service": node.service, "node": node.node });
        merge(&mut all, fields);
        self.ask(what, all).await
    }

    /// Creates a node that only chosen JIDs can read, keeps its items, and sends events as `headline`.
    ///
    /// # Errors
    /// When the service refuses.
    pub async fn create(&mut self, node: &Subscription) -> Result<()> {
        let config = json!({ "access_model": "whitelist", "persist_items": "1", "max_items": "200" });
        self.ask_node("create", node, json!({ "config": config })).await?;
        Ok(())
    }

    /// Lets a JID read a node.
    ///
    /// # Errors
    /// When the service refuses.
    pub async fn admit(&mut self, node: &Subscription, jid: &str) -> Result<()> {
        self.ask_node("affiliate", node, json!({ "jid": jid, "affiliation": "member" }))
            .await?;
        Ok(())
    }

    /// Changes a node's configuration.
    ///
    /// # Errors
    /// When the service refuses.
    pub async fn configure(&mut self, node: &Subscription, config: Value) -> Result<()> {
        self.ask_node("configure", node, json!({ "config": config })).await?;
        Ok(())
    }

    /// Approves a pending subscription.
    ///
    /// # Errors
    /// When the service refuses.
    pub async fn approve(&mut self, node: &Subscription, jid: &str) -> Result<()> {
        self.ask_node("approve", node, json!({ "jid": jid })).await?;
        Ok(())
    }

    /// Publishes an item.
    ///
    /// # Errors
    /// When the service refuses.
    pub async fn publish(&mut self, node: &Subscription, item: &str, payload: &str) -> Result<()> {
        self.ask_node("publish", node, json!({ "item": item, "payload": payload }))
            .await?;
        Ok(())
    }

    /// Publishes items, in order, without awaiting each answer before the next.
    ///
    /// # Errors
    /// When the service refuses one.
    pub async fn publish_all(&mut self, node: &Subscription, items: &[(String, String)]) -> Result<()> {
        self.ask_node("publish_all", node, json!({ "items": items })).await?;
        Ok(())
    }

    /// Retracts an item, telling the subscribers.
    ///
    /// # Errors
    /// When the service refuses.
    pub async fn retract(&mut self, node: &Subscription, item: &str) -> Result<()> {
        self.ask_node("retract", node, json!({ "item": item, "notify": true }))
            .await?;
        Ok(())
    }

    /// The ids of a node's items.
    ///
    /// # Errors
    /// When the service refuses.
    pub async fn items(&mut self, node: &Subscription) -> Result<Vec<String>> {
        let ids = self.ask_node("items", node, json!({})).await?;
        let ids = ids.as_array().context("no list of items")?;
        Ok(ids.iter().filter_map(|id| id.as_str().map(str::to_owned)).collect())
    }

    /// Removes all items of a node.
    ///
    /// # Errors
    /// When the service refuses.
    pub async fn purge(&mut self, node: &Subscription) -> Result<()> {
        self.ask_node("purge", node, json!({})).await?;
        Ok(())
    }

    /// Deletes a node.
    ///
    /// # Errors
    /// When the service refuses.
    pub async fn delete(&mut self, node: &Subscription) -> Result<()> {
        self.ask_node("delete", node, json!({})).await?;
        Ok(())
    }

    /// Subscribes this user's bare JID; gives the subscription's state.
    ///
    /// # Errors
    /// When the service refuses.
    pub async fn subscribe(&mut self, node: &Subscription) -> Result<String> {
        let state = self.ask_node("subscribe", node, json!({})).await?;
        state.as_str().map(str::to_owned).context("no subscription state")
    }

    /// Subscribes another JID of this user.
    ///
    /// # Errors
    /// When the service refuses.
    pub async fn subscribe_as(&mut self, node: &Subscription, jid: &str) -> Result<()> {
        self.ask_node("subscribe", node, json!({ "jid": jid })).await?;
        Ok(())
    }

    /// Ends a JID's subscription, as the node's owner.
    ///
    /// # Errors
    /// When the service refuses.
    pub async fn expel(&mut self, node: &Subscription, jid: &str) -> Result<()> {
        self.ask_node("expel", node, json!({ "jid": jid })).await?;
        Ok(())
    }

    /// The bare or full JIDs that are subscribed to a node, as its owner sees them.
    ///
    /// # Errors
    /// When the service refuses.
    pub async fn subscribers(&mut self, node: &Subscription) -> Result<Vec<String>> {
        let listed = self.ask_node("subscribers", node, json!({})).await?;
        let listed = listed.as_array().context("no list of subscribers")?;
        Ok(listed
            .iter()
            .filter(|one| one["state"] == "subscribed")
            .filter_map(|one| one["jid"].as_str().map(str::to_owned))
            .collect())
    }

    /// The JIDs of this user that are subscribed to a node, as the service tells the user.
    ///
    /// # Errors
    /// When the service refuses.
    pub async fn subscriptions(&mut self, node: &Subscription) -> Result<Vec<String>> {
        let listed = self.ask_node("subscriptions", node, json!({})).await?;
        let listed = listed.as_array().context("no list of subscriptions")?;
        Ok(listed
            .iter()
            .filter_map(|jid| jid.as_str().map(str::to_owned))
            .collect())
    }

    /// Sends a stanza as it is, and awaits that the server has read it.
    ///
    /// # Errors
    /// When the server is gone.
    pub async fn send(&mut self, xml: &str) -> Result<()> {
        self.ask("send", json!({ "xml": xml })).await?;
        Ok(())
    }

    /// Awaits the full JID of another client of this user that is online; only for one that listens.
    ///
    /// # Errors
    /// When there is none.
    pub async fn other_client(&self) -> Result<String> {
        let bare = self.jid.split('/').next().unwrap_or_default();
        self.process
            .stdout("another client of the same user", 0, |line| {
                let line: Value = serde_json::from_str(line).ok()?;
                let full = line["online"].as_str()?;
                (full != self.jid && full.starts_with(bare)).then(|| full.to_owned())
            })
            .await
    }

    /// Awaits a message that contains this text; only for one that listens.
    ///
    /// # Errors
    /// When none comes.
    pub async fn message(&self, text: &str) -> Result<String> {
        self.process
            .stdout(&format!("a message with {text}"), 0, |line| {
                let line: Value = serde_json::from_str(line).ok()?;
                let stanza = line["message"].as_str()?;
                stanza.contains(text).then(|| stanza.to_owned())
            })
            .await
    }
}

/// Adds the fields of one JSON object to another.
fn merge(into: &mut Value, fields: Value) {
    if let (Value::Object(into), Value::Object(fields)) = (into, fields) {
        into.extend(fields);
    }
}
