//! What a person does to a mail on a device reaches its mailbox, by way of the bridge; with the embedded server between them.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use jiff::Timestamp;
use mailwren_core::account::{Account, Security};
use mailwren_core::act::{Act, Became, Done, MessageAt};
use mailwren_core::event::Sender;
use mailwren_core::popup::{Popup, PopupAction, PopupEvent, PopupEventKind, Privacy};
use mailwren_core::publish::{Envelope, Mail, Uid};
use mailwren_core::said::Said;
use mailwren_core::view::{ApiCode, Command, Reply, Row};
use mailwren_engine::bridge::Bridge;
use mailwren_engine::config::ConfigFile;
use mailwren_engine::face::{Face, Opening};
use mailwren_engine::outbox::{Action, Entry, Outbox, Target};
use mailwren_engine::ports::{AccessError, MailAccess};
use mailwren_engine::profile::Profile;
use mailwren_engine::vault::{MemoryVault, Vault};
use mailwren_loopback::Server;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::scene::{LIMIT, SAM, Scene, Screen, device, popups, rows, status, until};

/// How a mailbox takes what is wanted of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    Obeys,
    /// Its messages are elsewhere.
    Misses,
    /// Its server is down.
    Fails,
}

/// A mailbox, and what was done in it.
struct Mailbox {
    manner: watch::Sender<Manner>,
    acted: watch::Sender<Vec<(Act, Vec<u32>)>>,
    undone: watch::Sender<u32>,
}

impl MailAccess for Mailbox {
    fn act<'a>(&'a self, messages: &'a [MessageAt], act: Act) -> BoxFuture<'a, Result<Done, AccessError>> {
        let manner = *self.manner.borrow();
        if manner == Manner::Fails {
            let error = AccessError(Said::text("the mail server is down for repairs"));
            return Box::pin(std::future::ready(Err(error)));
        }
        let uids = messages.iter().filter_map(|message| Some(message.uid?.uid)).collect();
        self.acted.send_modify(|acted| acted.push((act, uids)));
        let became = |was: &MessageAt| match manner {
            Manner::Misses => Became::Missing,
            _ => Became::Changed {
                was: was.clone(),
                now: was.clone(),
            },
        };
        let messages = messages.iter().map(became).collect();
        Box::pin(std::future::ready(Ok(Done { act, messages })))
    }

    fn undo<'a>(&'a self, done: &'a Done) -> BoxFuture<'a, Result<Done, AccessError>> {
        self.undone.send_modify(|undone| *undone += 1);
        Box::pin(std::future::ready(Ok(done.clone())))
    }
}

/// A bridge that runs, and reaches a mailbox of Sam's.
struct Machine {
    profile: Profile,
    mailbox: Arc<Mailbox>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Machine {
    async fn start(server: &Server) -> Self {
        let profile = Profile::temporary().unwrap();
        let config = format!(
            "[[account]]\njid = \"{SAM}\"\nhost = \"{}\"\nport = {}\nsecurity = \"direct\"\npins = [\"{}\"]\n\n\
             [bridge]\nlisten = \"unix:{}\"\n[[bridge.mailbox]]\nname = \"sam\"\nhttp = {{ user = \"sam\" }}\n",
            server.addr().ip(),
            server.addr().port(),
            server.fingerprint(),
            profile.data_dir().join("bridge.sock").display(),
        );
        std::fs::write(profile.config_file(), config).unwrap();
        let vault = Arc::new(MemoryVault::default());
        vault.set(SAM, &"secret".into()).unwrap();
        let mailbox = Arc::new(Mailbox {
            manner: watch::Sender::new(Manner::Obeys),
            acted: watch::Sender::new(Vec::new()),
            undone: watch::Sender::new(0),
        });
        let bridge = Bridge::open(&profile, None, vault).await.unwrap();
        let bridge = bridge.reaching("sam", mailbox.clone());
        let stop = CancellationToken::new();
        Self {
            task: tokio::spawn(bridge.run(stop.clone())),
            profile,
            mailbox,
            stop,
        }
    }

    fn arrived(&self, uid: u32, sender: &str) {
        let envelope = Envelope {
            from: Some(Sender {
                name: Some(sender.to_owned()),
                address: None,
            }),
            message_id: Some(format!("{sender}@example.org")),
            ..Envelope::default()
        };
        let uid = Uid { uidvalidity: 9, uid };
        let entry = Entry {
            queued_at: Timestamp::now(),
            target: Target::default(),
            name: Some("sam".to_owned()),
            reader: None,
            action: Action::Mail(Mail::stored("INBOX", uid, envelope, None, Privacy::Full)),
        };
        Outbox::of(&self.profile).append(&entry).unwrap();
    }

    async fn acted(&self, count: usize) -> Vec<(Act, Vec<u32>)> {
        let mut acted = self.mailbox.acted.subscribe();
        let acted = tokio::time::timeout(LIMIT, acted.wait_for(|acted| acted.len() >= count)).await;
        acted.expect("it reaches the mailbox").unwrap().clone()
    }

    async fn end(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }
}

/// A device with a screen that listens to the account's own node.
struct Device {
    face: Face,
    up: watch::Receiver<Vec<Popup>>,
    events: mpsc::Sender<PopupEvent>,
}

impl Device {
    async fn start(server: &Server) -> Self {
        let opening = own(server);
        let (screen, up) = Screen::new();
        let (events, popup_events) = mpsc::channel(8);
        let face = Face::open_desktop(&opening, (screen, popup_events)).await.unwrap();
        let proven = |status: &mailwren_core::view::Status| status.accounts[0].proven_at.is_some();
        until(&face, || status(&face), proven).await;
        Self { face, up, events }
    }

    /// Waits until a bridge is known, or is no longer.
    async fn reaches(&self, reaches: bool) {
        let acts = |status: &mailwren_core::view::Status| status.accounts[0].nodes[0].acts == reaches;
        until(&self.face, || status(&self.face), acts).await;
    }

    async fn shows(&mut self, wanted: impl Fn(&Popup) -> bool) -> Popup {
        let up = popups(&mut self.up, |up| up.iter().any(&wanted)).await;
        up.into_iter().find(wanted).unwrap()
    }

    async fn shows_nothing(&mut self) {
        popups(&mut self.up, Vec::is_empty).await;
    }

    async fn rows(&self, wanted: impl Fn(&[Row]) -> bool) -> Vec<Row> {
        until(&self.face, || rows(&self.face), |rows| wanted(rows)).await
    }
}

fn own(server: &Server) -> Opening {
    let opening = device(server);
    let account = Account {
        host: Some(server.addr().ip().to_string()),
        port: Some(server.addr().port()),
        security: Security::Direct,
        pins: vec![server.fingerprint().to_owned()],
        ..Account::new(SAM)
    };
    ConfigFile::new(opening.profile.config_file())
        .save_account(&account)
        .unwrap();
    opening
}

fn from(sender: &str) -> impl Fn(&Popup) -> bool {
    move |popup| popup.title == sender
}

fn archive(row: &Row) -> Command {
    Command::Act {
        seqs: vec![row.seq],
        act: Act::Archive,
    }
}

fn acted(count: u32) -> Reply {
    Reply::Acted { count, trouble: None }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_archived_on_one_device_leaves_all_and_comes_back_by_undo() {
    let scene = Scene::new().await;
    let (mut desk, mut lap) = (Device::start(&scene.server).await, Device::start(&scene.server).await);
    let machine = Machine::start(&scene.server).await;
    desk.reaches(true).await;
    machine.arrived(42, "Zoe");
    let popup = desk.shows(from("Zoe")).await;
    assert_eq!(popup.actions[2], PopupAction::Act(Act::Archive));
    lap.shows(from("Zoe")).await;

    let row = rows(&desk.face).await.remove(0);
    assert_eq!(desk.face.call(archive(&row)).await.unwrap(), acted(1));
    assert_eq!(machine.acted(1).await, [(Act::Archive, vec![42])]);
    assert!(rows(&desk.face).await.is_empty(), "it is in the list still");
    desk.shows_nothing().await;
    lap.shows_nothing().await;
    lap.rows(|rows| rows[0].gone_at.is_some()).await;

    let undo = Command::UndoAct { seqs: vec![row.seq] };
    assert_eq!(desk.face.call(undo.clone()).await.unwrap(), acted(1));
    assert_eq!(*machine.mailbox.undone.borrow(), 1);
    let back = desk.rows(|rows| !rows.is_empty()).await.remove(0);
    assert!(back.unread && back.gone_at.is_none() && back.acted.is_none());
    // It has another UID now, and its new item is the same mail: one row, and no popup.
    machine.arrived(43, "Zoe");
    let moved_back = desk.rows(|rows| rows.iter().any(|row| row.event.uid == Some(43))).await;
    let standing: Vec<bool> = moved_back.iter().map(|row| row.replaced).collect();
    assert_eq!(standing, [false, true]);
    desk.shows_nothing().await;
    let again = desk.face.call(undo).await.unwrap_err();
    assert_eq!(again.code, ApiCode::Refused);
    machine.end().await;
    // The bridge says so at its end.
    desk.reaches(false).await;
    let none = desk.face.call(archive(&moved_back[0])).await.unwrap_err();
    assert!(none.message.to_string().contains("Nothing reaches"), "{none:?}");
    desk.face.close().await;
    lap.face.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_could_not_be_done_is_told_and_the_row_is_back() {
    let scene = Scene::new().await;
    let mut desk = Device::start(&scene.server).await;
    let machine = Machine::start(&scene.server).await;
    desk.reaches(true).await;
    machine.arrived(42, "Zoe");
    let popup = desk.shows(from("Zoe")).await;
    for (manner, why) in [
        (Manner::Misses, "isn’t in its folder"),
        (Manner::Fails, "down for repairs"),
    ] {
        machine.mailbox.manner.send_replace(manner);
        let row = rows(&desk.face).await.remove(0);
        let error = desk.face.call(archive(&row)).await.unwrap_err();
        assert!(error.message.to_string().contains(why), "{error:?}");
        let back = rows(&desk.face).await.remove(0);
        assert!(back.unread && back.gone_at.is_none() && back.acted.is_none());
    }
    // At a popup nobody awaits an answer, so another popup tells it.
    let kind = PopupEventKind::Action(PopupAction::Act(Act::Delete));
    machine.arrived(43, "Ada");
    let second = desk.shows(from("Ada")).await;
    assert_ne!(second.id, popup.id);
    desk.events.send(PopupEvent { id: second.id, kind }).await.unwrap();
    let said = desk.shows(from("Not deleted: Ada")).await;
    assert!(said.body.contains("down for repairs"), "{said:?}");
    desk.rows(|rows| rows.iter().all(|row| row.unread)).await;
    machine.end().await;
    desk.face.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_read_here_is_read_in_the_mailbox_and_not_gone_by_that() {
    let scene = Scene::new().await;
    let mut desk = Device::start(&scene.server).await;
    let machine = Machine::start(&scene.server).await;
    desk.reaches(true).await;
    machine.arrived(42, "Zoe");
    let popup = desk.shows(from("Zoe")).await;
    let kind = PopupEventKind::Action(PopupAction::MarkRead);
    desk.events.send(PopupEvent { id: popup.id, kind }).await.unwrap();
    assert_eq!(machine.acted(1).await, [(Act::Read, vec![42])]);
    // Its item is taken back, and what comes after that is told after it.
    machine.arrived(43, "Ada");
    desk.shows(from("Ada")).await;
    let read = rows(&desk.face).await.remove(1);
    assert!(!read.unread && read.gone_at.is_none(), "{read:?}");
    // So it can still be archived; and a mail server that is down is nothing to bother anybody with.
    assert_eq!(desk.face.call(archive(&read)).await.unwrap(), acted(1));
    machine.mailbox.manner.send_replace(Manner::Fails);
    let marked = desk
        .face
        .call(Command::Mark {
            seqs: vec![read.seq + 1],
            read: true,
        })
        .await;
    assert_eq!(marked.unwrap(), Reply::Done { count: 1 });
    machine.end().await;
    desk.face.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_desk_is_manned_again_after_the_server_was_away() {
    let scene = Scene::new().await;
    let mut desk = Device::start(&scene.server).await;
    let machine = Machine::start(&scene.server).await;
    desk.reaches(true).await;
    machine.arrived(42, "Zoe");
    desk.shows(from("Zoe")).await;
    let row = rows(&desk.face).await.remove(0);
    scene.server.restart();
    let archived = async {
        while desk.face.call(archive(&row)).await.is_err() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(LIMIT, archived).await.expect("it is archived");
    assert_eq!(machine.acted(1).await, [(Act::Archive, vec![42])]);
    machine.end().await;
    desk.face.close().await;
}
