//! Looks after what Mailwren needs on this machine; [`mailwren_core::doctor`] judges it.

use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;

use mailwren_core::doctor::{self, Check, Daemon, DesktopFound};
use mailwren_core::said::Said;
use mailwren_core::view::{ApiCode, ApiError, Reply};
use zbus::Connection;

use crate::surroundings::{self, DAEMON, DAEMON_PATH};

/// The specification knows eleven.
const MOST_CAPABILITIES: usize = 24;
/// Who takes longer to answer is as good as not there; a daemon may have to be started first.
const PATIENCE: Duration = Duration::from_secs(5);

/// All checks of the machine: what the engine needs, and what the desktop has. `asked` is its reply to
/// [`Command::Examine`](mailwren_core::view::Command::Examine), `running` whether it is one that watches.
///
/// # Errors
/// When the engine doesn't answer.
pub async fn examine(
    asked: impl Future<Output = Result<Reply, ApiError>>,
    running: bool,
) -> Result<Vec<Check>, ApiError> {
    let (engine, desktop) = tokio::join!(asked, look());
    let Reply::Examine { found } = engine? else {
        return Err(ApiError::new(ApiCode::Internal, Said::word("cli-reply")));
    };
    let mut checks = doctor::of_engine(&found, running);
    checks.extend(doctor::of_desktop(&desktop));
    Ok(checks)
}

/// What this computer and its desktop are called.
pub fn system() -> Vec<String> {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="));
    let system = name.map_or(std::env::consts::OS, |name| name.trim_matches(['"', '\'']));
    let desktop = std::env::var("XDG_CURRENT_DESKTOP")
        .ok()
        .filter(|name| !name.is_empty());
    let names = [Some(format!("{system} ({})", std::env::consts::ARCH)), desktop];
    names
        .into_iter()
        .flatten()
        .map(|name| crate::text::line(&name, 80))
        .collect()
}

fn look() -> BoxFuture<'static, DesktopFound> {
    async move {
        let named = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let display = named("DISPLAY") || named("WAYLAND_DISPLAY");
        let connected = tokio::time::timeout(PATIENCE, Connection::session()).await;
        let bus = match connected {
            Ok(Ok(bus)) => Ok(bus),
            Ok(Err(error)) => Err(error.to_string()),
            Err(late) => Err(late.to_string()),
        };
        match bus {
            Ok(bus) => {
                let (daemon, tray) = tokio::join!(daemon(&bus), surroundings::shows_tray(&bus));
                DesktopFound {
                    display,
                    bus_fault: None,
                    daemon,
                    tray,
                }
            }
            Err(fault) => DesktopFound {
                display,
                bus_fault: Some(fault),
                daemon: None,
                tray: false,
            },
        }
    }
    .boxed()
}

/// Asks the notification daemon who it is, and starts it if the bus can: so does the first popup.
async fn daemon(bus: &Connection) -> Option<Daemon> {
    let ask = async |method: &'static str| {
        let asked = bus.call_method(Some(DAEMON), DAEMON_PATH, Some(DAEMON), method, &());
        tokio::time::timeout(PATIENCE, asked).await.ok()?.ok()
    };
    let server = ask("GetServerInformation").await?;
    let (name, _, version, _): (String, String, String, String) = server.body().deserialize().ok()?;
    let capabilities = ask("GetCapabilities").await?;
    let capabilities: Vec<String> = capabilities.body().deserialize().ok()?;
    Some(Daemon {
        name: crate::text::line(&format!("{name} {version}"), 80),
        capabilities: capabilities
            .iter()
            .take(MOST_CAPABILITIES)
            .map(|capability| crate::text::line(capability, 40))
            .collect(),
    })
}
