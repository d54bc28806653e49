//! What the desktop says of the person in front of it: whether they don't want to be disturbed, and whether the screen is
//! locked; and which of its parts are there. Over D-Bus, and only from who is there: nothing is started for being asked.
//!
//! | said by | what |
//! |---|---|
//! | Plasma and whoever follows the notification specification | property `Inhibited` of the notification daemon |
//! | dunst | property `paused` of `org.dunstproject.cmd0` |
//! | xfce4-notifyd | `/do-not-disturb` of its xfconf channel |
//! | GNOME, KDE, Xfce, MATE, Cinnamon | `GetActive` of their ScreenSaver |
//! | logind | `LockedHint` of the session |
//! | whoever shows tray icons | `IsStatusNotifierHostRegistered` of the watcher |
//!
//! GNOME keeps its own banners back without telling anybody.

use std::pin::pin;
use std::time::Duration;

use futures::future::{BoxFuture, OptionFuture};
use futures::stream::{self, BoxStream};
use futures::{FutureExt, Stream, StreamExt};
use mailwren_engine::ports::Surroundings;
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;
use zbus::message::Type;
use zbus::names::OwnedUniqueName;
use zbus::proxy::{CacheProperties, MethodFlags};
use zbus::zvariant::{DynamicDeserialize, DynamicType, OwnedObjectPath, OwnedValue};
use zbus::{Connection, MatchRule, MessageStream, Proxy};

pub(crate) const DAEMON: &str = "org.freedesktop.Notifications";
pub(crate) const DAEMON_PATH: &str = "/org/freedesktop/Notifications";
const BUS: &str = "org.freedesktop.DBus";
const BUS_PATH: &str = "/org/freedesktop/DBus";
const DUNST: &str = "org.dunstproject.cmd0";
const XFCONF: &str = "org.xfce.Xfconf";
const XFCONF_PATH: &str = "/org/xfce/Xfconf";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
const LOGIND: &str = "org.freedesktop.login1";
const LOGIND_PATH: &str = "/org/freedesktop/login1";
const SESSION: &str = "org.freedesktop.login1.Session";
const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const WATCHER_PATH: &str = "/StatusNotifierWatcher";
/// Name, which is the interface as well, and path.
const SCREEN_SAVERS: [(&str, &str); 5] = [
    ("org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver"),
    ("org.gnome.ScreenSaver", "/org/gnome/ScreenSaver"),
    ("org.cinnamon.ScreenSaver", "/org/cinnamon/ScreenSaver"),
    ("org.mate.ScreenSaver", "/org/mate/ScreenSaver"),
    ("org.xfce.ScreenSaver", "/org/xfce/ScreenSaver"),
];

/// Who takes longer to answer is as good as not there.
const PATIENCE: Duration = Duration::from_secs(2);
/// A dunst that is paused by a signal (SIGUSR1) tells nobody, so it is asked so often. Popups that it gets meanwhile it keeps.
const ASK_DUNST: Duration = Duration::from_secs(15);
/// At login parts of the desktop come one after another: one that isn't there after so long is missing.
const LATE: Duration = Duration::from_secs(10);
/// A bus that isn't there, or went, is tried again after this.
const TRY_AGAIN: Duration = Duration::from_secs(30);

/// What is said now and whenever it changes.
pub(crate) fn watch() -> BoxStream<'static, Surroundings> {
    let (said, hears) = mpsc::channel(16);
    let tasks = [
        tokio::spawn(keep(said.clone(), do_not_disturb)),
        tokio::spawn(keep(said.clone(), screen_saver)),
        tokio::spawn(keep(said.clone(), session_lock)),
        tokio::spawn(keep(said.clone(), tray_host)),
        tokio::spawn(keep(said, logind)),
    ];
    let tasks = tasks.map(AbortOnDropHandle::new);
    // The screen is locked if either of two says so.
    let start = (hears, [false; 2], false, tasks);
    stream::unfold(start, async |(mut hears, mut locks, mut locked, tasks)| {
        loop {
            match hears.recv().await? {
                Said::DoNotDisturb(on) => {
                    let said = Surroundings::DoNotDisturb(on);
                    return Some((said, (hears, locks, locked, tasks)));
                }
                Said::ScreenSaver(on) => locks[0] = on,
                Said::Session(on) => locks[1] = on,
                Said::Part(part) => return Some((part, (hears, locks, locked, tasks))),
            }
            let now = locks.contains(&true);
            if std::mem::replace(&mut locked, now) != now {
                return Some((Surroundings::Locked(now), (hears, locks, locked, tasks)));
            }
        }
    })
    .boxed()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    DoNotDisturb(bool),
    ScreenSaver(bool),
    Session(bool),
    Part(Surroundings),
}

/// Runs a watch for as long as somebody hears it, again and again: a bus may come late, or restart.
async fn keep<F>(said: mpsc::Sender<Said>, watch: F)
where
    F: AsyncFn(&mpsc::Sender<Said>) -> zbus::Result<()>,
{
    while !said.is_closed() {
        if let Err(error) = watch(&said).await {
            tracing::debug!(%error, "a bus isn't there, or went");
        }
        tokio::time::sleep(TRY_AGAIN).await;
    }
}

/// Whether the desktop isn't to be disturbed at this moment. Who shows notifications may be known by name; otherwise
/// everybody is asked.
pub(crate) async fn disturbing(bus: &Connection, daemon: Option<&str>) -> bool {
    let by = |name| daemon.is_none_or(|daemon| daemon == name);
    let (dunst, xfce) = (by("dunst"), by("Xfce Notify Daemon"));
    let others = daemon.is_none() || !(dunst || xfce);
    let (dunst, xfce, others) = tokio::join!(
        OptionFuture::from(dunst.then(|| flag(bus, DAEMON, DAEMON_PATH, DUNST, "paused"))),
        OptionFuture::from(xfce.then(|| do_not_disturb_of_xfce(bus))),
        OptionFuture::from(others.then(|| flag(bus, DAEMON, DAEMON_PATH, DAEMON, "Inhibited"))),
    );
    [dunst, xfce, others].contains(&Some(Some(true)))
}

async fn do_not_disturb(said: &mpsc::Sender<Said>) -> zbus::Result<()> {
    let bus = Connection::session().await?;
    let properties = signals(PROPERTIES)?.path(DAEMON_PATH)?.build();
    let xfconf = signals(XFCONF)?.path(XFCONF_PATH)?.build();
    let mut news = pin!(stream::select_all([
        listen(&bus, properties).await?,
        listen(&bus, xfconf).await?,
        listen(&bus, owner_changes(DAEMON)?).await?,
        listen(&bus, owner_changes(XFCONF)?).await?,
    ]));
    let mut told = None;
    loop {
        let paused = async || flag(&bus, DAEMON, DAEMON_PATH, DUNST, "paused").await;
        let before = paused().await;
        let now = disturbing(&bus, None).await;
        if told != Some(now) {
            if said.send(Said::DoNotDisturb(now)).await.is_err() {
                return Ok(());
            }
            told = Some(now);
        }
        let dunst_changes = async {
            loop {
                match before {
                    Some(_) => tokio::time::sleep(ASK_DUNST).await,
                    None => std::future::pending().await,
                }
                if paused().await != before {
                    break;
                }
            }
        };
        tokio::select! {
            one = news.next() => if one.is_none() {
                return Ok(());
            },
            () = dunst_changes => {}
        }
        // What came at the same time is answered by one look.
        while news.next().now_or_never().flatten().is_some() {}
    }
}

async fn screen_saver(said: &mpsc::Sender<Said>) -> zbus::Result<()> {
    let bus = Connection::session().await?;
    let mut streams = Vec::new();
    for (name, path) in SCREEN_SAVERS {
        let changes = signals(name)?.path(path)?.member("ActiveChanged")?.build();
        streams.push(listen(&bus, changes).await?);
        streams.push(listen(&bus, owner_changes(name)?).await?);
    }
    let mut news = pin!(stream::select_all(streams));
    let mut told = None;
    loop {
        let mut active = false;
        for (name, path) in SCREEN_SAVERS {
            active |= ask(&bus, name, path, name, "GetActive", &()).await.unwrap_or(false);
        }
        if told != Some(active) {
            if said.send(Said::ScreenSaver(active)).await.is_err() {
                return Ok(());
            }
            told = Some(active);
        }
        if news.next().await.is_none() {
            return Ok(());
        }
    }
}

async fn session_lock(said: &mpsc::Sender<Said>) -> zbus::Result<()> {
    let bus = Connection::system().await?;
    let mut arrivals = listen(&bus, owner_changes(LOGIND)?).await?;
    let mut told = None;
    loop {
        let Some(path) = session(&bus).await else {
            // Without logind there is nothing to hear until it comes.
            if arrivals.next().await.is_none() {
                return Ok(());
            }
            continue;
        };
        let changes = signals(PROPERTIES)?.path(path.as_str())?.build();
        let mut news = listen(&bus, changes).await?;
        loop {
            let locked = flag(&bus, LOGIND, path.as_str(), SESSION, "LockedHint").await;
            let locked = locked.unwrap_or(false);
            if told != Some(locked) {
                if said.send(Said::Session(locked)).await.is_err() {
                    return Ok(());
                }
                told = Some(locked);
            }
            tokio::select! {
                one = news.next() => if one.is_none() {
                    return Ok(());
                },
                one = arrivals.next() => match one {
                    Some(_) => break,
                    None => return Ok(()),
                },
            }
        }
    }
}

/// Whether somebody shows tray icons.
pub(crate) async fn shows_tray(bus: &Connection) -> bool {
    let host = flag(bus, WATCHER, WATCHER_PATH, WATCHER, "IsStatusNotifierHostRegistered");
    host.await.unwrap_or(false)
}

async fn tray_host(said: &mpsc::Sender<Said>) -> zbus::Result<()> {
    let bus = Connection::session().await?;
    let hosts = signals(WATCHER)?.path(WATCHER_PATH)?.build();
    let news = stream::select_all([listen(&bus, hosts).await?, listen(&bus, owner_changes(WATCHER)?).await?]);
    part(said, news, Surroundings::Tray, || shows_tray(&bus).boxed()).await
}

async fn logind(said: &mpsc::Sender<Said>) -> zbus::Result<()> {
    let connected = Connection::system().await;
    if connected.is_err() {
        tokio::time::sleep(LATE).await;
        // Nobody need hear.
        said.send(Said::Part(Surroundings::Logind(false))).await.ok();
    }
    let bus = connected?;
    let news = listen(&bus, owner_changes(LOGIND)?).await?;
    part(said, news, Surroundings::Logind, || has_logind(&bus).boxed()).await
}

async fn has_logind(bus: &Connection) -> bool {
    owner(bus, LOGIND).await.is_some()
}

/// Who has a name on a bus at this moment.
pub(crate) async fn owner(bus: &Connection, name: &'static str) -> Option<OwnedUniqueName> {
    ask(bus, BUS, BUS_PATH, BUS, "GetNameOwner", &(name,)).await
}

/// Tells whether a part of the desktop is there, whenever that changes; that it isn't only once it had time to come.
async fn part<'a>(
    said: &mpsc::Sender<Said>,
    news: impl Stream<Item = zbus::Result<zbus::Message>>,
    told_as: fn(bool) -> Surroundings,
    is_there: impl Fn() -> BoxFuture<'a, bool>,
) -> zbus::Result<()> {
    let mut news = pin!(news);
    let mut told = None;
    loop {
        let there = is_there().await;
        let unsaid = told != Some(there);
        let settled = async {
            match unsaid {
                true if there => {}
                true => tokio::time::sleep(LATE).await,
                false => std::future::pending().await,
            }
        };
        tokio::select! {
            one = news.next() => if one.is_none() {
                return Ok(());
            },
            () = settled => {
                if said.send(Said::Part(told_as(there))).await.is_err() {
                    return Ok(());
                }
                told = Some(there);
            }
        }
    }
}

/// The path of the person's session: signals come from it, and not from its other name `auto`.
async fn session(bus: &Connection) -> Option<OwnedObjectPath> {
    let id = match std::env::var("XDG_SESSION_ID") {
        Ok(id) if !id.is_empty() => id,
        // A service of the person's (systemd --user) belongs to no session; logind knows the one that is shown.
        _ => {
            let auto = "/org/freedesktop/login1/session/auto";
            String::try_from(property(bus, LOGIND, auto, SESSION, "Id").await?).ok()?
        }
    };
    let manager = "org.freedesktop.login1.Manager";
    ask(bus, LOGIND, LOGIND_PATH, manager, "GetSession", &(id,)).await
}

async fn do_not_disturb_of_xfce(bus: &Connection) -> Option<bool> {
    // It never tells of a daemon that isn't running.
    let property = ("xfce4-notifyd", "/do-not-disturb");
    let value: OwnedValue = ask(bus, XFCONF, XFCONF_PATH, XFCONF, "GetProperty", &property).await?;
    bool::try_from(value).ok()
}

pub(crate) async fn flag(
    bus: &Connection,
    name: &str,
    path: &str,
    interface: &str,
    property_name: &str,
) -> Option<bool> {
    bool::try_from(property(bus, name, path, interface, property_name).await?).ok()
}

async fn property(
    bus: &Connection,
    name: &str,
    path: &str,
    interface: &str,
    property_name: &str,
) -> Option<OwnedValue> {
    ask(bus, name, path, PROPERTIES, "Get", &(interface, property_name)).await
}

/// Calls a method of who is there already; `None` if nobody is, or it isn't known there.
async fn ask<B, R>(bus: &Connection, name: &str, path: &str, interface: &str, method: &str, body: &B) -> Option<R>
where
    B: serde::Serialize + DynamicType + Sync,
    R: for<'d> DynamicDeserialize<'d>,
{
    let asked = async {
        let there: Proxy<'_> = zbus::proxy::Builder::new(bus)
            .destination(name)?
            .path(path)?
            .interface(interface)?
            .cache_properties(CacheProperties::No)
            .build()
            .await?;
        there
            .call_with_flags(method, MethodFlags::NoAutoStart.into(), body)
            .await
    };
    tokio::time::timeout(PATIENCE, asked).await.ok()?.ok()?
}

fn signals(interface: &'static str) -> zbus::Result<zbus::match_rule::Builder<'static>> {
    MatchRule::builder().msg_type(Type::Signal).interface(interface)
}

/// Somebody takes a name or leaves it.
fn owner_changes(name: &'static str) -> zbus::Result<MatchRule<'static>> {
    let rule = signals(BUS)?.sender(BUS)?;
    Ok(rule.member("NameOwnerChanged")?.arg(0, name)?.build())
}

async fn listen(bus: &Connection, rule: MatchRule<'_>) -> zbus::Result<MessageStream> {
    MessageStream::for_match_rule(rule.to_owned(), bus, None).await
}
