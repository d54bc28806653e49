//! The bridge's HTTP endpoint against the embedded server: who is let in, what comes of it, and what it costs to be hostile.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use mailwren_core::MAIL_NODE;
use mailwren_engine::bridge::config::Listen;
use mailwren_engine::bridge::{Bridge, BridgeError};
use mailwren_engine::outbox::Outbox;
use mailwren_engine::profile::Profile;
use mailwren_engine::vault::{MemoryVault, Vault};
use mailwren_loopback::{Config, Held, Server};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

const SAM: &str = "sam@aosnotify.mac.com";
const PUBSUB: &str = "pubsub.aosnotify.mac.com";
const PUBLISHER_NODE: &str = "urn:mailwren:publisher:0";
/// `anybody:s3cret`.
const BASIC: &str = "Authorization: Basic YW55Ym9keTpzM2NyZXQ=\r\n";

struct Stage {
    server: Server,
    profile: Profile,
    vault: Arc<MemoryVault>,
}

/// A bridge that runs.
struct Running {
    listen: Listen,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    fn port(&self) -> SocketAddr {
        match &self.listen {
            Listen::Tcp(address) => *address,
            Listen::Unix(path) => panic!("{}", path.display()),
        }
    }

    async fn end(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }

    /// Sends a request and gives the answer's status and text.
    async fn ask(&self, request: &str) -> (u16, String) {
        exchange(TcpStream::connect(self.port()).await.unwrap(), request).await
    }

    async fn notify(&self, method: &str, headers: &str, body: &str) -> u16 {
        let request = format!(
            "{method} /notify HTTP/1.1\r\nHost: bridge\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.ask(&request).await.0
    }

    /// Tells of a mail as Dovecot's OX driver does.
    async fn arrived(&self, uid: u32, subject: &str) -> u16 {
        self.notify("PUT", BASIC, &ox("sam", uid, subject)).await
    }
}

async fn exchange(mut stream: impl AsyncRead + AsyncWrite + Unpin, request: &str) -> (u16, String) {
    // Who is refused early may find the rest of it unread.
    stream.write_all(request.as_bytes()).await.ok();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok();
    let answer = String::from_utf8(answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap_or("0").parse().unwrap();
    (status, answer)
}

fn ox(user: &str, uid: u32, subject: &str) -> String {
    format!(
        r#"{{"user":"{user}","event":"messageNew","folder":"INBOX","imap-uidvalidity":9,"imap-uid":{uid},"from":"Zoe <zoe@example.org>","subject":"{subject}","snippet":"Words.","unseen":{uid}}}"#
    )
}

impl Stage {
    async fn new() -> Self {
        let config = Config {
            domain: "aosnotify.mac.com".to_owned(),
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
        let secret = stage.secret();
        std::fs::write(&secret, "s3cret\n").unwrap();
        std::fs::set_permissions(&secret, PermissionsExt::from_mode(0o600)).unwrap();
        stage.configure(
            stage.server.addr().port(),
            &format!(
                "listen = \"127.0.0.1:0\"\nsecret = {{ file = \"{}\" }}\n\
             [[bridge.mailbox]]\nname = \"sam\"\nhttp = {{ user = \"sam\" }}\n\
             [[bridge.mailbox]]\nname = \"team\"\nservice = \"{PUBSUB}\"\nnode = \"team\"\ndetail = \"sender\"\n\
             http = {{ user = \"team@example.org\" }}\n",
                secret.display()
            ),
        );
        stage
    }

    fn secret(&self) -> std::path::PathBuf {
        self.profile.data_dir().join("secret")
    }

    fn configure(&self, port: u16, bridge: &str) {
        let config = format!(
            "[[account]]\njid = \"{SAM}\"\nhost = \"{}\"\nport = {port}\nsecurity = \"direct\"\npins = [\"{}\"]\n\n[bridge]\n{bridge}",
            self.server.addr().ip(),
            self.server.fingerprint(),
        );
        std::fs::write(self.profile.config_file(), config).unwrap();
    }

    async fn open(&self, listen: Option<Listen>) -> Result<Bridge, BridgeError> {
        Bridge::open(&self.profile, listen, self.vault.clone()).await
    }

    async fn run(&self) -> Running {
        let bridge = self.open(None).await.unwrap();
        let stop = CancellationToken::new();
        Running {
            listen: bridge.listens_on().unwrap(),
            task: tokio::spawn(bridge.run(stop.clone())),
            stop,
        }
    }

    fn items(&self, service: &str, node: &str) -> Vec<minidom::Element> {
        let Ok(Held { items, access }) = self.server.held(service, node) else {
            return Vec::new();
        };
        assert!(
            access == "whitelist" || items.is_empty(),
            "mail is on a node that others read"
        );
        items.into_iter().filter_map(|(_, payload)| payload).collect()
    }

    fn subjects(&self) -> Vec<String> {
        let items = self.items(SAM, MAIL_NODE);
        items
            .iter()
            .map(|item| item.get_child("subject", MAIL_NODE).unwrap().text())
            .collect()
    }

    /// Awaits what nobody announces.
    async fn until(&self, what: &str, mut is: impl FnMut() -> bool) {
        for _ in 0..3_000 {
            if is() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{what}: {:?} on the node, {:?} wait", self.subjects(), self.waiting());
    }

    fn waiting(&self) -> Vec<u64> {
        Outbox::of(&self.profile).ids().unwrap()
    }
}

#[tokio::test]
async fn what_dovecot_tells_is_published_once_and_taken_back_once_read() {
    let stage = Stage::new().await;
    let bridge = stage.run().await;
    for uid in [1, 2, 3] {
        assert_eq!(bridge.arrived(uid, &format!("mail {uid}")).await, 202);
    }
    // After a freeze, Dovecot tells again.
    assert_eq!(bridge.arrived(2, "mail 2").await, 202);
    stage
        .until("told", || stage.subjects() == ["mail 1", "mail 2", "mail 3"])
        .await;
    let first = &stage.items(SAM, MAIL_NODE)[0];
    assert_eq!(
        (first.attr("account"), first.attr("uid"), first.attr("mailbox")),
        (Some("sam"), Some("1"), Some("INBOX"))
    );
    // The Lua driver's way, with floats.
    let read = r#"{"event":"MessageRead","user":"sam","mailbox":"INBOX","uid":2.0,"uid_validity":9.0}"#;
    assert_eq!(
        bridge.notify("POST", "Authorization: bearer  s3cret\r\n", read).await,
        202
    );
    stage
        .until("taken back", || stage.subjects() == ["mail 1", "mail 3"])
        .await;
    // Another mailbox, of which less is told, on a node of its own.
    let team = ox("team@example.org", 1, "hidden");
    assert_eq!(bridge.notify("PUT", BASIC, &team).await, 202);
    stage.until("told", || !stage.items(PUBSUB, "team").is_empty()).await;
    let told = &stage.items(PUBSUB, "team")[0];
    assert!(told.get_child("from", MAIL_NODE).is_some() && told.get_child("subject", MAIL_NODE).is_none());
    // One login serves all.
    assert_eq!(stage.server.seen().logins, 1);
    bridge.end().await;
}

#[tokio::test]
async fn when_the_mail_server_was_last_heard_of_is_told_on_a_private_node() {
    let stage = Stage::new().await;
    let bridge = stage.run().await;
    assert!(stage.items(SAM, PUBLISHER_NODE).is_empty());
    let other = r#"{"event":"FlagsClear","user":"sam"}"#;
    assert_eq!(bridge.notify("POST", BASIC, other).await, 202);
    stage
        .until("told", || !stage.items(SAM, PUBLISHER_NODE).is_empty())
        .await;
    let beat = &stage.items(SAM, PUBLISHER_NODE)[0];
    let contact: jiff::Timestamp = beat.attr("contact").unwrap().parse().unwrap();
    assert!(jiff::Timestamp::now().duration_since(contact).as_secs() < 60);
    assert_eq!(stage.server.held(SAM, PUBLISHER_NODE).unwrap().access, "whitelist");
    bridge.end().await;
}

#[tokio::test]
async fn whoever_lacks_the_secret_or_makes_no_sense_is_told_so_and_nothing_comes_of_it() {
    let stage = Stage::new().await;
    let bridge = stage.run().await;
    let mail = ox("sam", 1, "never");
    for headers in [
        "",
        "Authorization: Basic YW55Ym9keTpzM2NyZXR4\r\n",
        "Authorization: Basic czNjcmV0\r\n",
        "Authorization: Bearer s3cre\r\n",
        "Authorization: Bearer\r\n",
        "Authorization: Digest s3cret\r\n",
        "Authorization: Basic ===\r\n",
    ] {
        assert_eq!(bridge.notify("PUT", headers, &mail).await, 401, "{headers}");
    }
    let status = |request: &'static str| async { bridge.ask(request).await.0 };
    assert_eq!(bridge.notify("DELETE", BASIC, &mail).await, 405);
    assert_eq!(bridge.notify("PUT", BASIC, &ox("eve", 1, "never")).await, 404);
    assert_eq!(bridge.notify("PUT", BASIC, "{}").await, 400);
    assert_eq!(
        bridge
            .notify("PUT", BASIC, r#"{"event":"messageNew","user":"sam"}"#)
            .await,
        400
    );
    // Whoever is refused early may lose the answer with the connection: 0.
    assert!([413, 0].contains(&bridge.notify("PUT", BASIC, &"x".repeat(100_000)).await));
    assert_eq!(status("PUT /notify HTTP/1.1\r\nConnection: close\r\n\r\n").await, 401);
    assert_eq!(status("nonsense\r\n\r\n").await, 400);
    let long = format!("PUT /notify HTTP/1.1\r\nA: {}\r\n\r\n", "x".repeat(64 << 10));
    assert!([431, 0].contains(&bridge.ask(&long).await.0));
    let elsewhere = format!("PUT / HTTP/1.1\r\n{BASIC}Connection: close\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(bridge.ask(&elsewhere).await.0, 404);
    assert!(stage.waiting().is_empty());
    // And it goes on.
    assert_eq!(bridge.arrived(2, "told").await, 202);
    stage.until("told", || stage.subjects() == ["told"]).await;
    bridge.end().await;
}

#[tokio::test]
async fn strangers_who_say_nothing_are_put_out_and_others_get_their_turn() {
    let stage = Stage::new().await;
    let bridge = stage.run().await;
    let mut strangers = Vec::new();
    for _ in 0..200 {
        let mut stranger = TcpStream::connect(bridge.port()).await.unwrap();
        stranger.write_all(b"PUT /notify HTTP/1.1\r\n").await.unwrap();
        strangers.push(stranger);
    }
    assert_eq!(bridge.arrived(1, "told").await, 202);
    bridge.end().await;
}

#[tokio::test]
async fn what_was_accepted_outlives_the_bridge_and_the_absence_of_the_server() {
    let stage = Stage::new().await;
    let config = std::fs::read_to_string(stage.profile.config_file()).unwrap();
    let port = format!("port = {}\n", stage.server.addr().port());
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let away = config.replace(&port, &format!("port = {}\n", nobody.port()));
    std::fs::write(stage.profile.config_file(), away).unwrap();
    let bridge = stage.run().await;
    for uid in 1..=3 {
        assert_eq!(bridge.arrived(uid, &format!("mail {uid}")).await, 202);
    }
    let outbox = Outbox::of(&stage.profile);
    let target = outbox.waiting().unwrap()[0].entry.target.clone();
    stage.until("it says why", || outbox.obstacle(&target).is_some()).await;
    bridge.end().await;
    assert_eq!(stage.waiting().len(), 3);

    std::fs::write(stage.profile.config_file(), config).unwrap();
    let bridge = stage.run().await;
    assert_eq!(bridge.arrived(4, "mail 4").await, 202);
    stage
        .until("told", || stage.subjects() == ["mail 1", "mail 2", "mail 3", "mail 4"])
        .await;
    stage.until("all is sent", || stage.waiting().is_empty()).await;
    bridge.end().await;
}

#[tokio::test]
async fn an_outbox_that_cannot_be_written_is_no_success() {
    let stage = Stage::new().await;
    let bridge = stage.run().await;
    let outbox = stage.profile.data_dir().join("outbox");
    assert_eq!(bridge.arrived(1, "told").await, 202);
    stage.until("told", || stage.waiting().is_empty()).await;
    std::fs::remove_dir_all(&outbox).ok();
    std::fs::write(&outbox, "").unwrap();
    assert_eq!(bridge.arrived(2, "lost").await, 503);
    std::fs::remove_file(&outbox).unwrap();
    assert_eq!(bridge.arrived(3, "told again").await, 202);
    stage.until("told", || stage.subjects() == ["told", "told again"]).await;
    bridge.end().await;
}

#[tokio::test]
async fn a_socket_needs_no_secret_and_lets_in_its_owner_and_group_alone() {
    let stage = Stage::new().await;
    let path = stage.profile.data_dir().join("bridge.sock");
    stage.configure(
        stage.server.addr().port(),
        &format!(
            "listen = \"unix:{}\"\n[[bridge.mailbox]]\nname = \"sam\"\nhttp = {{ user = \"sam\" }}\n",
            path.display()
        ),
    );
    // What a bridge that was killed left behind.
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let bridge = stage.run().await;
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o660);
    let body = ox("sam", 1, "told");
    let request = format!(
        "POST /notify HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    assert_eq!(
        exchange(UnixStream::connect(&path).await.unwrap(), &request).await.0,
        202
    );
    stage.until("told", || stage.subjects() == ["told"]).await;
    let second = stage.open(None).await.err().unwrap();
    assert!(matches!(second, BridgeError::Running), "{second}");
    bridge.end().await;
    assert!(!path.exists());
    std::fs::write(&path, "a file").unwrap();
    assert!(matches!(
        stage.open(None).await.err().unwrap(),
        BridgeError::Listen { .. }
    ));
    assert!(Path::new(&path).exists());
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once_with_its_line() {
    let stage = Stage::new().await;
    let wrong = |bridge: &str| {
        stage.configure(5223, bridge);
        async { stage.open(None).await.err().expect("it is in order").to_string() }
    };
    let mailbox = "[[bridge.mailbox]]\nname = \"sam\"\nhttp = { user = \"sam\" }\n";
    let socket = format!("listen = \"unix:/nowhere/socket\"\n{mailbox}");
    let imap = |imap: &str| format!("[[bridge.mailbox]]\nname = \"sam\"\nimap = {{ {imap} }}\n");
    for (bridge, expected) in [
        (String::new(), "there is nothing to publish"),
        (
            mailbox.to_owned(),
            "line 9, column 1: mail servers tell of it by HTTP, but `listen` is missing",
        ),
        (
            format!("listen = \"127.0.0.1:8025\"\n{mailbox}"),
            "line 9, column 10: `secret` is missing",
        ),
        (
            format!("listen = \"8025\"\n{mailbox}"),
            "`8025` is nothing to listen on",
        ),
        (format!("secret = \"keyring\"\n{socket}"), "the secret lies in a file"),
        (format!("port = 7\n{socket}"), "line 9, column 1: unknown field `port`"),
        (
            format!("{socket}folder = \"INBOX\"\n"),
            "line 13, column 1: unknown field `folder`",
        ),
        (
            format!("{socket}{mailbox}"),
            "line 13, column 1: there is another mailbox `sam` above",
        ),
        (
            format!("{socket}account = \"zoe@example.org\"\n"),
            "there is no `[[account]]` zoe@example.org",
        ),
        (format!("{socket}service = \"@\"\n"), "`@` isn’t a pubsub service"),
        (format!("{socket}node = \"\"\n"), "`node` is empty"),
        (
            format!("{socket}[[bridge.mailbox]]\nname = \"zoe\"\nhttp = {{ user = \"sam\" }}\n"),
            "another mailbox’s above",
        ),
        (
            format!("{socket}[[bridge.mailbox]]\nname = \"zoe\"\n"),
            "nothing tells of this mailbox",
        ),
        (
            imap("host = \"a b\", user = \"sam\""),
            "`imap.host` a b isn’t a server’s name",
        ),
        (imap("host = \"h\", user = \"\""), "`imap.user` is empty"),
        (imap("host = \"h\", user = \"sam\""), "it can’t log in"),
        (
            imap("host = \"h\", user = \"sam\", password = \"keyring\""),
            "the password lies in a file",
        ),
        (
            imap("host = \"h\", user = \"sam\", password = { file = \"f\" }, token = [\"t\"]"),
            "`imap` has a password and a token",
        ),
        (
            imap("host = \"h\", user = \"sam\", token = [\"t\"], folders = [\"INBOX\", \"inbox\"]"),
            "`imap.folders`: “INBOX” is there twice",
        ),
        (
            imap("host = \"h\", user = \"sam\", token = [\"t\"], folders = []"),
            "`imap.folders` has 0 folders",
        ),
        (
            imap("host = \"h\", user = \"sam\", token = [\"t\"], pins = [\"abc\"]"),
            "abc isn’t a SHA-256 fingerprint",
        ),
        (
            imap("host = \"h\", user = \"sam\", token = [\"t\"], tls = \"none\""),
            "line 11, column",
        ),
    ] {
        let said = wrong(&bridge).await;
        assert!(said.contains(expected), "{bridge}\ngives {said}\ninstead of {expected}");
    }
    let both = wrong(&format!(
        "{socket}[[bridge.mailbox]]\nname = \"\"\n[[bridge.mailbox]]\nnamed = 7\n"
    ))
    .await;
    assert!(
        both.contains("`name` is empty") && both.contains("line 16, column 1: unknown field `named`"),
        "{both}"
    );
}
