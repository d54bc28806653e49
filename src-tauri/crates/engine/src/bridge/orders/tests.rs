#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
use super::*;
use crate::outbox::{Action, Entry};
use crate::profile::Profile;
use futures::future::BoxFuture;
use mailwren_core::MAIL_NODE;
use mailwren_core::popup::Privacy;
use mailwren_core::publish::{Gone, Uid};

const SAM: &str = "sam@example.org";

/// Does what it is told, once it may.
#[derive(Default)]
struct Obedient {
    acted: Mutex<Vec<(Act, Vec<MessageAt>)>>,
    undone: Mutex<u32>,
    hangs: bool,
}

impl MailAccess for Obedient {
    fn act<'a>(&'a self, messages: &'a [MessageAt], act: Act) -> BoxFuture<'a, Result<Done, AccessError>> {
        Box::pin(async move {
            if self.hangs {
                std::future::pending::<()>().await;
            }
            lock(&self.acted).push((act, messages.to_vec()));
            let became = |was: &MessageAt| Became::Changed {
                was: was.clone(),
                now: was.clone(),
            };
            let messages = messages.iter().map(became).collect();
            Ok(Done { act, messages })
        })
    }

    fn undo<'a>(&'a self, done: &'a Done) -> BoxFuture<'a, Result<Done, AccessError>> {
        *lock(&self.undone) += 1;
        Box::pin(std::future::ready(Ok(done.clone())))
    }
}

struct Stage {
    orders: Orders,
    access: Arc<Obedient>,
    outbox: Outbox,
    item: String,
    _profile: Profile,
}

impl Stage {
    fn new(access: Obedient) -> Self {
        let profile = Profile::temporary().unwrap();
        let (outbox, access) = (Outbox::of(&profile), Arc::new(access));
        let target = Target {
            account: Some(SAM.to_owned()),
            ..Target::default()
        };
        let mailbox = Mailbox {
            name: "box".to_owned(),
            target: target.clone(),
            publisher: SAM.to_owned(),
            owner: SAM.to_owned(),
            detail: Privacy::Full,
            http_user: None,
            imap: None,
        };
        let reached = Reached {
            mailbox,
            at: at(MAIL_NODE),
            owner: BareJid::new(SAM).unwrap(),
            access: access.clone(),
        };
        let intake = Arc::new(Intake::new(outbox.clone()));
        let uid = Uid {
            uidvalidity: 9,
            uid: 42,
        };
        let item = Gone::stored("INBOX", uid, None).item("box");
        outbox.know(&target, &item, "box", "INBOX");
        Self {
            orders: Orders::new(vec![reached], SAM.to_owned(), outbox.clone(), intake),
            access,
            outbox,
            item,
            _profile: profile,
        }
    }

    async fn ask(&self, from: &str, payload: Element) -> Result<Element, Condition> {
        let request = Iq::Set {
            from: Some(Jid::new(from).unwrap()),
            to: None,
            id: "1".to_owned(),
            payload,
        };
        let answer = self.orders.answer(&request).await;
        assert_eq!((answer.to(), answer.id()), (request.from(), "1"));
        match answer {
            Iq::Result { payload, .. } => Ok(payload.unwrap()),
            Iq::Error { error, .. } => Err(error.defined_condition),
            other => unreachable!("{other:?}"),
        }
    }

    async fn archive(&self, from: &str, node: &str, items: &[&str]) -> Result<Outcomes, Condition> {
        let wish = Wish::Act {
            act: Act::Archive,
            at: at(node),
            items: items.iter().map(ToString::to_string).collect(),
        };
        let answer = self.ask(from, wish.command()).await?;
        Ok(Outcomes::read(&answer).unwrap())
    }

    async fn undo(&self, from: &str, token: &str) -> Result<Outcomes, Condition> {
        let token = token.to_owned();
        let answer = self.ask(from, Wish::Undo { token }.command()).await?;
        Ok(Outcomes::read(&answer).unwrap())
    }
}

fn at(node: &str) -> Subscription {
    Subscription {
        service: SAM.to_owned(),
        node: node.to_owned(),
    }
}

#[tokio::test]
async fn a_device_of_the_owner_has_a_mail_archived_and_takes_it_back_once() {
    let stage = Stage::new(Obedient::default());
    let outcomes = stage
        .archive("sam@example.org/desk", MAIL_NODE, &[&stage.item, "x-1"])
        .await
        .unwrap();
    assert_eq!(
        (outcomes.of(&stage.item), outcomes.of("x-1")),
        (Outcome::Done, Outcome::Missing)
    );
    let acted = lock(&stage.access.acted).clone();
    assert_eq!((acted[0].0, acted[0].1[0].folder.as_str()), (Act::Archive, "INBOX"));
    // Devices are told at once.
    let waiting: Vec<Entry> = stage.outbox.waiting().unwrap().into_iter().map(|w| w.entry).collect();
    assert!(
        matches!(
            &waiting[..],
            [Entry {
                reader: None,
                action: Action::Gone(_),
                ..
            }]
        ),
        "{waiting:?}"
    );

    let token = outcomes.undo.unwrap();
    assert_eq!(
        stage.undo("sam@example.org/lap", "other").await,
        Err(Condition::ItemNotFound)
    );
    let undone = stage.undo("sam@example.org/lap", &token).await.unwrap();
    assert_eq!(undone.of(&stage.item), Outcome::Done);
    assert_eq!(
        stage.undo("sam@example.org/lap", &token).await,
        Err(Condition::ItemNotFound)
    );
    assert_eq!(*lock(&stage.access.undone), 1);
}

#[tokio::test]
async fn nobody_else_commands_or_learns_anything() {
    let stage = Stage::new(Obedient::default());
    for from in ["eve@example.org/desk", SAM, "example.org", "sam@example.org.evil/desk"] {
        let refused = stage.archive(from, MAIL_NODE, &[&stage.item]).await;
        assert_eq!(refused, Err(Condition::Forbidden), "{from}");
        let ask = Element::bare("query", ns::DISCO_INFO);
        let request = Iq::Get {
            from: Some(Jid::new(from).unwrap()),
            to: None,
            id: "1".to_owned(),
            payload: ask,
        };
        let Iq::Error { error, .. } = stage.orders.answer(&request).await else {
            unreachable!("{from} was answered")
        };
        assert_eq!(error.defined_condition, Condition::ServiceUnavailable);
    }
    assert!(lock(&stage.access.acted).is_empty());
}

#[tokio::test]
async fn what_cannot_be_done_is_refused_by_its_reason() {
    let stage = Stage::new(Obedient::default());
    let desk = "sam@example.org/desk";
    assert_eq!(stage.archive(desk, "other", &["x"]).await, Err(Condition::ItemNotFound));
    assert_eq!(stage.archive(desk, MAIL_NODE, &[]).await, Err(Condition::BadRequest));
    let many: Vec<String> = (0..101).map(|n| n.to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(
        stage.archive(desk, MAIL_NODE, &many).await,
        Err(Condition::NotAcceptable)
    );
    let burn = format!("<command xmlns='{}' node='urn:mailwren:act:0#burn'/>", adhoc::COMMANDS);
    assert_eq!(
        stage.ask(desk, burn.parse().unwrap()).await,
        Err(Condition::ItemNotFound)
    );
    for _ in 0..MOST_COMMANDS {
        stage.archive(desk, MAIL_NODE, &["x"]).await.ok();
    }
    assert_eq!(
        stage.archive(desk, MAIL_NODE, &["x"]).await,
        Err(Condition::ResourceConstraint)
    );
}

#[tokio::test]
async fn a_mail_server_that_hangs_is_not_awaited_for_ever() {
    let mut stage = Stage::new(Obedient {
        hangs: true,
        ..Obedient::default()
    });
    stage.orders.limit = Duration::from_millis(20);
    let refused = stage.archive("sam@example.org/desk", MAIL_NODE, &[&stage.item]).await;
    assert_eq!(refused, Err(Condition::RemoteServerTimeout));
}

#[tokio::test]
async fn any_client_with_commands_finds_them_and_their_forms() {
    let stage = Stage::new(Obedient::default());
    let request = |payload| Iq::Get {
        from: Some(Jid::new("sam@example.org/chat").unwrap()),
        to: None,
        id: "1".to_owned(),
        payload,
    };
    let items = format!("<query xmlns='{}' node='{}'/>", ns::DISCO_ITEMS, adhoc::COMMANDS);
    let Iq::Result { payload, .. } = stage.orders.answer(&request(items.parse().unwrap())).await else {
        unreachable!("refused")
    };
    let nodes: Vec<String> = payload
        .unwrap()
        .children()
        .map(|item| item.attr("node").unwrap().to_owned())
        .collect();
    assert_eq!(nodes.len(), 6);
    for node in nodes {
        let bare = format!("<command xmlns='{}' node='{node}' action='execute'/>", adhoc::COMMANDS);
        let form = stage.ask("sam@example.org/chat", bare.parse().unwrap()).await.unwrap();
        assert_eq!(form.attr("status"), Some("executing"), "{node}");
    }
}
