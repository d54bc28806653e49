//! From an address alone to what can be listened to: through a small DNS on loopback to the embedded server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use mailwren_core::MAIL_NODE;
use mailwren_core::account::{Account, Subscription};
use mailwren_core::discovery::{Discovery, Standing};
use mailwren_core::view::{StepName, StepState, TestStep};
use mailwren_engine::xmpp::probe::probe;
use mailwren_engine::xmpp::resolve::DnsResolver;
use mailwren_loopback::{Config, Server};
use minidom::Element;
use tokio::net::{TcpListener, UdpSocket};

const DOMAIN: &str = "aosnotify.mac.com";
const SAM: &str = "sam@aosnotify.mac.com";
const PUBSUB: &str = "pubsub.aosnotify.mac.com";
const DIRECT: &str = "_xmpps-client._tcp.aosnotify.mac.com";
const STARTTLS: &str = "_xmpp-client._tcp.aosnotify.mac.com";

/// Priority, weight, port, target.
type Record = (u16, u16, u16, &'static str);

/// A name as DNS writes it (RFC 1035 §3.1).
fn written(name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for label in name.split('.').filter(|label| !label.is_empty()) {
        bytes.push(u8::try_from(label.len()).unwrap());
        bytes.extend_from_slice(label.as_bytes());
    }
    bytes.push(0);
    bytes
}

/// A DNS server on loopback: these SRV records, the loopback address for every host, and nothing else.
async fn dns(records: &[(&str, Vec<Record>)]) -> Arc<DnsResolver> {
    let table: HashMap<Vec<u8>, Vec<Record>> = records.iter().map(|(n, r)| (written(n), r.clone())).collect();
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let at = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut buffer = [0; 512];
        while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
            let question = &buffer[12..length];
            let name_end = question.iter().position(|b| *b == 0).unwrap() + 1;
            let (name, kind) = (&question[..name_end], question[name_end + 1]);
            let answers: Vec<Vec<u8>> = match kind {
                1 => vec![vec![127, 0, 0, 1]],
                33 => table.get(name).into_iter().flatten().map(srv).collect(),
                _ => Vec::new(),
            };
            // No such name where there are no records of any kind.
            let code = if answers.is_empty() && kind == 33 { 3 } else { 0 };
            let count = u8::try_from(answers.len()).unwrap();
            let mut reply = vec![buffer[0], buffer[1], 0x85, 0x80 | code, 0, 1, 0, count, 0, 0, 0, 0];
            reply.extend_from_slice(&question[..name_end + 4]);
            for data in answers {
                let length = u16::try_from(data.len()).unwrap().to_be_bytes();
                reply.extend_from_slice(&[0xc0, 12, 0, kind, 0, 1, 0, 0, 0, 60, length[0], length[1]]);
                reply.extend_from_slice(&data);
            }
            socket.send_to(&reply, from).await.unwrap();
        }
    });
    let mut udp = ConnectionConfig::udp();
    udp.port = at.port();
    let server = NameServerConfig::new(at.ip(), true, vec![udp]);
    let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
    let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    builder.options_mut().attempts = 1;
    Arc::new(DnsResolver::new(builder.build().unwrap()))
}

fn srv((priority, weight, port, target): &Record) -> Vec<u8> {
    let numbers = [*priority, *weight, *port].map(u16::to_be_bytes).concat();
    [numbers, written(target)].concat()
}

async fn server() -> Server {
    let config = Config {
        domain: DOMAIN.to_owned(),
        users: vec![("sam".to_owned(), "secret".to_owned())],
        pubsub_host: PUBSUB.to_owned(),
    };
    Server::start(config).await.unwrap()
}

/// A port at which nobody listens.
async fn nowhere() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// Tries an account out; gives the steps that ended.
async fn tried(account: &Account, dns: Arc<DnsResolver>) -> (bool, Discovery, Vec<TestStep>) {
    let steps = Mutex::new(Vec::new());
    let (passed, found) = probe(account, &"secret".into(), dns, |step| {
        if step.state != StepState::Running {
            steps.lock().unwrap().push(step);
        }
    })
    .await;
    (passed, found, steps.into_inner().unwrap())
}

fn account(server: &Server) -> Account {
    Account {
        pins: vec![server.fingerprint().to_owned()],
        ..Account::new(SAM)
    }
}

fn mail() -> Element {
    format!("<mail xmlns='{MAIL_NODE}' mailbox='INBOX'/>").parse().unwrap()
}

#[tokio::test]
async fn an_address_alone_leads_to_services_and_nodes() {
    let server = server().await;
    server.publish(PUBSUB, "mail/sam", "1", mail()).unwrap();
    server.publish(SAM, MAIL_NODE, "1", mail()).unwrap();
    let port = server.addr().port();
    let dns = dns(&[
        (
            DIRECT,
            vec![(20, 0, port, "two.example"), (10, 5, nowhere().await, "one.example")],
        ),
        (STARTTLS, vec![(0, 0, 0, ".")]),
    ])
    .await;

    let (passed, found, steps) = tried(&account(&server), dns).await;
    assert!(passed, "{steps:#?}");
    let endpoints: Vec<_> = found
        .endpoints
        .iter()
        .map(|e| (e.host.as_str(), e.direct, e.priority, e.weight))
        .collect();
    assert_eq!(
        endpoints,
        [
            ("one.example", true, Some(10), Some(5)),
            ("two.example", true, Some(20), Some(0))
        ]
    );
    assert_eq!(found.connected.as_ref(), found.endpoints.last());
    let tls = found.tls.as_ref().unwrap();
    assert_eq!(
        (tls.version.as_str(), tls.pinned, tls.fingerprint.as_str()),
        ("1.3", true, server.fingerprint())
    );
    assert!(found.mechanisms.contains(&"SCRAM-SHA-256".to_owned()));
    assert_eq!(
        (found.pep, found.services.as_slice()),
        (Some(true), [PUBSUB.to_owned()].as_slice())
    );
    let nodes: Vec<_> = found
        .nodes
        .iter()
        .map(|n| (n.service.as_str(), n.node.as_str(), n.standing, n.readable))
        .collect();
    assert_eq!(
        nodes,
        [
            (SAM, MAIL_NODE, Standing::Subscribed, Some(true)),
            (PUBSUB, "mail/sam", Standing::None, Some(true)),
        ]
    );
    // The look leaves nothing behind.
    server.wait_until(|seen| seen.sessions.is_empty()).await.unwrap();
    assert!(server.seen().subscriptions.is_empty());
}

#[tokio::test]
async fn an_own_node_that_all_contacts_may_read_is_warned_of() {
    let server = server().await;
    server.publish(SAM, MAIL_NODE, "1", mail()).unwrap();
    let dns = dns(&[(DIRECT, vec![(1, 1, server.addr().port(), "one.example")])]).await;
    let (passed, found, steps) = tried(&account(&server), dns).await;
    assert!(passed);
    assert_eq!(found.nodes[0].access.as_deref(), Some("presence"));
    let last = steps.last().unwrap();
    assert_eq!((last.name, last.state), (StepName::Nodes, StepState::Warned));
    assert!(
        last.detail.to_string().contains("contacts") && last.hint.is_some(),
        "{last:?}"
    );
}

#[tokio::test]
async fn a_node_of_the_configuration_that_is_not_there_is_named() {
    let server = server().await;
    let dns = dns(&[(DIRECT, vec![(1, 1, server.addr().port(), "one.example")])]).await;
    let wanted = Subscription {
        service: PUBSUB.to_owned(),
        node: "nowhere".to_owned(),
    };
    let account = Account {
        subscriptions: vec![wanted],
        ..account(&server)
    };
    let (passed, found, steps) = tried(&account, dns).await;
    assert!(passed);
    assert_eq!(found.nodes[0].readable, Some(false));
    let last = steps.last().unwrap();
    assert_eq!(last.state, StepState::Warned);
    assert!(
        ["nowhere", "no such node"].map(|said| last.detail.to_string().contains(said)) == [true; 2],
        "{last:?}"
    );
    assert!(last.nodes.is_empty(), "it can't be chosen: {last:?}");
}

#[tokio::test]
async fn a_domain_that_denies_xmpp_is_not_connected_to() {
    let server = server().await;
    let denied = || vec![(0, 0, 0, ".")];
    let dns = dns(&[(DIRECT, denied()), (STARTTLS, denied())]).await;
    let (passed, found, steps) = tried(&account(&server), dns).await;
    assert!(!passed && found.endpoints.is_empty());
    let last = steps.last().unwrap();
    assert_eq!((last.name, last.state), (StepName::Dns, StepState::Failed));
    assert!(last.detail.to_string().contains("offers no XMPP"), "{last:?}");
}

#[tokio::test]
async fn without_records_the_domain_itself_is_tried() {
    let server = server().await;
    let (_, found, _) = tried(&account(&server), dns(&[]).await).await;
    let tried: Vec<_> = found
        .endpoints
        .iter()
        .map(|e| (e.host.as_str(), e.port, e.direct, e.priority))
        .collect();
    assert_eq!(tried, [(DOMAIN, 5222, false, None)]);
}

#[tokio::test]
async fn a_changed_certificate_is_told_as_such_and_an_unknown_one_is_not() {
    let server = server().await;
    let records = || vec![(DIRECT, vec![(1, 1, server.addr().port(), "one.example")])];
    let pinned_another = Account {
        pins: vec!["ab".repeat(32)],
        ..account(&server)
    };
    let (passed, _, steps) = tried(&pinned_another, dns(&records()).await).await;
    let last = steps.last().unwrap();
    assert!(!passed && last.changed, "{last:?}");
    assert_eq!(last.fingerprint.as_deref(), Some(server.fingerprint()));

    let unknown = Account::new(SAM);
    let (passed, _, steps) = tried(&unknown, dns(&records()).await).await;
    let last = steps.last().unwrap();
    assert!(!passed && !last.changed, "{last:?}");
    assert_eq!(last.fingerprint.as_deref(), Some(server.fingerprint()));
    assert!(last.detail.to_string().contains("isn’t trusted"), "{last:?}");
    assert_eq!(server.seen().logins, 0);
}
