//! NetworkManager's and logind's signals on the system bus.
//!
//! Match rules name them, and the bus resolves names as it delivers: so it doesn't matter which of them runs, or when it
//! comes.

use std::time::Duration;

use futures::StreamExt as _;
use tokio::sync::mpsc;
use zbus::message::Type;
use zbus::zvariant::Value;
use zbus::{Connection, MatchRule, Message, MessageStream};

use super::Doubt;

const NETWORK_MANAGER: &str = "org.freedesktop.NetworkManager";
const LOGIND: &str = "org.freedesktop.login1";
/// First and longest wait before the bus is looked for again.
const WAITS: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(60));

/// Listens for ever.
pub(super) async fn listen(doubts: mpsc::Sender<Doubt>) {
    let (mut wait, longest) = WAITS;
    let mut told = false;
    loop {
        match signals().await {
            Ok(signals) => {
                tracing::debug!("listening to NetworkManager and logind");
                (wait, told) = (WAITS.0, false);
                pass_on(signals, &doubts).await;
            }
            Err(error) if !told => {
                told = true;
                tracing::debug!(%error, "no system bus: the network and sleep are noticed without it");
            }
            Err(_) => {}
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(longest);
    }
}

type Signals = futures::stream::SelectAll<MessageStream>;

async fn signals() -> zbus::Result<Signals> {
    let bus = Connection::system().await?;
    let mut streams = Signals::new();
    for (sender, interface, member) in [
        (NETWORK_MANAGER, NETWORK_MANAGER, "StateChanged"),
        (NETWORK_MANAGER, "org.freedesktop.DBus.Properties", "PropertiesChanged"),
        (LOGIND, "org.freedesktop.login1.Manager", "PrepareForSleep"),
    ] {
        let rule = MatchRule::builder()
            .msg_type(Type::Signal)
            .sender(sender)?
            .path(format!("/{}", sender.replace('.', "/")))?
            .interface(interface)?
            .member(member)?
            .build();
        streams.push(MessageStream::for_match_rule(rule, &bus, None).await?);
    }
    Ok(streams)
}

/// Returns when the bus is gone.
async fn pass_on(mut signals: Signals, doubts: &mpsc::Sender<Doubt>) {
    while let Some(Ok(signal)) = signals.next().await {
        if let Some(doubt) = meant(&signal) {
            tracing::debug!(?doubt, "told by the system bus");
            doubts.send(doubt).await.ok();
        }
    }
}

/// What a signal means for connections.
fn meant(signal: &Message) -> Option<Doubt> {
    let header = signal.header();
    let body = signal.body();
    match header.member()?.as_str() {
        "StateChanged" => Some(Doubt::Network),
        "PropertiesChanged" => {
            let (_, changed, _): (&str, std::collections::HashMap<&str, Value<'_>>, Vec<&str>) =
                body.deserialize().ok()?;
            let matters = |key: &str| changed.contains_key(key);
            (matters("PrimaryConnection") || matters("Connectivity")).then_some(Doubt::Network)
        }
        // It is told with `true` before, with `false` after.
        "PrepareForSleep" => (!body.deserialize::<bool>().ok()?).then_some(Doubt::Wake),
        _ => None,
    }
}
