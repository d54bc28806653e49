//! The connector against a scripted server on loopback: real TCP and TLS, and whatever XML a hostile server might say.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use futures::future::BoxFuture;
use hmac::{Hmac, KeyInit, Mac};
use mailwren_core::account::{Account, Security};
use mailwren_core::link::{FailureClass, Reached};
use mailwren_engine::xmpp::connector::Progress;
use mailwren_engine::xmpp::login::Mechanism;
use mailwren_engine::xmpp::resolve::{LookupError, Resolve, Srv};
use mailwren_engine::xmpp::tls::fingerprint;
use mailwren_engine::xmpp::trouble::{AuthCondition, Trouble};
use mailwren_engine::xmpp::{ConnectError, Connector, LoginFacts, LoginMemory};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls_pki_types::PrivatePkcs8KeyDer;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

const HELLO: &str = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' \
    xmlns:stream='http://etherx.jabber.org/streams' id='1' from='example.org' version='1.0'>";
const BIND: &str = "<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>\
    <sm xmlns='urn:xmpp:sm:3'/></stream:features>";
const SASL: &str = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'";
const PASSWORD: &str = "pencil";

/// DNS with nothing in it: tests name host and port.
#[derive(Debug)]
struct NoDns;

impl Resolve for NoDns {
    fn srv<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Vec<Srv>, LookupError>> {
        Box::pin(async { Err(LookupError::Absent) })
    }
    fn addresses<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, LookupError>> {
        Box::pin(async { Err(LookupError::Absent) })
    }
}

/// A server's identity: a certificate for `example.org`, and the authority that signed it.
struct Identity {
    acceptor: TlsAcceptor,
    fingerprint: String,
    ca_file: tempfile::NamedTempFile,
}

fn identity(names: &[&str]) -> Identity {
    let ca_key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::new(Vec::new()).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = format!("Authority for {}", names.join(", "));
    ca.distinguished_name.push(DnType::CommonName, authority);
    let ca_certificate = ca.self_signed(&ca_key).unwrap();
    let key = KeyPair::generate().unwrap();
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let leaf = CertificateParams::new(names)
        .unwrap()
        .signed_by(&key, &Issuer::new(ca, ca_key))
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![leaf.der().clone()],
            PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )
        .unwrap();
    let ca_file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(ca_file.path(), ca_certificate.pem()).unwrap();
    Identity {
        acceptor: TlsAcceptor::from(Arc::new(config)),
        fingerprint: fingerprint(leaf.der()),
        ca_file,
    }
}

/// The server's end of a connection, in text.
struct Wire<S> {
    io: S,
    heard: String,
}

impl<S: AsyncReadExt + AsyncWriteExt + Unpin> Wire<S> {
    /// Waits for a text, and returns all up to its end.
    async fn until(&mut self, end: &str) -> String {
        loop {
            if let Some(at) = self.heard.find(end) {
                return self.heard.drain(..at + end.len()).collect();
            }
            let mut buffer = [0; 4096];
            let n = self.io.read(&mut buffer).await.unwrap_or(0);
            assert!(n > 0, "hung up before {end:?}; heard {:?}", self.heard);
            self.heard.push_str(std::str::from_utf8(&buffer[..n]).unwrap());
        }
    }

    /// The client's stream header, answered; then features.
    async fn open(&mut self, features: &str) -> String {
        self.until("<stream:stream").await;
        let header = self.until(">").await;
        self.say(HELLO).await;
        self.say(features).await;
        header
    }

    async fn say(&mut self, text: &str) {
        // The client may have hung up already, which is its right.
        let _ = self.io.write_all(text.as_bytes()).await;
        let _ = self.io.flush().await;
    }

    /// The client's next SASL message, decoded.
    async fn sasl(&mut self, element: &str) -> String {
        self.until(&format!("<{element}")).await;
        self.until(">").await;
        let text = self.until("<").await;
        String::from_utf8(BASE64.decode(text.trim_end_matches('<')).unwrap()).unwrap()
    }

    async fn hung_up(&mut self) {
        let mut rest = Vec::new();
        let _ = self.io.read_to_end(&mut rest).await;
    }
}

type Inside = Wire<TlsStream<TcpStream>>;

fn mechanisms(list: &[&str]) -> String {
    let list: String = list.iter().map(|m| format!("<mechanism>{m}</mechanism>")).collect();
    format!("<mechanisms {SASL}>{list}</mechanisms>")
}

fn features(list: &[&str]) -> String {
    format!("<stream:features>{}</stream:features>", mechanisms(list))
}

fn mac(key: &[u8], data: &[u8]) -> Vec<u8> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).unwrap();
    mac.update(data);
    mac.finalize().into_bytes().to_vec()
}

/// A server's SCRAM-SHA-256. Returns the client's GS2 header with its channel binding data, once the proof was found right,
/// and the server's final message.
async fn scram(wire: &mut Inside) -> (Vec<u8>, String) {
    let first = wire.sasl("auth").await;
    let bare = first.split_once(",,").unwrap().1;
    let nonce = bare.split_once(",r=").unwrap().1;
    let server_first = format!("r={nonce}server,s={},i=4096", BASE64.encode("salt"));
    wire.say(&format!(
        "<challenge {SASL}>{}</challenge>",
        BASE64.encode(&server_first)
    ))
    .await;
    let client_final = wire.sasl("response").await;
    let (without_proof, proof) = client_final.rsplit_once(",p=").unwrap();
    let mut salted = [0; 32];
    pbkdf2::pbkdf2_hmac::<Sha256>(PASSWORD.as_bytes(), b"salt", 4096, &mut salted);
    let auth = format!("{bare},{server_first},{without_proof}");
    let client_key = mac(&salted, b"Client Key");
    let signature = mac(&Sha256::digest(&client_key), auth.as_bytes());
    let expected: Vec<u8> = client_key.iter().zip(signature).map(|(k, s)| k ^ s).collect();
    assert_eq!(BASE64.decode(proof).unwrap(), expected, "wrong proof");
    let channel = without_proof.strip_prefix("c=").unwrap().split_once(',').unwrap().0;
    let server_final = format!(
        "v={}",
        BASE64.encode(mac(&mac(&salted, b"Server Key"), auth.as_bytes()))
    );
    (BASE64.decode(channel).unwrap(), server_final)
}

async fn succeed(wire: &mut Inside, server_final: &str) {
    wire.say(&format!("<success {SASL}>{}</success>", BASE64.encode(server_final)))
        .await;
    wire.open(BIND).await;
}

fn account(at: SocketAddr, security: Security, ca: &Identity) -> Account {
    Account {
        host: Some(at.ip().to_string()),
        port: Some(at.port()),
        security,
        ca_file: Some(ca.ca_file.path().to_str().unwrap().to_owned()),
        ..Account::new("sam@example.org")
    }
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    (listener, at)
}

async fn connect(account: &Account, memory: LoginMemory) -> Result<LoginFacts, ConnectError> {
    let password = PASSWORD.to_owned().into();
    let connector = Connector::new(account, Arc::new(NoDns))?;
    connector
        .connect(&password, memory, &|_| {})
        .await
        .map(|(_, facts)| facts)
}

/// Direct TLS to a server that plays `script`, with a good certificate.
async fn against<F: Future<Output = ()>>(
    memory: LoginMemory,
    script: impl FnOnce(Inside) -> F,
) -> Result<LoginFacts, ConnectError> {
    let identity = identity(&["example.org"]);
    let (listener, at) = listen().await;
    let account = account(at, Security::Direct, &identity);
    let server = async {
        let (tcp, _) = listener.accept().await.unwrap();
        let io = identity.acceptor.accept(tcp).await.unwrap();
        script(Wire {
            io,
            heard: String::new(),
        })
        .await;
    };
    tokio::join!(connect(&account, memory), server).0
}

fn strong(mechanism: Mechanism) -> LoginMemory {
    LoginMemory {
        strongest: Some(mechanism),
    }
}

#[tokio::test]
async fn an_honest_server_is_logged_in_to_with_the_channel_bound() {
    let facts = against(LoginMemory::default(), async |mut wire| {
        let list = mechanisms(&["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"]);
        let cb = "<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'><channel-binding type='tls-exporter'/>\
            <channel-binding type='of-the-future'/></sasl-channel-binding>";
        let header = wire
            .open(&format!("<stream:features>{list}{cb}</stream:features>"))
            .await;
        assert!(
            header.contains("to='example.org'") || header.contains("to=\"example.org\""),
            "{header}"
        );
        let (_, server) = wire.io.get_ref();
        let exported = server
            .export_keying_material([0; 32], b"EXPORTER-Channel-Binding", Some(b""))
            .unwrap();
        let (channel, server_final) = scram(&mut wire).await;
        assert_eq!(channel, [b"p=tls-exporter,,".as_slice(), &exported].concat());
        succeed(&mut wire, &server_final).await;
    })
    .await
    .unwrap();
    assert_eq!(facts.mechanism, Mechanism::ScramSha256Plus);
    assert_eq!(facts.memory, strong(Mechanism::ScramSha256Plus));
    assert!(facts.tls.tls13 && facts.gauge.received() > 0);
}

#[tokio::test]
async fn the_final_message_may_come_as_a_challenge() {
    let facts = against(LoginMemory::default(), async |mut wire| {
        wire.open(&features(&["SCRAM-SHA-256"])).await;
        let (channel, server_final) = scram(&mut wire).await;
        assert_eq!(channel, b"y,,");
        wire.say(&format!(
            "<challenge {SASL}>{}</challenge>",
            BASE64.encode(server_final)
        ))
        .await;
        wire.until("<response").await;
        wire.say(&format!("<success {SASL}/>")).await;
        wire.open(BIND).await;
    })
    .await;
    assert_eq!(facts.unwrap().mechanism, Mechanism::ScramSha256);
}

#[tokio::test]
async fn a_server_that_proves_nothing_is_an_attack() {
    for last in [format!("v={}", BASE64.encode([0; 32])), "v=".into(), "nothing".into()] {
        let error = against(LoginMemory::default(), async |mut wire| {
            wire.open(&features(&["SCRAM-SHA-256"])).await;
            scram(&mut wire).await;
            wire.say(&format!("<success {SASL}>{}</success>", BASE64.encode(&last)))
                .await;
            wire.hung_up().await;
        })
        .await
        .unwrap_err();
        assert_eq!(error.trouble, Trouble::ServerSignature, "{last}");
        assert_eq!(
            (error.class(), error.reached),
            (FailureClass::NeedsPerson, Reached::Login)
        );
    }
    for success in [format!("<success {SASL}/>"), format!("<success {SASL}>dj1B</success>")] {
        let error = against(LoginMemory::default(), async |mut wire| {
            wire.open(&features(&["SCRAM-SHA-256"])).await;
            wire.sasl("auth").await;
            wire.say(&success).await;
            wire.hung_up().await;
        })
        .await
        .unwrap_err();
        assert_eq!(error.trouble, Trouble::ServerSignature, "{success}");
    }
}

#[tokio::test]
async fn no_credentials_are_sent_to_a_server_that_offers_less_than_before() {
    for (offered, known) in [
        (["PLAIN"].as_slice(), Mechanism::ScramSha1),
        (&["SCRAM-SHA-1"], Mechanism::ScramSha256),
        (&["SCRAM-SHA-256", "PLAIN"], Mechanism::ScramSha256Plus),
        (&[], Mechanism::Plain),
    ] {
        let error = against(strong(known), async |mut wire| {
            wire.open(&features(offered)).await;
            wire.hung_up().await;
            assert_eq!(wire.heard, "");
        })
        .await
        .unwrap_err();
        assert!(matches!(error.trouble, Trouble::Downgrade { .. }), "{error}");
        assert_eq!(
            (error.class(), error.reached),
            (FailureClass::NeedsPerson, Reached::Network)
        );
    }
}

#[tokio::test]
async fn plain_goes_only_to_a_server_that_never_did_better() {
    let facts = against(LoginMemory::default(), async |mut wire| {
        wire.open(&features(&["PLAIN"])).await;
        assert_eq!(wire.sasl("auth").await, "\0sam\0pencil");
        succeed(&mut wire, "").await;
    })
    .await;
    assert_eq!(facts.unwrap().mechanism, Mechanism::Plain);
}

#[tokio::test]
async fn refusals_are_told_apart() {
    for (condition, want, class) in [
        (
            "not-authorized",
            AuthCondition::NotAuthorized,
            FailureClass::NeedsPerson,
        ),
        (
            "account-disabled",
            AuthCondition::AccountDisabled,
            FailureClass::NeedsPerson,
        ),
        (
            "credentials-expired",
            AuthCondition::CredentialsExpired,
            FailureClass::NeedsPerson,
        ),
        (
            "temporary-auth-failure",
            AuthCondition::TemporaryAuthFailure,
            FailureClass::Transient,
        ),
        ("of-the-future", AuthCondition::Other, FailureClass::NeedsPerson),
    ] {
        let error = against(LoginMemory::default(), async |mut wire| {
            wire.open(&features(&["SCRAM-SHA-256"])).await;
            wire.sasl("auth").await;
            wire.say(&format!(
                "<failure {SASL}><{condition}/><text>ask\u{202e} Joe</text></failure>"
            ))
            .await;
            wire.hung_up().await;
        })
        .await
        .unwrap_err();
        let text = Some("ask Joe".to_owned());
        assert_eq!(error.trouble, Trouble::Auth { condition: want, text });
        assert_eq!((error.class(), error.reached), (class, Reached::Login));
        assert!(!format!("{error:?} {error} {:?}", error.problem()).contains(PASSWORD));
    }
}

#[tokio::test]
async fn a_challenge_without_end_ends() {
    let error = against(LoginMemory::default(), async |mut wire| {
        wire.open(&features(&["SCRAM-SHA-256"])).await;
        let (_, server_final) = scram(&mut wire).await;
        let challenge = format!("<challenge {SASL}>{}</challenge>", BASE64.encode(server_final));
        wire.say(&challenge.repeat(1000)).await;
        wire.hung_up().await;
    })
    .await
    .unwrap_err();
    assert!(matches!(error.trouble, Trouble::Protocol(_)), "{error}");
}

#[tokio::test]
async fn unsafe_iteration_counts_and_foreign_nonces_are_refused() {
    for (nonce, count) in [("", "1"), ("", "4294967295"), ("x", "4096")] {
        let error = against(LoginMemory::default(), async |mut wire| {
            wire.open(&features(&["SCRAM-SHA-256"])).await;
            let first = wire.sasl("auth").await;
            let theirs = first.split_once(",r=").unwrap().1;
            let challenge = BASE64.encode(format!("r={nonce}{theirs}server,s=c2FsdA==,i={count}"));
            wire.say(&format!("<challenge {SASL}>{challenge}</challenge>")).await;
            wire.hung_up().await;
        })
        .await
        .unwrap_err();
        assert!(matches!(error.trouble, Trouble::Scram(_)), "{error}");
        assert_eq!(error.class(), FailureClass::NeedsPerson);
    }
}

#[tokio::test]
async fn features_without_end_are_cut_off() {
    let error = against(LoginMemory::default(), async |mut wire| {
        wire.open("<stream:features><x xmlns='urn:x'>").await;
        for _ in 0..100 {
            wire.say(&"y".repeat(4096)).await;
        }
        wire.hung_up().await;
    })
    .await
    .unwrap_err();
    assert!(matches!(error.trouble, Trouble::Limit(_)), "{error}");
    let error = against(LoginMemory::default(), async |mut wire| {
        wire.open(&format!("<stream:features>{}", "<x>".repeat(5000))).await;
        wire.hung_up().await;
    })
    .await
    .unwrap_err();
    assert!(matches!(error.trouble, Trouble::Limit(_)), "{error}");
}

#[tokio::test]
async fn servers_that_make_no_sense_are_errors_and_no_panics() {
    for script in [
        "<stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>",
        "<stream:error><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>",
        "</stream:stream>",
        "<message/>",
        "<<<",
        "<!DOCTYPE x>",
        "",
    ] {
        let error = against(LoginMemory::default(), async |mut wire| {
            wire.open(script).await;
            let _ = wire.io.shutdown().await;
        })
        .await
        .unwrap_err();
        assert_eq!(error.reached, Reached::Network, "{script}");
        let class = if script.contains("host-unknown") {
            FailureClass::NeedsPerson
        } else {
            FailureClass::Transient
        };
        assert_eq!(error.class(), class, "{script}: {error}");
    }
}

#[tokio::test]
async fn a_server_without_binding_is_refused_before_it_can_do_harm() {
    let error = against(LoginMemory::default(), async |mut wire| {
        wire.open(&features(&["SCRAM-SHA-256"])).await;
        let (_, server_final) = scram(&mut wire).await;
        wire.say(&format!("<success {SASL}>{}</success>", BASE64.encode(server_final)))
            .await;
        wire.open("<stream:features/>").await;
        wire.hung_up().await;
    })
    .await
    .unwrap_err();
    assert_eq!(error.reached, Reached::Login);
    assert!(matches!(error.trouble, Trouble::Protocol(_)), "{error}");
}

/// What a handshake with an identity leads to, for an account changed by `change`.
async fn handshake(
    names: &[&str],
    change: impl FnOnce(&mut Account, &Identity),
) -> (Result<LoginFacts, ConnectError>, String) {
    let identity = identity(names);
    let (listener, at) = listen().await;
    let mut account = account(at, Security::Direct, &identity);
    change(&mut account, &identity);
    let server = async {
        let (tcp, _) = listener.accept().await.unwrap();
        if let Ok(io) = identity.acceptor.accept(tcp).await {
            let mut wire = Wire {
                io,
                heard: String::new(),
            };
            wire.open(&features(&["PLAIN"])).await;
            wire.sasl("auth").await;
            succeed(&mut wire, "").await;
        }
    };
    (
        tokio::join!(connect(&account, LoginMemory::default()), server).0,
        identity.fingerprint.clone(),
    )
}

#[tokio::test]
async fn a_certificate_of_an_unknown_issuer_is_shown_with_its_fingerprint() {
    let (result, shown) = handshake(&["example.org"], |account, _| {
        let other = identity(&["elsewhere.example"]).ca_file;
        let (_, path) = other.keep().unwrap();
        account.ca_file = Some(path.to_str().unwrap().to_owned());
    })
    .await;
    let error = result.unwrap_err();
    assert_eq!(error.fingerprint(), Some(shown.as_str()));
    assert_eq!((error.class(), error.code()), (FailureClass::Untrusted, "tls"));
    assert!(
        error
            .to_string()
            .contains("issuer is unknown to this system (CN=Authority for example.org)"),
        "{error}"
    );
}

#[tokio::test]
async fn a_certificate_must_be_for_the_domain_of_the_address() {
    let (result, _) = handshake(&["mail.example.org", "\u{62}.example"], |_, _| {}).await;
    let error = result.unwrap_err().to_string();
    assert!(
        error.contains("it is for mail.example.org, b.example, not for example.org"),
        "{error}"
    );
}

#[tokio::test]
async fn a_pinned_certificate_is_enough_and_any_other_is_refused() {
    let (result, _) = handshake(&["elsewhere.example"], |account, identity| {
        account.ca_file = None;
        let colons: Vec<&str> = identity
            .fingerprint
            .as_bytes()
            .chunks(2)
            .map(|c| std::str::from_utf8(c).unwrap())
            .collect();
        account.pins = vec!["00".repeat(32), colons.join(":").to_uppercase()];
    })
    .await;
    assert!(result.unwrap().tls.pinned);

    let (result, shown) = handshake(&["example.org"], |account, _| account.pins = vec!["00".repeat(32)]).await;
    let error = result.unwrap_err();
    assert!(matches!(error.trouble, Trouble::PinMismatch { .. }), "{error}");
    assert_eq!(error.fingerprint(), Some(shown.as_str()));
}

#[tokio::test]
async fn configuration_that_can_not_work_is_told_before_anything_is_sent() {
    let (_listener, at) = listen().await;
    let good = identity(&["example.org"]);
    let with = |change: fn(&mut Account)| {
        let mut account = account(at, Security::Direct, &good);
        change(&mut account);
        account
    };
    for bad in [
        with(|a| a.jid = "example.org".into()),
        with(|a| a.jid = "@example.org".into()),
        with(|a| a.jid = "sam@example.org/phone".into()),
        with(|a| a.pins = vec!["abc".into()]),
        with(|a| a.pins = vec!["zz".repeat(32)]),
        with(|a| a.ca_file = Some("/nonexistent/ca.pem".into())),
    ] {
        let error = connect(&bad, LoginMemory::default()).await.unwrap_err();
        assert!(matches!(error.trouble, Trouble::Account(_)), "{error}");
        assert_eq!(error.class(), FailureClass::NeedsPerson);
    }
}

const STARTTLS: &str = "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>";

/// STARTTLS with a server that answers the request with `answer`.
async fn starttls(features: &str, answer: &str) -> Result<LoginFacts, ConnectError> {
    let identity = identity(&["example.org"]);
    let (listener, at) = listen().await;
    let account = account(at, Security::Starttls, &identity);
    let server = async {
        let (io, _) = listener.accept().await.unwrap();
        let mut wire = Wire {
            io,
            heard: String::new(),
        };
        let header = wire.open(features).await;
        assert!(!header.contains("sam"), "the address in the clear: {header}");
        if answer.is_empty() {
            return wire.hung_up().await;
        }
        wire.until("<starttls").await;
        wire.until(">").await;
        wire.say(answer).await;
        if let Ok(io) = identity.acceptor.accept(wire.io).await {
            let mut wire = Wire {
                io,
                heard: String::new(),
            };
            wire.open(&self::features(&["SCRAM-SHA-256"])).await;
            let (_, server_final) = scram(&mut wire).await;
            succeed(&mut wire, &server_final).await;
        }
    };
    tokio::join!(connect(&account, LoginMemory::default()), server).0
}

#[tokio::test]
async fn starttls_leads_to_the_same_login() {
    let features = format!("{STARTTLS}</stream:features>");
    let facts = starttls(&features, "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
        .await
        .unwrap();
    assert_eq!(facts.mechanism, Mechanism::ScramSha256);
}

#[tokio::test]
async fn without_encryption_nothing_is_said() {
    let error = starttls(&features(&["PLAIN"]), "").await.unwrap_err();
    assert!(matches!(error.trouble, Trouble::NoTls { .. }), "{error}");
    let features = format!("{STARTTLS}</stream:features>");
    let error = starttls(&features, "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
        .await
        .unwrap_err();
    assert!(matches!(error.trouble, Trouble::NoTls { .. }), "{error}");
}

#[tokio::test]
async fn starttls_asked_of_a_port_for_direct_tls_fails_as_tls_and_not_as_a_login() {
    let identity = identity(&["example.org"]);
    let (listener, at) = listen().await;
    let account = account(at, Security::Starttls, &identity);
    let server = async {
        let (tcp, _) = listener.accept().await.unwrap();
        assert!(identity.acceptor.accept(tcp).await.is_err());
    };
    let error = tokio::join!(connect(&account, LoginMemory::default()), server)
        .0
        .unwrap_err();
    assert_eq!(
        (error.code(), error.class()),
        ("tls", FailureClass::Transient),
        "{error}"
    );
}

#[tokio::test]
async fn what_was_put_in_before_encryption_never_counts_as_encrypted() {
    let features = format!("{STARTTLS}</stream:features>");
    let answer = format!(
        "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>{HELLO}{}",
        self::features(&["PLAIN"])
    );
    let error = starttls(&features, &answer).await.unwrap_err();
    assert!(matches!(error.trouble, Trouble::Protocol(_)), "{error}");
}

#[tokio::test]
async fn a_port_where_nothing_listens_is_told_as_such() {
    let identity = identity(&["example.org"]);
    let (listener, at) = listen().await;
    drop(listener);
    let error = connect(&account(at, Security::Direct, &identity), LoginMemory::default())
        .await
        .unwrap_err();
    assert!(matches!(error.trouble, Trouble::Tcp { .. }), "{error}");
    assert_eq!(
        (error.class(), error.reached),
        (FailureClass::Transient, Reached::Network)
    );
}

/// Two endpoints by SRV, the better one broken.
#[derive(Debug)]
struct TwoPorts(u16, u16);

impl Resolve for TwoPorts {
    fn srv<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Vec<Srv>, LookupError>> {
        let (priority, port) = match name {
            "_xmpps-client._tcp.xn--bcher-kva.example" => (1, self.0),
            "_xmpp-client._tcp.xn--bcher-kva.example" => (2, self.1),
            other => panic!("asked for {other}"),
        };
        let target = "xmpp.hoster.example".to_owned();
        Box::pin(async move {
            Ok(vec![Srv {
                priority,
                weight: 1,
                port,
                target,
            }])
        })
    }
    fn addresses<'a>(&'a self, host: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, LookupError>> {
        assert_eq!(host, "xmpp.hoster.example");
        // The first address leads nowhere, as a broken IPv6 does.
        Box::pin(async { Ok(vec!["127.0.0.2".parse().unwrap(), "127.0.0.1".parse().unwrap()]) })
    }
}

#[tokio::test]
async fn where_one_endpoint_is_broken_the_next_is_tried_and_the_certificate_is_still_for_the_domain() {
    let identity = identity(&["xn--bcher-kva.example"]);
    let (gone, nowhere) = listen().await;
    drop(gone);
    let (listener, at) = listen().await;
    let account = Account {
        jid: "sam@b\u{fc}cher.example".into(),
        host: None,
        port: None,
        ..account(at, Security::Auto, &identity)
    };
    let server = async {
        let (io, _) = listener.accept().await.unwrap();
        let mut wire = Wire {
            io,
            heard: String::new(),
        };
        wire.open(&format!("{STARTTLS}</stream:features>")).await;
        wire.until("<starttls").await;
        wire.until(">").await;
        wire.say("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>").await;
        let io = identity.acceptor.accept(wire.io).await.unwrap();
        let mut wire = Wire {
            io,
            heard: String::new(),
        };
        wire.open(&features(&["SCRAM-SHA-256"])).await;
        let (_, server_final) = scram(&mut wire).await;
        succeed(&mut wire, &server_final).await;
    };
    let told = Mutex::new(Vec::new());
    let watch = |progress: Progress<'_>| {
        told.lock().unwrap().push(match progress {
            Progress::Found(targets) => format!("found {}", targets.len()),
            Progress::Connecting(target) => format!("connecting {}", target.direct),
            Progress::Secured(_, facts) => format!("secured {}", facts.tls13),
            Progress::Offered(offer) => format!("offered {}", offer.mechanisms.join(" ")),
            Progress::Authenticating(mechanism) => mechanism.to_string(),
        });
    };
    let connector = Connector::new(&account, Arc::new(TwoPorts(nowhere.port(), at.port()))).unwrap();
    let password = PASSWORD.to_owned().into();
    let (result, ()) = tokio::join!(connector.connect(&password, LoginMemory::default(), &watch), server);
    let (connection, _) = result.unwrap();
    assert!(connection.features.stream_management.is_some());
    let want = [
        "found 2",
        "connecting true",
        "connecting false",
        "secured true",
        "offered SCRAM-SHA-256",
        "SCRAM-SHA-256",
    ];
    assert_eq!(*told.lock().unwrap(), want);
}
