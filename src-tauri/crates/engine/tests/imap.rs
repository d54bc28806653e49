//! The IMAP client against servers that do as a script says: ways to log in, and what it costs to be hostile.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::sync::Arc;

use mailwren_core::account::PasswordSource;
use mailwren_core::act::{Act, Became, Done, MessageAt};
use mailwren_core::link::FailureClass;
use mailwren_core::publish::Uid;
use mailwren_engine::imap::{Access, ImapError, Login, Tls, act};
use mailwren_engine::xmpp::tls::fingerprint;
use mailwren_engine::xmpp::trouble::Trouble;
use rcgen::{CertificateParams, KeyPair};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

const GREETING: &str = "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] Ready\r\n";
/// `\0sam\0secret`.
const PLAIN: &str = "AHNhbQBzZWNyZXQ=";
const LISTED: &str = "* LIST () \"/\" INBOX\r\n$ OK\r\n";

/// A server that awaits lines that begin so, whatever their tag is, and answers; `$` is the tag.
struct Server {
    access: Access,
    task: JoinHandle<Vec<String>>,
}

impl Server {
    async fn start(tls: Tls, greeting: &'static str, script: &'static [(&'static str, &'static str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec!["localhost".to_owned()])
            .unwrap()
            .self_signed(&key)
            .unwrap();
        let access = Access {
            host: "127.0.0.1".to_owned(),
            port: listener.local_addr().unwrap().port(),
            tls,
            user: "sam".to_owned(),
            login: Login::Password(PasswordSource::Command(vec!["echo".to_owned(), "secret".to_owned()])),
            ca_file: None,
            pins: vec![fingerprint(certificate.der())],
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![CertificateDer::from(certificate.der().to_vec())],
                PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            )
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let task = tokio::spawn(async move {
            let (mut tcp, _) = listener.accept().await.unwrap();
            let mut said = Vec::new();
            if tls == Tls::Implicit {
                let stream = acceptor.accept(tcp).await.unwrap();
                play(stream, greeting, script, &mut said).await;
                return said;
            }
            tcp.write_all(greeting.as_bytes()).await.unwrap();
            let mut lines = BufReader::new(&mut tcp).lines();
            loop {
                let Ok(Some(line)) = lines.next_line().await else {
                    return said;
                };
                let tag = line.split(' ').next().unwrap().to_owned();
                let answer = match line.split(' ').nth(1).unwrap() {
                    "CAPABILITY" => format!("* CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN\r\n{tag} OK\r\n"),
                    _ => format!("{tag} OK go on\r\n{}", script[0].1),
                };
                let begun = line.ends_with("STARTTLS");
                said.push(line);
                lines.get_mut().get_mut().write_all(answer.as_bytes()).await.unwrap();
                if begun {
                    break;
                }
            }
            drop(lines);
            if let Ok(stream) = acceptor.accept(tcp).await {
                play(stream, "", &script[1..], &mut said).await;
            }
            said
        });
        Self { access, task }
    }

    /// Asks for something, and gives what comes of it.
    async fn read(&self) -> Result<Done, ImapError> {
        act(&self.access, &[message()], Act::Read).await
    }
}

fn message() -> MessageAt {
    MessageAt {
        folder: "INBOX".to_owned(),
        uid: Some(Uid { uidvalidity: 7, uid: 3 }),
        message_id: Some("a@example.org".to_owned()),
    }
}

async fn play(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    greeting: &str,
    script: &[(&str, &str)],
    said: &mut Vec<String>,
) {
    let mut stream = BufReader::new(stream);
    stream.write_all(greeting.as_bytes()).await.ok();
    stream.flush().await.ok();
    for (begins, answer) in script {
        let mut line = String::new();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return;
        }
        let (tag, command) = line.trim_end().split_once(' ').unwrap_or(("", line.trim_end()));
        let command = if tag.starts_with('w') { command } else { line.trim_end() };
        assert!(command.starts_with(begins), "{command:?} where {begins:?} was awaited");
        said.push(command.to_owned());
        let answer = match *answer {
            // More than anybody reads.
            "endless" => format!("* LIST () \"/\" \"{}\"\r\n$ OK\r\n", "a".repeat(200 << 10)),
            "deep" => format!("* 1 FETCH (BODYSTRUCTURE {}\r\n", "(".repeat(60 << 10)),
            "unknown" => "* GIBBERISH 1 2 3\r\n".repeat(2_000),
            "close" => return,
            "silence" => {
                let mut rest = Vec::new();
                stream.read_to_end(&mut rest).await.ok();
                return;
            }
            other => other.to_owned(),
        };
        // Whoever had enough hangs up.
        stream.write_all(answer.replace('$', tag).as_bytes()).await.ok();
        stream.flush().await.ok();
    }
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.ok();
}

#[tokio::test]
async fn it_logs_in_and_marks_the_message_that_has_the_uid_and_the_message_id() {
    let server = Server::start(
        Tls::Implicit,
        GREETING,
        &[
            ("AUTHENTICATE PLAIN AHNhbQBzZWNyZXQ=", "$ OK in\r\n"),
            ("CAPABILITY", "* CAPABILITY IMAP4rev1 MOVE\r\n$ OK\r\n"),
            ("LIST \"\" \"*\"", LISTED),
            ("SELECT \"INBOX\"", "* 1 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n$ OK [READ-WRITE] ok\r\n"),
            (
                "UID FETCH 3 (UID FLAGS",
                "* 1 FETCH (UID 3 FLAGS () BODY[HEADER.FIELDS (MESSAGE-ID)] {31}\r\nMessage-ID: <a@example.org>\r\n\r\n)\r\n$ OK\r\n",
            ),
            ("UID STORE 3 +FLAGS.SILENT (\\Seen)", "$ OK\r\n"),
            ("LOGOUT", "* BYE\r\n$ OK\r\n"),
        ],
    )
    .await;
    let done = server.read().await.unwrap();
    let (was, now) = (message(), message());
    assert_eq!(done.messages, [Became::Changed { was, now }]);
    assert_eq!(server.task.await.unwrap().len(), 7);
}

#[tokio::test]
async fn a_message_that_has_another_message_id_by_now_is_looked_for_by_its_own() {
    let server = Server::start(
        Tls::Implicit,
        GREETING,
        &[
            ("AUTHENTICATE", "$ OK in\r\n"),
            ("CAPABILITY", "* CAPABILITY IMAP4rev1\r\n$ OK\r\n"),
            ("LIST", LISTED),
            ("SELECT", "* OK [UIDVALIDITY 7] ok\r\n$ OK ok\r\n"),
            (
                "UID FETCH 3 ",
                "* 1 FETCH (UID 3 FLAGS () BODY[HEADER.FIELDS (MESSAGE-ID)] {31}\r\nMessage-ID: <b@example.org>\r\n\r\n)\r\n$ OK\r\n",
            ),
            ("UID SEARCH HEADER Message-ID \"a@example.org\"", "* SEARCH 9\r\n$ OK\r\n"),
            (
                "UID FETCH 9 ",
                "* 2 FETCH (UID 9 FLAGS (\\Seen) BODY[HEADER.FIELDS (MESSAGE-ID)] {31}\r\nMessage-ID: <a@example.org>\r\n\r\n)\r\n$ OK\r\n",
            ),
            ("LOGOUT", "$ OK\r\n"),
        ],
    )
    .await;
    assert_eq!(server.read().await.unwrap().messages, [Became::Already]);
}

#[tokio::test]
async fn without_an_initial_response_the_password_waits_until_it_is_asked_for() {
    let server = Server::start(
        Tls::Implicit,
        "* OK hello\r\n",
        &[
            ("CAPABILITY", "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n$ OK\r\n"),
            ("AUTHENTICATE PLAIN", "+ \r\n"),
            (PLAIN, "w2 NO [AUTHENTICATIONFAILED] Wrong.\r\n"),
        ],
    )
    .await;
    let error = server.read().await.unwrap_err();
    assert!(
        matches!(error, ImapError::LoginRefused { passes: false, .. }),
        "{error:?}"
    );
    assert_eq!(error.class(), FailureClass::NeedsPerson);
}

/// What follows a login where the message is read already.
const READ_ALREADY: [(&str, &str); 4] = [
    ("LIST", "* LIST () \"/\" INBOX\r\n$ OK\r\n"),
    ("SELECT", "* OK [UIDVALIDITY 7] ok\r\n$ OK\r\n"),
    (
        "UID FETCH 3",
        "* 1 FETCH (UID 3 FLAGS (\\Seen) BODY[HEADER.FIELDS (MESSAGE-ID)] {31}\r\nMessage-ID: <a@example.org>\r\n\r\n)\r\n$ OK\r\n",
    ),
    ("LOGOUT", "$ OK\r\n"),
];

#[tokio::test]
async fn a_token_logs_in_and_a_refused_one_is_asked_for_anew() {
    let [list, select, fetch, logout] = READ_ALREADY;
    for (capability, login) in [
        (
            "OAUTHBEARER",
            "AUTHENTICATE OAUTHBEARER bixhPXNhbSwBaG9zdD0xMjcuMC4wLjEBcG9y",
        ),
        ("XOAUTH2", "AUTHENTICATE XOAUTH2 dXNlcj1zYW0BYXV0aD1CZWFyZXIgdDBrAQE="),
    ] {
        let greeting = format!("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN AUTH={capability}] hello\r\n");
        for (answer, accepted) in [
            ("$ OK [CAPABILITY IMAP4rev1] in\r\n", true),
            ("$ NO [AUTHENTICATIONFAILED] expired\r\n", false),
        ] {
            let script = vec![(login, answer), list, select, fetch, logout];
            let mut server = Server::start(Tls::Implicit, greeting.clone().leak(), script.leak()).await;
            server.access.login = Login::Token(vec!["echo".to_owned(), "t0k".to_owned()]);
            let told = server.read().await;
            match (accepted, told) {
                (true, Ok(done)) => assert_eq!(done.messages, [Became::Already]),
                (false, Err(error)) => assert_eq!(error.class(), FailureClass::Untrusted, "{error:?}"),
                (_, told) => panic!("{capability}: {told:?}"),
            }
        }
    }
}

#[tokio::test]
async fn where_there_is_no_plain_there_is_login_unless_it_is_disabled() {
    let server = Server::start(
        Tls::Implicit,
        "* OK [CAPABILITY IMAP4rev1] hello\r\n",
        &[("LOGIN \"sam\" \"secret\"", "$ NO [UNAVAILABLE] Later.\r\n")],
    )
    .await;
    let error = server.read().await.unwrap_err();
    assert_eq!(error.class(), FailureClass::Transient, "{error:?}");
    let disabled = "* OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=GSSAPI] hello\r\n";
    let server = Server::start(Tls::Implicit, disabled, &[]).await;
    let error = server.read().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the mail server offers no way to log in that fits (it offers: GSSAPI)"
    );
}

#[tokio::test]
async fn a_token_that_is_refused_is_told_as_a_refused_login() {
    let mut server = Server::start(
        Tls::Implicit,
        "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2 AUTH=PLAIN] hello\r\n",
        &[
            // `user=sam^Aauth=Bearer secret^A^A`.
            (
                "AUTHENTICATE XOAUTH2 dXNlcj1zYW0BYXV0aD1CZWFyZXIgc2VjcmV0AQE=",
                "+ eyJzdGF0dXMiOiI0MDAifQ==\r\n",
            ),
            ("", "w1 NO [AUTHENTICATIONFAILED] Expired.\r\n"),
        ],
    )
    .await;
    server.access.login = Login::Token(vec!["echo".to_owned(), "secret".to_owned()]);
    let error = server.read().await.unwrap_err();
    assert_eq!(error.to_string(), "the mail server refused the login: Expired.");
}

#[tokio::test]
async fn nothing_is_logged_in_to_without_encryption() {
    // It sends more than belongs there, which would be read as if it came encrypted.
    let injected = Server::start(Tls::Starttls, "* OK hello\r\n", &[("", "* OK injected\r\n")]).await;
    let error = injected.read().await.unwrap_err();
    assert!(
        matches!(error, ImapError::Protocol(_) | ImapError::Connect(_)),
        "{error:?}"
    );
    assert!(injected.task.await.unwrap().iter().all(|line| !line.contains("AUTH")));
    let greeted = Server::start(Tls::Starttls, "* PREAUTH hello\r\n", &[("", "")]).await;
    let error = greeted.read().await.unwrap_err();
    assert!(matches!(error, ImapError::Connect(Trouble::NoTls { .. })), "{error:?}");
    let mut pinned = Server::start(Tls::Implicit, GREETING, &[]).await;
    pinned.access.pins = vec!["00".repeat(32)];
    let error = pinned.read().await.unwrap_err();
    assert!(
        matches!(error, ImapError::Connect(Trouble::PinMismatch { .. })),
        "{error:?}"
    );
}

#[tokio::test]
async fn after_starttls_it_asks_again_what_the_server_can_do() {
    let server = Server::start(
        Tls::Starttls,
        "* OK hello\r\n",
        &[
            ("", ""),
            ("CAPABILITY", "* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\r\n$ OK\r\n"),
            ("AUTHENTICATE PLAIN AHNhbQBzZWNyZXQ=", "$ NO no\r\n"),
        ],
    )
    .await;
    let error = server.read().await.unwrap_err();
    assert!(matches!(error, ImapError::LoginRefused { .. }), "{error:?}");
}

/// What comes of a server that answers so when it is asked for its folders.
async fn hostile(answer: &'static str) -> ImapError {
    let script: Vec<(&'static str, &'static str)> =
        vec![("AUTHENTICATE", "$ OK [CAPABILITY IMAP4rev1] in\r\n"), ("LIST", answer)];
    let server = Server::start(Tls::Implicit, GREETING, script.leak()).await;
    server.read().await.unwrap_err()
}

#[tokio::test]
async fn a_hostile_server_costs_no_more_than_the_connection() {
    for (answer, error) in [
        (
            "endless",
            "the mail server sent more than is safe to read: a response of more than 65536 bytes",
        ),
        (
            "deep",
            "the mail server sent more than is safe to read: nested deeper than 16 levels",
        ),
        (
            "* LIST () \"/\" {4000000000}\r\n",
            "the mail server sent more than is safe to read: a response with more than 65536 bytes of data",
        ),
        ("* BYE too busy\r\n", "the mail server ended the connection: too busy"),
        (
            "close",
            "the connection to the mail server was lost: the server hung up",
        ),
        (
            "unknown",
            "the mail server doesn’t keep to the protocol: hardly anything that it tells is IMAP",
        ),
        (
            "w99 OK\r\n",
            "the mail server doesn’t keep to the protocol: it ends a command that wasn't given",
        ),
        (
            "+ go on\r\n",
            "the mail server doesn’t keep to the protocol: it asks for more than there is",
        ),
        ("$ NO [\u{fc}]\u{fc}\r\n", "the mail server refused LIST: ??"),
    ] {
        assert_eq!(hostile(answer).await.to_string(), error);
    }
}

#[tokio::test]
async fn a_server_that_falls_silent_is_given_up() {
    let server = Server::start(Tls::Implicit, GREETING, &[("AUTHENTICATE", "silence")]).await;
    let error = server.read().await.unwrap_err();
    assert!(matches!(error, ImapError::Connect(Trouble::Timeout(_))), "{error:?}");
}
