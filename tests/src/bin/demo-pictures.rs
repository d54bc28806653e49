//! `demo-pictures FOLDER`: runs `mailwren --demo` on a virtual desktop, says what happens there, and leaves pictures.

use std::path::PathBuf;

use anyhow::{Context, Result};
use mailwren_tests::desktop::{Desktop, Parts};
use mailwren_tests::{eventually, scene};

/// Popups of the demo to wait for; it has many more.
const POPUPS: usize = 6;

fn main() -> Result<()> {
    let folder = PathBuf::from(std::env::args_os().nth(1).context("usage: demo-pictures FOLDER")?);
    std::fs::create_dir_all(&folder)?;
    let folder = folder.canonicalize()?;
    scene(async |scene| {
        let desktop = Desktop::start(&scene, Parts::default()).await?;
        let told = desktop.notifications().await?;
        let _app = desktop.start_program("mailwren", &["--demo"]).await?;
        let tray = desktop.tray_item().await?;
        println!("The tray item is there.");
        let feed = desktop.windows_become("Mailwren", 1).await?;
        println!("The feed window is open.");

        let popups = eventually("popups", async || {
            let shown: Vec<_> = told.all().into_iter().filter(|one| one.id.is_some()).collect();
            Ok((shown.len() >= POPUPS).then_some(shown))
        })
        .await?;
        for popup in popups {
            println!("Popup: {}: {}", popup.summary, popup.body.replace('\n', " / "));
        }
        let title = tray
            .title("something unread", |title| title.ends_with("unread"))
            .await?;
        println!("Tray: {title}");
        desktop.picture(None, &folder.join("desktop.png")).await?;
        desktop.picture(Some(&feed[0]), &folder.join("feed.png")).await?;
        desktop.crop("400x32+880+768", &folder.join("tray.png")).await?;
        if let Some(popup) = desktop.windows("Dunst").await?.first() {
            desktop.picture(Some(popup), &folder.join("notification.png")).await?;
        }

        desktop.hush().await?;
        tray.choose("Settings").await?;
        let settings = desktop.windows_become("Mailwren settings", 1).await?;
        desktop
            .picture(Some(&settings[0]), &folder.join("settings.png"))
            .await?;
        // It may be gone before it has answered.
        tray.choose("Quit").await.ok();
        println!(
            "Pictures of desktop, feed, tray, notification and settings are in {}.",
            folder.display()
        );
        Ok(())
    })
}
