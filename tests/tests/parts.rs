//! Parts of the desktop that are missing are told once, in the window, and noticed when they come: a real desktop without a tray
//! host, and without logind.

use anyhow::{Context as _, Result, ensure};
use mailwren_core::view::Command;
use mailwren_engine::socket::Attached;
use mailwren_tests::desktop::{Desktop, Parts};
use mailwren_tests::scene;
use serde_json::Value;

fn told(status: &Value, code: &str) -> bool {
    let problems = status["problems"].as_array();
    problems.is_some_and(|problems| problems.iter().any(|problem| problem["code"] == code))
}

async fn dismiss(desktop: &Desktop, code: &str) -> Result<()> {
    let sockets = desktop.path().join("run/mailwren");
    let socket = std::fs::read_dir(&sockets)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|ending| ending == "sock"))
        .context("no engine listens")?;
    let code = code.to_owned();
    let dismissed = Attached::connect(&socket)
        .await?
        .call(Command::DismissProblem { code })
        .await;
    ensure!(dismissed.is_ok(), "{dismissed:?}");
    Ok(())
}

#[test]
fn a_missing_part_is_told_once_and_its_coming_is_noticed() -> Result<()> {
    scene(async |scene| {
        let desktop = Desktop::start(&scene, Parts::default()).await?;
        let mut app = desktop.start_program("mailwren", &["--hidden"]).await?;
        // Nobody mocks logind here.
        desktop.status(|status| told(status, "logind")).await?;
        desktop.status(|status| !told(status, "tray")).await?;
        desktop.tray_host("stop").await?;
        desktop.status(|status| told(status, "tray")).await?;
        desktop.tray_host("start").await?;
        desktop.status(|status| !told(status, "tray")).await?;

        dismiss(&desktop, "logind").await?;
        desktop.status(|status| !told(status, "logind")).await?;
        app.terminate().await?;
        desktop.tray_host("stop").await?;
        let _app = desktop.start_program("mailwren", &["--hidden"]).await?;
        // Both are looked for at the same time; of what was read nothing is said again.
        desktop.status(|status| told(status, "tray")).await?;
        desktop.status(|status| !told(status, "logind")).await
    })
}
