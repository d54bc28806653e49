//! One kind of fault against one server, again and again: events are published all the while, and counted.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, Result};
use mailwren_core::account::{PasswordSource, Subscription};
use mailwren_tests::ctl::Home;
use mailwren_tests::server::{SAM, node, own_node, password};
use mailwren_tests::system_bus::SystemBus;
use mailwren_tests::{Scene, eventually};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::dice::Dice;
use crate::fault::Fault;
use crate::ground::{Ground, mail};
use crate::ledger::Ledger;
use crate::running::{Client, Launch, until};
use crate::table::Outcome;

/// Events of one cycle.
pub const BATCH: usize = 10;

/// How one fault was got over.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sample {
    /// From the fault until the client said that it was offline.
    pub noticed: Option<Duration>,
    /// From the fault, or from its end where it lasts, until the client was there again.
    pub recovered: Option<Duration>,
}

/// A profile of its own with a client on it.
pub struct Reader {
    pub home: Home,
    pub ledger: watch::Sender<Ledger>,
    pub client: Option<Client>,
    pub launch: Launch,
}

impl Reader {
    pub async fn start(&mut self) -> Result<()> {
        self.client = Some(Client::start(&self.home, &self.ledger, &self.launch).await?);
        self.connected(0).await.map(drop)
    }

    /// Awaits the link to come up more often than so many times; gives when it did.
    pub async fn connected(&self, before: u32) -> Result<Instant> {
        until(&self.ledger, "the link comes up", |told| {
            told.link == "connected" && told.connects > before
        })
        .await?;
        self.ledger.borrow().connected_at.context("it was never up")
    }

    /// Awaits the link to go down after an instant; gives when it did.
    pub async fn offline_after(&self, at: Instant) -> Result<Instant> {
        until(&self.ledger, "the link goes down", |told| {
            told.down_at.is_some_and(|down| down > at)
        })
        .await?;
        self.ledger.borrow().down_at.context("it was never down")
    }

    /// Awaits that the client, started so many times, hears what is said on the system bus; its log tells.
    pub async fn listens_to_the_bus(&self, starts: usize) -> Result<()> {
        eventually("the client listens to NetworkManager", async || {
            let log = std::fs::read_to_string(self.home.path().join("client.err"))?;
            Ok((log.matches("listening to NetworkManager").count() >= starts).then_some(()))
        })
        .await
    }

    pub fn connects(&self) -> u32 {
        self.ledger.borrow().connects
    }

    pub fn client(&mut self) -> Result<&mut Client> {
        self.client.as_mut().context("no client runs")
    }

    pub async fn stop(&mut self) -> Result<()> {
        match self.client.take() {
            Some(client) => client.stop().await,
            None => Ok(()),
        }
    }
}

/// A campaign that is under way.
pub struct Campaign<'a> {
    pub ground: &'a mut Ground,
    pub scene: &'a Scene,
    pub node: Subscription,
    pub reader: Reader,
    /// A second client of the same account, on a profile of its own.
    pub second: Option<Reader>,
    pub dice: Dice,
    pub published: BTreeSet<String>,
    pub clock: Option<std::path::PathBuf>,
    /// Where NetworkManager can tell that the network changed.
    pub bus: Option<SystemBus>,
}

impl<'a> Campaign<'a> {
    /// Carries a fault out so many times.
    pub async fn run(
        ground: &'a mut Ground,
        scene: &'a Scene,
        fault: Fault,
        times: usize,
        seed: u64,
    ) -> Result<Outcome> {
        let name = format!("{}-{}", ground.which.name(), fault.name());
        let began = Instant::now();
        let node = if fault.pep() { own_node(SAM) } else { node(&name) };
        ground.create(&node).await?;
        ground.intercept(fault.intercepts());
        let mut account = ground.account(&node);
        let reader = |suffix: &str| -> Result<Reader> {
            Ok(Reader {
                home: Home::new(scene, &format!("{name}{suffix}"))?,
                ledger: watch::Sender::new(Ledger::default()),
                client: None,
                launch: Launch {
                    scale: fault.scale(),
                    ..Launch::default()
                },
            })
        };
        let mut first = reader("")?;
        if fault == Fault::KeyringLate {
            account.password = PasswordSource::Keyring;
            first.home.configure_as(&account)?;
            first.launch.late_keyring = Some(password(SAM));
        } else {
            first.home.configure(account.clone(), &password(SAM))?;
        }
        let mut second = None;
        if fault == Fault::TwoClients {
            let reader = reader("-second")?;
            reader.home.configure(account, &password(SAM))?;
            second = Some(reader);
        }
        let mut campaign = Self {
            ground,
            scene,
            node,
            reader: first,
            second,
            dice: Dice::named(seed, &name),
            published: BTreeSet::new(),
            clock: None,
            bus: None,
        };
        let mut outcome = Outcome::new(fault, campaign.ground.which, fault.scale());
        if let Err(error) = fault.prepare(&mut campaign).await {
            outcome.broke(format!("before the first cycle: {error:#}"));
        }
        let cycles = if outcome.is_well() { times } else { 0 };
        for cycle in 0..cycles {
            let done = async {
                let sample = fault.strike(&mut campaign, cycle).await?;
                campaign.all_told().await?;
                Ok::<_, anyhow::Error>(sample)
            };
            match done.await {
                Ok(sample) => outcome.add(sample),
                Err(error) => {
                    outcome.broke(format!("cycle {cycle}: {error:#}"));
                    break;
                }
            }
        }
        campaign.count(&mut outcome).await?;
        outcome.took = began.elapsed();
        campaign.ground.proxy.delay(Duration::ZERO);
        campaign.ground.proxy.admit();
        Ok(outcome)
    }

    /// Publishes so many more events.
    pub async fn publish(&mut self, count: usize) -> Result<()> {
        let first = self.published.len();
        let items: Vec<(String, String)> = (first..first + count)
            .map(|number| {
                (
                    format!("{}-{number:06}", self.node.node.replace('/', "-")),
                    mail(number),
                )
            })
            .collect();
        let ids = items.iter().map(|(id, _)| id.clone());
        // Before, since they are told while the last ones are on their way.
        self.published.extend(ids.clone());
        let published = self.ground.publish(&self.node, &items).await;
        if published.is_err() {
            // What the server didn't confirm isn't published, though some of it may be told.
            for id in ids {
                self.published.remove(&id);
            }
        }
        published
    }

    /// Awaits that everything published was told, to both clients where there are two.
    pub async fn all_told(&self) -> Result<()> {
        for reader in std::iter::once(&self.reader).chain(&self.second) {
            let published = self.published.len();
            until(&reader.ledger, "everything published is told", |told| {
                told.items.len() >= published
            })
            .await?;
        }
        Ok(())
    }

    /// Ends the clients, and reads from the store what was lost and what is there twice.
    async fn count(&mut self, outcome: &mut Outcome) -> Result<()> {
        outcome.published = self.published.len();
        for reader in std::iter::once(&mut self.reader).chain(&mut self.second) {
            if let Err(error) = reader.stop().await {
                outcome.broke(format!("{error:#}"));
            }
            let stored = Client::look(&reader.home).await?;
            let told = reader.ledger.borrow();
            for item in &self.published {
                if !stored.items.contains_key(item) || !told.items.contains_key(item) {
                    outcome.lost += 1;
                }
            }
            let more = |ledger: &Ledger| ledger.items.values().map(|rows| rows.saturating_sub(1)).sum::<u32>();
            outcome.twice += more(&stored).max(more(&told)) as usize + told.popups_twice as usize;
            outcome.repeated += told.popups_repeated as usize;
        }
        Ok(())
    }
}
