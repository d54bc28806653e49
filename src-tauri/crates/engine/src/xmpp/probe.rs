//! The account test: the way in step by step, then a look at what the server offers. Leaves nothing behind.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jid::Jid;
use mailwren_core::account::{Account, Subscription};
use mailwren_core::discovery::{Discovery, FoundNode, Standing, TlsFound};
use mailwren_core::said::Said;
use mailwren_core::view::{StepName, StepState, TestStep};
use secrecy::SecretString;
use tokio::time::Instant;

use super::connector::{Connector, LoginFacts, Progress};
use super::iq::IqError;
use super::login::{LoginMemory, Mechanism};
use super::look::Look;
use super::resolve::{Resolve, Target};
use super::talk::Talk;
use super::tls::TlsFacts;
use super::trouble::{ConnectError, Trouble, quoted};

/// Limit of all that comes after the login.
const LOOK_LIMIT: Duration = Duration::from_secs(45);
/// More nodes than this aren't shown.
const MAX_NODES: usize = 200;

/// Tries an account out. Each step is told when it begins and when it ends; the first that fails is the last. Returns whether
/// none failed, and what was found.
///
/// It starts without memory of former logins, as for credentials that were just entered.
pub async fn probe(
    account: &Account,
    password: &SecretString,
    resolver: Arc<dyn Resolve>,
    on_step: impl FnMut(TestStep) + Send,
) -> (bool, Discovery) {
    let steps = Mutex::new(Steps {
        on_step,
        name: StepName::Dns,
        began: Instant::now(),
        found: Discovery::default(),
    });
    let passed = run(account, password, resolver, &steps).await;
    let steps = steps.into_inner().unwrap_or_else(PoisonError::into_inner);
    (passed, steps.found)
}

async fn run<F: FnMut(TestStep) + Send>(
    account: &Account,
    password: &SecretString,
    resolver: Arc<dyn Resolve>,
    steps: &Mutex<Steps<F>>,
) -> bool {
    let tell = |f: &mut dyn FnMut(&mut Steps<F>)| f(&mut steps.lock().unwrap_or_else(PoisonError::into_inner));
    tell(&mut |s| s.begin(StepName::Dns, Said::default()));
    let watch = |progress: Progress<'_>| tell(&mut |s| s.progress(progress));
    let connected = match Connector::new(account, resolver) {
        Ok(connector) => connector.connect(password, LoginMemory::default(), &watch).await,
        Err(error) => Err(error),
    };
    let (connection, facts) = match connected {
        Ok(connected) => connected,
        Err(error) => {
            tell(&mut |s| s.fail(&error));
            return false;
        }
    };

    let own = connection.identity.to_bare();
    let talk = match Talk::begin(connection).await {
        Ok(talk) => talk,
        Err(no) => {
            let no = Said::word("trouble-no-session").with("why", no.said());
            tell(&mut |s| s.end(StepState::Failed, no.clone(), None));
            return false;
        }
    };
    tell(&mut |s| s.logged_in(&facts));
    let look = Look {
        asker: talk.asker(),
        own: &own,
    };
    let looked = tokio::time::timeout(LOOK_LIMIT, look_around(account, look, &tell)).await;
    let passed = match looked {
        Ok(Ok(())) => true,
        Ok(Err(no)) => {
            tell(&mut |s| s.end(StepState::Failed, no.said(), None));
            false
        }
        Err(_) => {
            tell(&mut |s| s.end(StepState::Failed, Said::word("trouble-slow"), None));
            false
        }
    };
    talk.close().await;
    passed
}

/// Tells the steps, and how long each took; keeps what was found.
struct Steps<F> {
    on_step: F,
    name: StepName,
    began: Instant,
    found: Discovery,
}

impl<F: FnMut(TestStep)> Steps<F> {
    fn progress(&mut self, progress: Progress<'_>) {
        match progress {
            Progress::Found(targets) => self.found.endpoints = targets.iter().map(Into::into).collect(),
            Progress::Connecting(target) => {
                if self.name == StepName::Dns {
                    self.end(StepState::Passed, Said::text(target), None);
                }
                self.begin(StepName::Tls, Said::text(target));
            }
            Progress::Secured(target, facts) => {
                self.found.connected = Some(target.into());
                let tls = tls_found(facts);
                self.end(StepState::Passed, secured(target, &tls), None);
                self.found.tls = Some(tls);
                self.begin(StepName::Login, Said::default());
            }
            Progress::Offered(offer) => {
                self.found.mechanisms = offer.mechanisms.iter().map(|m| quoted(m)).collect();
                self.found.channel_bindings = offer.bindings.iter().map(|b| quoted(b)).collect();
            }
            Progress::Authenticating(mechanism) => self.begin(StepName::Login, Said::text(mechanism.name())),
        }
    }

    fn begin(&mut self, name: StepName, detail: Said) {
        if self.name != name {
            self.began = Instant::now();
        }
        self.name = name;
        self.tell(StepState::Running, detail, None, None, Vec::new());
    }

    fn end(&mut self, state: StepState, detail: Said, hint: Option<Said>) {
        self.tell(state, detail, hint, None, Vec::new());
    }

    fn tell(
        &mut self,
        state: StepState,
        detail: Said,
        hint: Option<Said>,
        refused: Option<&ConnectError>,
        nodes: Vec<Subscription>,
    ) {
        let millis = if state == StepState::Running {
            0
        } else {
            self.began.elapsed().as_millis()
        };
        (self.on_step)(TestStep {
            name: self.name,
            state,
            detail,
            hint,
            millis: u32::try_from(millis).unwrap_or(u32::MAX),
            fingerprint: refused.and_then(ConnectError::fingerprint).map(str::to_owned),
            changed: refused.is_some_and(|error| matches!(error.trouble, Trouble::PinMismatch { .. })),
            nodes,
        });
    }

    /// Fails the step that the error belongs to, which needn't be the one that was told last: with several endpoints the
    /// one that came furthest speaks.
    fn fail(&mut self, error: &ConnectError) {
        self.name = match error.code() {
            "dns" | "config" => StepName::Dns,
            "tcp" | "tls" => StepName::Tls,
            _ => StepName::Login,
        };
        self.tell(
            StepState::Failed,
            error.trouble.said(),
            error.hint(),
            Some(error),
            Vec::new(),
        );
    }

    fn logged_in(&mut self, facts: &LoginFacts) {
        self.found.mechanism = Some(facts.mechanism.name().to_owned());
        if facts.mechanism == Mechanism::Plain {
            let hint = Some(Said::word("trouble-scram-do"));
            self.end(StepState::Warned, Said::word("found-plain"), hint);
        } else {
            self.end(StepState::Passed, Said::text(facts.mechanism.name()), None);
        }
    }
}

fn tls_found(facts: &TlsFacts) -> TlsFound {
    TlsFound {
        version: if facts.tls13 { "1.3" } else { "1.2" }.to_owned(),
        fingerprint: facts.fingerprint.clone(),
        pinned: facts.pinned,
    }
}

fn secured(target: &Target, tls: &TlsFound) -> Said {
    let secured = match tls.pinned {
        true => Said::word("found-tls-pinned"),
        false => Said::word("found-tls"),
    };
    secured.with("target", target.to_string()).with("version", &tls.version)
}

/// The last two steps.
async fn look_around<F: FnMut(TestStep)>(
    account: &Account,
    look: Look<'_>,
    tell: &impl Fn(&mut dyn FnMut(&mut Steps<F>)),
) -> Result<(), IqError> {
    tell(&mut |s| s.begin(StepName::Services, Said::default()));
    let pep = look.has_pep().await?;
    let services = look.services(account).await?;
    tell(&mut |s| {
        s.found.pep = Some(pep);
        s.found.services = services.iter().map(ToString::to_string).collect();
        s.services(account.pep);
    });

    tell(&mut |s| s.begin(StepName::Nodes, Said::default()));
    // Of the own nodes (avatars, bookmarks, keys) only one is about mail.
    let mut nodes: Vec<FoundNode> = match pep {
        true => look.own_node().await?.into_iter().collect(),
        false => Vec::new(),
    };
    for service in &services {
        nodes.extend(look.nodes(service, &account.subscriptions).await?);
    }
    nodes.truncate(MAX_NODES);
    let unheard = account
        .subscriptions
        .iter()
        .filter(|s| Jid::new(&s.service).is_err())
        .map(|s| at_node(&s.node, &s.service, Said::word("node-no-service")));
    let missing = nodes
        .iter()
        .filter(|n| is_configured(account, n) && n.readable == Some(false) && n.standing != Standing::Pending)
        .map(|n| {
            let why = n.warning.clone().unwrap_or_else(|| Said::word("node-unreadable"));
            at_node(&n.node, &n.service, why)
        });
    let missing: Vec<Said> = unheard.chain(missing).collect();
    // Where mail is published, or is going to be.
    let exposed = nodes
        .iter()
        .filter(|n| is_configured(account, n) || n.service == look.own.as_str())
        .find(|n| matches!(n.access.as_deref(), Some("open" | "presence")))
        .and_then(|n| {
            let named = Said::word("proof-named").with("label", quoted(&n.node));
            Some(named.with("what", n.warning.clone()?))
        });
    tell(&mut |s| {
        s.found.nodes.clone_from(&nodes);
        s.nodes(&missing, exposed.as_ref());
    });
    Ok(())
}

fn at_node(node: &str, service: &str, why: Said) -> Said {
    let at = Said::word("found-at-node").with("node", quoted(node));
    at.with("service", quoted(service)).with("why", why)
}

fn is_configured(account: &Account, node: &FoundNode) -> bool {
    account
        .subscriptions
        .iter()
        .any(|s| s.service == node.service && s.node == node.node)
}

impl<F: FnMut(TestStep)> Steps<F> {
    fn services(&mut self, wants_pep: bool) {
        let pep = self.found.pep == Some(true);
        let services = self.found.services.join(", ");
        let (state, detail) = match (services.is_empty(), pep, wants_pep) {
            (true, false, _) => (StepState::Warned, Said::word("found-no-service")),
            (true, true, _) => (StepState::Passed, Said::word("found-pep")),
            (false, true, _) => (
                StepState::Passed,
                Said::word("found-pep-and").with("services", services),
            ),
            (false, false, true) => (StepState::Warned, Said::word("found-no-pep").with("services", services)),
            (false, false, false) => (StepState::Passed, Said::Text(services)),
        };
        let hint = (state == StepState::Warned).then(|| Said::word("found-no-service-do"));
        self.end(state, detail, hint);
    }

    fn nodes(&mut self, missing: &[Said], exposed: Option<&Said>) {
        // What can be listened to, now or once its owner approves.
        let choice: Vec<Subscription> = self
            .found
            .nodes
            .iter()
            .filter(|n| {
                n.readable != Some(false) || n.standing != Standing::None || n.access.as_deref() == Some("authorize")
            })
            .map(|n| Subscription {
                service: n.service.clone(),
                node: n.node.clone(),
            })
            .collect();
        let pending = self
            .found
            .nodes
            .iter()
            .filter(|n| n.standing == Standing::Pending)
            .count();
        let count = Said::word("nodes-count").with("n", choice.len());
        let detail = match (choice.len(), pending) {
            (0, _) => Said::word("found-no-node"),
            (_, 0) => count,
            (_, pending) => Said::word("found-pending").with("nodes", count).with("n", pending),
        };
        let (state, detail, hint) = match (missing, exposed) {
            ([], None) => (StepState::Passed, detail, None),
            ([], Some(exposed)) => (StepState::Warned, exposed.clone(), Some(Said::word("found-exposed-do"))),
            (missing, _) => (
                StepState::Warned,
                Said::Lines(missing.to_vec()),
                Some(Said::word("found-missing-do")),
            ),
        };
        self.tell(state, detail, hint, None, choice);
    }
}
