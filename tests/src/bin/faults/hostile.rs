//! What `mailwrenctl watch` needs of memory while somebody means it ill.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use mailwren_core::MAIL_NODE;
use mailwren_core::account::{Account, PasswordSource, Security};
use mailwren_core::limits::Limits;
use mailwren_loopback::{Config, Server};
use mailwren_tests::ctl::{Home, Watch};
use mailwren_tests::server::{DOMAIN, PUBSUB, SAM, jid, node, password};
use mailwren_tests::{Scene, scene_within};
use minidom::Element;
use minidom::rxml::xml_ncname;
use serde_json::{Value, json};

use crate::ground::mail;

/// So much above idle it may need, in KiB.
const ALLOWED: u64 = 16 << 10;
const NODE: &str = "inbox";
/// Stanzas of the kinds that are sent several times, one right after the other.
const MANY: usize = 20;
/// Time for what is started with a process to be over, and for a loop to show itself.
const QUIET: Duration = Duration::from_secs(2);

/// What is done to it.
#[derive(Debug, Clone, Copy)]
enum Deed {
    HugeStanza,
    ManyAttributes,
    ManyEvents,
    ManyElements,
    DeepNesting,
    Flood,
    Poison,
}

impl Deed {
    const ALL: [Self; 7] = [
        Self::HugeStanza,
        Self::ManyAttributes,
        Self::ManyEvents,
        Self::ManyElements,
        Self::DeepNesting,
        Self::Flood,
        Self::Poison,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::HugeStanza => "a stanza of 256 MiB",
            Self::ManyAttributes => "20 stanzas with all elements and attributes allowed",
            Self::ManyEvents => "20 stanzas of 2,000 events each",
            Self::ManyElements => "a stanza of 1 MiB of elements",
            Self::DeepNesting => "100,000 elements, each in the last",
            Self::Flood => "5,000 events at once",
            Self::Poison => "an item with an attribute of 9,000 bytes",
        }
    }
}

/// What one deed came to.
#[derive(Debug)]
pub struct Measured {
    deed: Deed,
    idle: u64,
    most: u64,
    logins: u64,
}

impl Measured {
    pub fn is_well(&self) -> bool {
        self.most.saturating_sub(self.idle) <= ALLOWED && self.logins <= 4
    }

    pub fn json(&self) -> Value {
        json!({ "input": self.deed.name(), "idle_kib": self.idle, "most_kib": self.most, "logins": self.logins })
    }
}

/// Does each to a fresh process, and prints what it came to.
pub fn measure() -> Result<Vec<Measured>> {
    println!(
        "\n  {:50} {:>9} {:>9} {:>9} {:>7}",
        "mailwrenctl watch under", "idle MB", "most MB", "above", "logins"
    );
    let mut all = Vec::new();
    for deed in Deed::ALL {
        scene_within(Duration::from_secs(300), async |scene| {
            let measured = one(&scene, deed).await.with_context(|| deed.name())?;
            let mb = |kib: u64| kib as f64 / 1024.0;
            println!(
                "{} {:50} {:>9.1} {:>9.1} {:>9.1} {:>7}",
                if measured.is_well() { ' ' } else { '✗' },
                deed.name(),
                mb(measured.idle),
                mb(measured.most),
                mb(measured.most.saturating_sub(measured.idle)),
                measured.logins
            );
            all.push(measured);
            Ok(())
        })?;
    }
    Ok(all)
}

async fn one(scene: &Scene, deed: Deed) -> Result<Measured> {
    let server = Server::start(Config {
        domain: DOMAIN.to_owned(),
        users: vec![(SAM.to_owned(), password(SAM))],
        pubsub_host: PUBSUB.to_owned(),
    })
    .await?;
    server.create_node(PUBSUB, NODE)?;
    let home = Home::new(scene, "sam")?;
    let account = Account {
        host: Some(server.addr().ip().to_string()),
        port: Some(server.addr().port()),
        security: Security::Direct,
        pins: vec![server.fingerprint().to_owned()],
        pep: false,
        subscriptions: vec![node(NODE)],
        password: PasswordSource::Keyring,
        ..Account::new(jid(SAM))
    };
    home.configure(account, &password(SAM))?;
    let watch = home.watch().await?;
    server
        .wait_until(|seen| seen.reached(&jid(SAM)) && seen.fetched(&jid(SAM), PUBSUB, NODE))
        .await?;
    publish(&server, 1)?;
    watch.event("number 1").await?;
    tokio::time::sleep(QUIET).await;
    let idle = memory(&watch, "VmRSS:")?;
    let logins = server.seen().logins;

    match deed {
        Deed::HugeStanza => {
            let mut stanza = b"<message type='headline'><body>".to_vec();
            stanza.resize(256 << 20, b'x');
            stanza.extend(b"</body></message>");
            ensure!(server.send_raw(&jid(SAM), &stanza)? == 1);
        }
        Deed::ManyAttributes => {
            // Every element with as many as it may have on average: what takes most and passes.
            let Limits {
                elements, attributes, ..
            } = Limits::default();
            let (elements, attributes) = (elements - 1, attributes - 16);
            let each = attributes / elements;
            let element = format!("<a{}/>", (0..each).map(|n| format!(" b{n}=''")).collect::<String>());
            let stanza = format!("<message type='headline'>{}</message>", element.repeat(elements));
            for _ in 0..MANY {
                ensure!(server.send_raw(&jid(SAM), stanza.as_bytes())? == 1);
            }
        }
        Deed::ManyEvents => {
            for stanza in 0..MANY {
                let items: String = (0..2_000)
                    .map(|item| format!("<item id='{stanza}-{item}'><mail xmlns='{MAIL_NODE}'/></item>"))
                    .collect();
                let stanza = format!(
                    "<message type='headline' from='{PUBSUB}'><event xmlns='http://jabber.org/protocol/pubsub#event'>\
                     <items node='{NODE}'>{items}</items></event></message>"
                );
                ensure!(server.send_raw(&jid(SAM), stanza.as_bytes())? == 1);
            }
        }
        Deed::ManyElements => {
            let stanza = format!("<message type='headline'>{}</message>", "<a b=''/>".repeat(110_000));
            ensure!(server.send_raw(&jid(SAM), stanza.as_bytes())? == 1);
        }
        Deed::DeepNesting => {
            let depth = 100_000;
            let stanza = format!(
                "<message type='headline'>{}{}</message>",
                "<a>".repeat(depth),
                "</a>".repeat(depth)
            );
            ensure!(server.send_raw(&jid(SAM), stanza.as_bytes())? == 1);
        }
        Deed::Flood => {
            for number in 2..5_002 {
                publish(&server, number)?;
            }
        }
        Deed::Poison => {
            // No parser takes it, so it is built.
            let mailbox = xml_ncname!("mailbox").to_owned();
            let payload = Element::builder("mail", MAIL_NODE).attr(mailbox, "x".repeat(9_000));
            server.publish(PUBSUB, NODE, "poison", payload.build())?;
        }
    }
    // Whatever it was, life goes on: what is published next is told.
    publish(&server, 9_999)?;
    let told = |line: &str| line.contains("number 9999").then_some(());
    watch.process.stdout("what was published next", 0, told).await?;
    match deed {
        Deed::Flood => {
            let told = watch.subjects()?.len();
            ensure!(told == 5_002, "{told} of 5,002 events were told");
        }
        Deed::Poison => {
            let status = home.run(&["status", "--json"]).await?.json()?;
            ensure!(
                status
                    .first()
                    .is_some_and(|status| status.to_string().contains("left out")),
                "the status doesn't tell of the item that was left out: {status:?}"
            );
        }
        Deed::HugeStanza | Deed::ManyAttributes | Deed::ManyEvents | Deed::ManyElements | Deed::DeepNesting => {}
    }
    tokio::time::sleep(QUIET).await;
    let measured = Measured {
        deed,
        idle,
        most: memory(&watch, "VmHWM:")?,
        logins: server.seen().logins - logins,
    };
    ensure!(watch.interrupt().await?.success(), "it doesn't end in order");
    Ok(measured)
}

fn publish(server: &Server, number: usize) -> Result<()> {
    Ok(server.publish(PUBSUB, NODE, &format!("item-{number}"), mail(number).parse()?)?)
}

/// A line of the process's status, in KiB.
fn memory(watch: &Watch, line: &str) -> Result<u64> {
    let id = watch.process.id().context("it has ended")?;
    let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
    let value = status
        .lines()
        .find_map(|all| all.strip_prefix(line))
        .context("no such line")?;
    Ok(value.trim().trim_end_matches(" kB").trim().parse()?)
}
