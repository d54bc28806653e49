//! A server, profiles whose account is on it, and a screen that remembers what it shows.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use mailwren_core::account::{Account, Security, Subscription};
use mailwren_core::popup::Popup;
use mailwren_core::settings::{GeneralSettings, Language};
use mailwren_core::view::{Command, Filter, NodeState, Reply, Row, Status};
use mailwren_engine::config::ConfigFile;
use mailwren_engine::face::{Face, Opening};
use mailwren_engine::ports::{Notifier, NotifierError, Surroundings};
use mailwren_engine::profile::Profile;
use mailwren_engine::vault::{MemoryVault, Vault};
use mailwren_engine::xmpp::session::Timing;
use mailwren_loopback::{Config, Server};
use minidom::Element;
use secrecy::SecretString;
use tokio::sync::watch;

pub const SAM: &str = "sam@aosnotify.mac.com";
pub const SERVICE: &str = "pubsub.aosnotify.mac.com";
pub const NODE: &str = "/mailwren/sam/work";
/// A test that waits longer hangs.
pub const LIMIT: Duration = Duration::from_secs(60);

/// A server, a profile whose account is on it, and what a face needs to open it.
pub struct Scene {
    pub server: Server,
    pub opening: Opening,
}

impl Scene {
    pub async fn new() -> Self {
        let server = Server::start(Config {
            domain: "aosnotify.mac.com".to_owned(),
            users: vec![("sam".to_owned(), "secret".to_owned())],
            pubsub_host: SERVICE.to_owned(),
        })
        .await
        .unwrap();
        server.create_node(SERVICE, NODE).unwrap();
        let opening = device(&server);
        Self { server, opening }
    }

    pub async fn open(&self) -> Face {
        Face::open(&self.opening).await.unwrap()
    }

    pub fn publish(&self, item: &str, subject: &str) {
        let xml = format!(
            "<mail xmlns='urn:mailwren:mail:0' mailbox='INBOX'><from address='m@example.org'>Miriam</from>\
             <subject>{subject}</subject></mail>"
        );
        let payload: Element = xml.parse().unwrap();
        self.server.publish(SERVICE, NODE, item, payload).unwrap();
    }
}

/// Another device of Sam's: a profile of its own, with the account on it.
pub fn device(server: &Server) -> Opening {
    let profile = Profile::temporary().unwrap();
    let account = Account {
        host: Some(server.addr().ip().to_string()),
        port: Some(server.addr().port()),
        security: Security::Direct,
        pins: vec![server.fingerprint().to_owned()],
        pep: false,
        subscriptions: vec![Subscription {
            service: SERVICE.to_owned(),
            node: NODE.to_owned(),
        }],
        ..Account::new(SAM)
    };
    let config = ConfigFile::new(profile.config_file());
    config.save_account(&account).unwrap();
    // What it says is compared, whatever the person speaks.
    let general = GeneralSettings {
        language: Language::En,
        ..GeneralSettings::default()
    };
    config.save_general(&general).unwrap();
    let vault = MemoryVault::default();
    vault.set(SAM, &SecretString::from("secret")).unwrap();
    Opening {
        profile: Arc::new(profile),
        vault: Arc::new(vault),
        timing: Timing::default(),
        connect: true,
    }
}

/// A screen: shows what it is told, and remembers it.
pub struct Screen {
    pub up: watch::Sender<Vec<Popup>>,
    pub broken: Mutex<bool>,
    /// Whether it isn't to be disturbed.
    pub disturbing: watch::Sender<bool>,
}

impl Screen {
    pub fn new() -> (Arc<Self>, watch::Receiver<Vec<Popup>>) {
        let (up, seen) = watch::channel(Vec::new());
        let broken = Mutex::new(false);
        let screen = Self {
            up,
            broken,
            disturbing: watch::channel(false).0,
        };
        (Arc::new(screen), seen)
    }
}

impl Notifier for Screen {
    fn show(&self, popup: Popup) -> BoxFuture<'_, Result<(), NotifierError>> {
        let shown = if *self.broken.lock().unwrap() {
            Err(NotifierError::NoDaemon)
        } else if *self.disturbing.borrow() {
            Err(NotifierError::Inhibited)
        } else {
            self.up.send_modify(|up| {
                up.retain(|p| p.id != popup.id);
                up.push(popup);
            });
            Ok(())
        };
        Box::pin(std::future::ready(shown))
    }

    fn withdraw(&self, id: u64) -> BoxFuture<'_, ()> {
        self.up.send_modify(|up| up.retain(|p| p.id != id));
        Box::pin(std::future::ready(()))
    }

    fn surroundings(&self) -> BoxStream<'static, Surroundings> {
        let said = self.disturbing.subscribe();
        futures::stream::unfold(said, |mut said| async {
            said.changed().await.ok()?;
            let on = *said.borrow_and_update();
            Some((Surroundings::DoNotDisturb(on), said))
        })
        .boxed()
    }
}

pub async fn status(face: &Face) -> Status {
    match face.call(Command::Status).await.unwrap() {
        Reply::Status { status } => status,
        other => panic!("{other:?}"),
    }
}

/// Waits until what the node held at first was fetched: from then on what is published is news.
pub async fn listening(face: &Face) {
    let subscribed = |status: &Status| {
        status
            .accounts
            .iter()
            .flat_map(|a| &a.nodes)
            .any(|n| n.state == NodeState::Subscribed)
    };
    until(face, || status(face), subscribed).await;
}

pub async fn rows(face: &Face) -> Vec<Row> {
    let command = Command::Feed {
        filter: Filter::default(),
        before: None,
        limit: 100,
    };
    match face.call(command).await.unwrap() {
        Reply::Feed { rows, .. } => rows,
        other => panic!("{other:?}"),
    }
}

/// Asks again at each notice until the answer is the wanted one.
pub async fn until<T, F: Future<Output = T>>(face: &Face, ask: impl Fn() -> F, wanted: impl Fn(&T) -> bool) -> T {
    let mut notices = face.notices();
    tokio::time::timeout(LIMIT, async {
        loop {
            let answer = ask().await;
            if wanted(&answer) {
                return answer;
            }
            notices.recv().await.ok();
        }
    })
    .await
    .expect("the wanted state within the limit")
}

pub async fn popups(seen: &mut watch::Receiver<Vec<Popup>>, wanted: impl FnMut(&Vec<Popup>) -> bool) -> Vec<Popup> {
    let up = tokio::time::timeout(LIMIT, seen.wait_for(wanted)).await;
    up.expect("the wanted popups within the limit").unwrap().clone()
}
