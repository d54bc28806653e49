//! The test of an account's mailbox: the way in, and its folders. Leaves nothing behind.

use mailwren_core::account::Subscription;
use mailwren_core::said::Said;
use mailwren_core::view::{StepName, StepState, TestStep};
use tokio::time::Instant;

use super::access::Access;
use super::folders::Folders;
use super::{ImapError, Tls};
use crate::xmpp::trouble::{Trouble, quoted};

/// More folders than this aren't shown.
const MAX_FOLDERS: usize = 200;

/// Tells how far a test is.
struct Steps<F> {
    on_step: F,
    /// Whether it is the whole test, told in steps of its own.
    alone: bool,
    began: Instant,
}

impl<F: FnMut(TestStep)> Steps<F> {
    fn step(&self, name: StepName, state: StepState, detail: Said) -> TestStep {
        let millis = match state {
            StepState::Running => 0,
            _ => self.began.elapsed().as_millis(),
        };
        TestStep {
            name: if self.alone { name } else { StepName::Mailbox },
            state,
            detail,
            hint: None,
            millis: u32::try_from(millis).unwrap_or(u32::MAX),
            fingerprint: None,
            changed: false,
            nodes: Vec::new(),
        }
    }

    fn begin(&mut self, name: StepName, detail: Said) {
        self.began = Instant::now();
        let step = self.step(name, StepState::Running, detail);
        (self.on_step)(step);
    }

    /// A step among others went well.
    fn pass(&mut self, name: StepName, detail: Said) {
        if self.alone {
            let step = self.step(name, StepState::Passed, detail);
            (self.on_step)(step);
        }
    }

    fn fail(&mut self, name: StepName, error: &ImapError) {
        let problem = error.problem();
        let step = TestStep {
            hint: problem.hint,
            fingerprint: error.fingerprint(),
            changed: matches!(error, ImapError::Connect(Trouble::PinMismatch { .. })),
            ..self.step(name, StepState::Failed, problem.message)
        };
        (self.on_step)(step);
    }
}

/// Tries the way to a mailbox out; `alone` if there is no other to its account. Each step is told when it begins and when it
/// ends; the first that fails is the last. Returns whether none failed.
pub(crate) async fn probe(
    access: &Access,
    folders: &[String],
    alone: bool,
    on_step: impl FnMut(TestStep) + Send,
) -> bool {
    let mut steps = Steps {
        on_step,
        alone,
        began: Instant::now(),
    };
    let server = format!("{}:{}", access.host, access.port);
    steps.begin(StepName::Tls, Said::text(&server));
    let mut authenticating = false;
    let mut client = match access.connect(&mut authenticating).await {
        Ok(client) => client,
        Err(error) => {
            let reached = authenticating || matches!(error.problem().code.as_str(), "auth" | "keyring");
            let at = if reached { StepName::Login } else { StepName::Tls };
            steps.fail(at, &error);
            return false;
        }
    };
    let how = match access.tls {
        Tls::Implicit => "TLS",
        Tls::Starttls => "STARTTLS",
    };
    steps.pass(StepName::Tls, Said::Text(format!("{server}: {how}")));
    steps.pass(StepName::Login, Said::text(&access.user));
    if alone {
        steps.begin(StepName::Nodes, Said::default());
    }
    let listed = match Folders::list(&mut client).await {
        Ok(listed) => listed,
        Err(error) => {
            steps.fail(StepName::Nodes, &error);
            return false;
        }
    };
    client.close().await;
    let missing: Vec<String> = folders
        .iter()
        .filter(|folder| !listed.has(&listed.on_the_wire(folder)))
        .map(|folder| quoted(folder))
        .collect();
    let nodes = listed.names().take(MAX_FOLDERS).map(|folder| Subscription {
        service: access.host.clone(),
        node: folder,
    });
    let nodes: Vec<Subscription> = nodes.collect();
    let count = Said::word("folders-count").with("n", nodes.len());
    let (state, detail, hint) = match missing.as_slice() {
        [] => (StepState::Passed, count, None),
        missing => (
            StepState::Warned,
            Said::word("found-no-folder").with("names", missing.join(", ")),
            Some(Said::word("found-no-folder-do")),
        ),
    };
    let step = TestStep {
        hint,
        nodes,
        ..steps.step(StepName::Nodes, state, detail)
    };
    (steps.on_step)(step);
    true
}
