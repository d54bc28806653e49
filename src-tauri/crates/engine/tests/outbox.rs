//! The outbox against the embedded server: what is put in is published once and in order, whatever happens meanwhile.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::Duration;

use mailwren_core::MAIL_NODE;
use mailwren_core::popup::Privacy;
use mailwren_core::publish::{Envelope, Gone, Mail, Uid};
use mailwren_engine::outbox::sending::{Sending, Sent};
use mailwren_engine::outbox::{Action, Entry, Outbox, Target, Waiting};
use mailwren_engine::profile::Profile;
use mailwren_engine::vault::{MemoryVault, Vault};
use mailwren_engine::xmpp::resolve::SystemResolver;
use mailwren_loopback::{Config, DefinedCondition, Held, Server};
use tokio::net::TcpListener;

const DOMAIN: &str = "aosnotify.mac.com";
const SAM: &str = "sam@aosnotify.mac.com";
const PUBSUB: &str = "pubsub.aosnotify.mac.com";

struct Stage {
    server: Server,
    profile: Profile,
    vault: Arc<MemoryVault>,
}

impl Stage {
    async fn new() -> Self {
        let config = Config {
            domain: DOMAIN.to_owned(),
            users: vec![("sam".to_owned(), "secret".to_owned())],
            pubsub_host: PUBSUB.to_owned(),
        };
        let vault = Arc::new(MemoryVault::default());
        vault.set(SAM, &"secret".into()).unwrap();
        let stage = Self {
            server: Server::start(config).await.unwrap(),
            profile: Profile::temporary().unwrap(),
            vault,
        };
        stage.configure(stage.server.addr().port());
        stage
    }

    fn configure(&self, port: u16) {
        let config = format!(
            "[[account]]\njid = \"{SAM}\"\nhost = \"{}\"\nport = {port}\nsecurity = \"direct\"\npins = [\"{}\"]\n",
            self.server.addr().ip(),
            self.server.fingerprint(),
        );
        std::fs::write(self.profile.config_file(), config).unwrap();
    }

    fn outbox(&self) -> Outbox {
        Outbox::of(&self.profile)
    }

    fn put(&self, subjects: &[&str]) -> Vec<u64> {
        self.put_for(&Target::default(), subjects)
    }

    fn put_for(&self, target: &Target, subjects: &[&str]) -> Vec<u64> {
        let put = |subject: &&str| self.outbox().append(&entry(target, subject)).unwrap();
        subjects.iter().map(put).collect()
    }

    fn sending(&self) -> Sending {
        Sending::new(&self.profile, self.vault.clone(), Arc::new(SystemResolver))
    }

    /// Sends what waits, by a process of its own; gives how many went and how many wait.
    async fn send(&self, now: bool) -> (usize, usize) {
        let mut sending = self.sending();
        let Sent { sent, left, .. } = sending.attempt(now).await.unwrap();
        sending.close().await;
        (sent, left)
    }

    /// The subjects on a node, oldest first.
    fn published(&self, service: &str, node: &str) -> Vec<String> {
        let Held { items, access } = self.server.held(service, node).unwrap();
        assert_eq!(access, "whitelist", "mail is on a node that others read");
        let subject = |payload: &minidom::Element| payload.get_child("subject", MAIL_NODE).unwrap().text();
        items
            .iter()
            .map(|(_, payload)| subject(payload.as_ref().unwrap()))
            .collect()
    }

    fn on_own_node(&self) -> Vec<String> {
        self.published(SAM, MAIL_NODE)
    }

    fn why(&self) -> String {
        let waiting = self.outbox().waiting().unwrap();
        let target = &waiting.first().expect("something waits").entry.target;
        self.outbox()
            .obstacle(target)
            .expect("nothing is in the way")
            .message
            .to_string()
    }
}

fn entry(target: &Target, subject: &str) -> Entry {
    let message = format!("From: zoe@example.org\nSubject: {subject}\nMessage-ID: <{subject}@example.org>\n\nWords.\n");
    Entry {
        queued_at: "2026-11-24T21:00:00Z".parse().unwrap(),
        target: target.clone(),
        name: None,
        reader: None,
        action: Action::Mail(Mail::read(message.as_bytes(), "INBOX", Privacy::Full)),
    }
}

fn subject(waiting: &Waiting) -> &str {
    match &waiting.entry.action {
        Action::Mail(mail) => mail.envelope.subject.as_deref().unwrap(),
        Action::Gone(gone) => &gone.mailbox,
    }
}

const UIDVALIDITY: u32 = 9;

/// A message that is in Sam's INBOX, as the bridge tells it.
fn stored(uid: u32, subject: &str, unseen: u32) -> Entry {
    let envelope = Envelope {
        subject: Some(subject.to_owned()),
        message_id: Some(format!("{subject}@example.org")),
        ..Envelope::default()
    };
    let uid = Uid {
        uidvalidity: UIDVALIDITY,
        uid,
    };
    Entry {
        name: Some("sam".to_owned()),
        action: Action::Mail(Mail::stored("INBOX", uid, envelope, Some(unseen), Privacy::Full)),
        ..entry(&Target::default(), subject)
    }
}

fn gone(uid: u32) -> Entry {
    let uid = Uid {
        uidvalidity: UIDVALIDITY,
        uid,
    };
    Entry {
        name: Some("sam".to_owned()),
        action: Action::Gone(Gone::stored("INBOX", uid, None)),
        ..entry(&Target::default(), "gone")
    }
}

#[tokio::test]
async fn mail_is_published_in_order_and_leaves_the_outbox() {
    let stage = Stage::new().await;
    assert_eq!(stage.put(&["a", "b", "c"]), [1, 2, 3]);
    assert_eq!(stage.send(false).await, (3, 0));
    assert_eq!(stage.on_own_node(), ["a", "b", "c"]);
    assert!(stage.outbox().waiting().unwrap().is_empty());
    assert_eq!(stage.server.seen().logins, 1);
    stage.put(&["d"]);
    assert_eq!(stage.send(false).await, (1, 0));
    assert_eq!(stage.on_own_node(), ["a", "b", "c", "d"]);
}

#[tokio::test]
async fn what_waits_while_the_server_is_away_is_published_once_it_is_back() {
    let stage = Stage::new().await;
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    stage.configure(nobody.port());
    stage.put(&["a", "b"]);
    assert_eq!(stage.send(false).await, (0, 2));
    assert!(stage.why().contains("no connection"), "{}", stage.why());
    // It isn't tried with each mail that comes.
    stage.put(&["c"]);
    stage.configure(stage.server.addr().port());
    stage.server.refuse_login(Some(DefinedCondition::TemporaryAuthFailure));
    assert_eq!(stage.send(true).await, (0, 3));
    stage.server.refuse_login(None);
    assert_eq!(stage.send(true).await, (3, 0));
    assert_eq!(stage.on_own_node(), ["a", "b", "c"]);
    assert!(stage.outbox().obstacle(&Target::default()).is_none());
}

#[tokio::test]
async fn a_connection_that_breaks_costs_nothing_but_another_one() {
    let stage = Stage::new().await;
    let mut sending = stage.sending();
    for subject in ["a", "b", "c"] {
        stage.put(&[subject]);
        assert_eq!(sending.attempt(false).await.unwrap().sent, 1);
        stage.server.kill_connections();
    }
    assert_eq!(stage.on_own_node(), ["a", "b", "c"]);
    assert_eq!(stage.server.seen().logins, 3);
}

#[tokio::test]
async fn a_process_killed_between_publishing_and_removing_leaves_one_item() {
    let stage = Stage::new().await;
    let file = stage.profile.data_dir().join("outbox/00000000000000000001.json");
    stage.put(&["a"]);
    let kept = std::fs::read(&file).unwrap();
    assert_eq!(stage.send(false).await, (1, 0));
    // As if it had not come to removing it.
    std::fs::write(&file, kept).unwrap();
    stage.put(&["b"]);
    assert_eq!(stage.send(false).await, (2, 0));
    assert_eq!(stage.on_own_node(), ["a", "b"]);
}

#[tokio::test]
async fn a_mail_that_was_read_is_taken_back_and_one_read_before_it_was_sent_is_never_told() {
    let stage = Stage::new().await;
    let put = |entries: &[Entry]| {
        for entry in entries {
            stage.outbox().append(entry).unwrap();
        }
    };
    put(&[stored(1, "a", 1), stored(2, "b", 2)]);
    assert_eq!(stage.send(false).await, (2, 0));
    put(&[gone(1), stored(3, "c", 3), stored(4, "d", 4), gone(3)]);
    assert_eq!(stage.send(false).await, (4, 0));
    assert_eq!(stage.on_own_node(), ["b", "d"]);
    // Of one that was never told, or no longer is, nothing is to be taken back.
    put(&[gone(1), gone(77)]);
    assert_eq!(stage.send(false).await, (2, 0));
    // Unread again.
    put(&[stored(1, "a", 5)]);
    assert_eq!(stage.send(false).await, (1, 0));
    assert_eq!(stage.on_own_node(), ["b", "d", "a"]);
}

#[tokio::test]
async fn a_mail_told_twice_or_in_two_ways_is_one_item() {
    let stage = Stage::new().await;
    let put = |entry: Entry| stage.outbox().append(&entry).unwrap();
    put(stored(1, "a", 1));
    // Dovecot's repeat, by which time another mail has come.
    put(stored(1, "a", 2));
    assert_eq!(stage.send(false).await, (2, 0));
    put(stored(1, "a", 3));
    // Sieve's, before it is delivered; named with its account here, and left out there.
    let sieve = Target {
        account: Some(SAM.to_owned()),
        ..Target::default()
    };
    stage.put_for(&sieve, &["b"]);
    put(stored(2, "b", 2));
    assert_eq!(stage.send(false).await, (3, 0));
    assert_eq!(stage.on_own_node(), ["a", "b"]);
    put(gone(2));
    assert_eq!(stage.send(false).await, (1, 0));
    assert_eq!(stage.on_own_node(), ["a"], "by the id under which it was told");
}

#[tokio::test]
async fn what_an_earlier_version_put_in_is_still_sent() {
    let stage = Stage::new().await;
    let dir = stage.profile.data_dir().join("outbox");
    std::fs::create_dir_all(&dir).unwrap();
    let written = r#"{"queued_at":"2026-11-24T21:00:00Z","account":null,"service":null,"node":"urn:mailwren:mail:0","mail":{"mailbox":"INBOX","key":"1f9d985c0d8d9ef960eded8464879c86","from":{"name":null,"address":"zoe@example.org"},"subject":"a","snippet":null,"message_id":"abc@example.org","date":null}}"#;
    std::fs::write(dir.join("00000000000000000001.json"), written).unwrap();
    assert_eq!(stage.send(false).await, (1, 0));
    assert_eq!(stage.on_own_node(), ["a"]);
}

#[tokio::test]
async fn a_wrong_password_is_tried_once_in_ten_minutes_or_when_a_person_says_so() {
    let stage = Stage::new().await;
    stage.vault.set(SAM, &"wrong".into()).unwrap();
    stage.put(&["a"]);
    assert_eq!(stage.send(false).await, (0, 1));
    assert!(stage.why().contains("password"), "{}", stage.why());
    stage.put(&["b"]);
    assert_eq!(stage.send(false).await, (0, 2));
    assert_eq!(stage.server.seen().refused_logins, 1);
    stage.vault.set(SAM, &"secret".into()).unwrap();
    assert_eq!(stage.send(true).await, (2, 0));
    assert_eq!(stage.on_own_node(), ["a", "b"]);
}

#[tokio::test]
async fn what_is_in_the_way_of_one_target_is_in_the_way_of_no_other() {
    let stage = Stage::new().await;
    let elsewhere = Target {
        account: Some("zoe@example.org".to_owned()),
        ..Target::default()
    };
    // Of the service, which doesn't tell how it is set.
    stage.server.create_node(PUBSUB, "theirs").unwrap();
    let theirs = Target {
        service: Some(PUBSUB.to_owned()),
        node: "theirs".to_owned(),
        ..Target::default()
    };
    let ours = Target {
        node: "ours".to_owned(),
        ..theirs.clone()
    };
    stage.put_for(&elsewhere, &["a"]);
    stage.put_for(&theirs, &["b"]);
    stage.put_for(&ours, &["c"]);
    stage.put(&["d"]);
    assert_eq!(stage.send(false).await, (2, 2));
    assert_eq!(stage.published(PUBSUB, "ours"), ["c"]);
    assert_eq!(stage.on_own_node(), ["d"]);
    assert!(stage.server.held(PUBSUB, "theirs").unwrap().items.is_empty());
    assert!(stage.outbox().obstacle(&theirs).unwrap().needs_person);
}

#[tokio::test]
async fn a_node_that_others_read_is_closed_first() {
    let stage = Stage::new().await;
    stage.server.create_node(SAM, MAIL_NODE).unwrap();
    assert_eq!(stage.server.held(SAM, MAIL_NODE).unwrap().access, "presence");
    stage.put(&["a"]);
    assert_eq!(stage.send(false).await, (1, 0));
    assert_eq!(stage.on_own_node(), ["a"]);
}

#[tokio::test]
async fn the_oldest_items_make_room_before_the_server_evicts_any() {
    let stage = Stage::new().await;
    let subjects: Vec<String> = (0..153).map(|n| n.to_string()).collect();
    let subjects: Vec<&str> = subjects.iter().map(String::as_str).collect();
    stage.put(&subjects);
    assert_eq!(stage.send(false).await, (153, 0));
    assert_eq!(stage.on_own_node(), subjects[3..]);
}

#[tokio::test]
async fn each_mail_of_a_sequence_is_sent_at_once_though_places_are_used_again() {
    let stage = Stage::new().await;
    stage.put(&["0"]);
    let sending = tokio::spawn(stage.sending().run());
    for subject in ["1", "2", "3"] {
        while !stage.outbox().ids().unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert_eq!(stage.put(&[subject]), [1]);
    }
    let sent = async {
        while !stage.outbox().ids().unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), sent)
        .await
        .expect("one is stuck");
    assert_eq!(stage.on_own_node(), ["0", "1", "2", "3"]);
    sending.abort();
}

#[test]
fn many_processes_put_mail_in_side_by_side() {
    let profile = Profile::temporary().unwrap();
    let outbox = Outbox::of(&profile);
    std::thread::scope(|scope| {
        for process in 0..8 {
            let outbox = &outbox;
            scope.spawn(move || {
                for n in 0..25 {
                    outbox
                        .append(&entry(&Target::default(), &format!("{process}-{n}")))
                        .unwrap();
                }
            });
        }
    });
    let waiting = outbox.waiting().unwrap();
    let subjects: Vec<&str> = waiting.iter().map(subject).collect();
    assert_eq!(subjects.iter().collect::<BTreeSet<_>>().len(), 200);
    for process in 0..8 {
        let of = format!("{process}-");
        let own: Vec<&str> = subjects
            .iter()
            .filter_map(|subject| subject.strip_prefix(&of))
            .collect();
        assert_eq!(
            own,
            (0..25).map(|n| n.to_string()).collect::<Vec<_>>(),
            "in the order of each"
        );
    }
}

#[test]
fn nobody_else_reads_the_outbox_and_what_is_broken_is_set_aside() {
    let profile = Profile::temporary().unwrap();
    let (outbox, dir) = (Outbox::of(&profile), profile.data_dir().join("outbox"));
    assert!(outbox.waiting().unwrap().is_empty() && !dir.exists());
    outbox.append(&entry(&Target::default(), "a")).unwrap();
    std::fs::write(dir.join("00000000000000000002.json"), "{\"queued").unwrap();
    outbox.append(&entry(&Target::default(), "b")).unwrap();
    let ids: Vec<u64> = outbox.waiting().unwrap().iter().map(|w| w.id).collect();
    assert_eq!(ids, [1, 3]);
    assert!(dir.join("00000000000000000002.broken").exists());
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(
        (mode(&dir), mode(&dir.join("00000000000000000001.json"))),
        (0o700, 0o600)
    );
}
