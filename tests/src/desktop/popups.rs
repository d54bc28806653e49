//! Popups as a person meets them: how many are up, and their buttons, whichever daemon shows them.

use anyhow::{Context, Result, ensure};

use super::Desktop;
use super::notifications::Notification;
use crate::wait::eventually;

/// What is narrower is no button.
const LEAST: usize = 20;
/// What is closer to the background belongs to it.
const FAINT: u8 = 4;
/// So far from the edge there is background alone, inside of the popup's frame.
const MARGIN: usize = 4;
/// From a button's lower edge, or its shadow, into the button.
const INTO: usize = 10;

impl Desktop {
    /// Presses the button with this label at a popup, the only one that is up: with dunst, by the menu that it offers; with
    /// xfce4-notifyd, by a click.
    ///
    /// # Errors
    /// When there is no such button.
    pub async fn press(&self, popup: &Notification, label: &str) -> Result<()> {
        let labels: Vec<&String> = popup.actions.iter().skip(1).step_by(2).collect();
        let place = labels.iter().position(|one| *one == label);
        let place = place.with_context(|| format!("no button {label:?}, but {labels:?}"))?;
        if self.parts.notify == "xfce" {
            return self.click_button(place, labels.len()).await;
        }
        std::fs::write(self.dir.join("want"), format!("{label}\n"))?;
        self.run("dunstctl", &["context"]).await?;
        Ok(())
    }

    /// Clicks one of so many buttons.
    async fn click_button(&self, place: usize, of: usize) -> Result<()> {
        // The window is there before it is painted.
        let (window, x, y) = eventually(format_args!("a popup with {of} buttons"), async || {
            let windows = self.popup_windows().await?;
            ensure!(windows.len() == 1, "there are {} popups", windows.len());
            let import = ["-window", &windows[0], "-colorspace", "gray", "-depth", "8", "pgm:-"];
            let picture = self.command("import").args(import).output().await?.stdout;
            let place = buttons(&picture, of)?.get(place).copied();
            Ok(place.map(|(x, y)| (windows[0].clone(), x.to_string(), y.to_string())))
        })
        .await?;
        let click = ["mousemove", "--window", &window, &x, &y, "click", "1"];
        self.run("xdotool", &click).await?;
        Ok(())
    }

    /// X window ids of xfce4-notifyd's popups.
    async fn popup_windows(&self) -> Result<Vec<String>> {
        let search = ["search", "--onlyvisible", "--class", "xfce4-notifyd"];
        // It exits with 1 where there is none.
        let found = self.command("xdotool").args(search).output().await?;
        Ok(String::from_utf8(found.stdout)?.lines().map(str::to_owned).collect())
    }

    /// How many popups the daemon shows.
    ///
    /// # Errors
    /// When it isn't there.
    pub async fn popups_up(&self) -> Result<usize> {
        if self.parts.notify == "xfce" {
            return Ok(self.popup_windows().await?.len());
        }
        let displayed = self.run("dunstctl", &["count", "displayed"]).await?;
        Ok(displayed.trim().parse()?)
    }

    /// Awaits that the daemon shows so many popups.
    ///
    /// # Errors
    /// When it comes otherwise.
    pub async fn popups_become(&self, count: usize) -> Result<()> {
        eventually(format_args!("{count} popups"), async || {
            let up = self.popups_up().await?;
            ensure!(up == count, "there are {up}");
            Ok(Some(()))
        })
        .await
    }

    /// Takes all notifications away and lets none be shown any more.
    ///
    /// # Errors
    /// When dunst isn't there.
    pub async fn hush(&self) -> Result<()> {
        self.run("dunstctl", &["set-paused", "true"]).await?;
        self.run("dunstctl", &["close-all"]).await?;
        Ok(())
    }
}

/// Where to click at each of so many buttons in a grey picture (PGM) of a popup: at the lowest line that falls into as many
/// pieces, which stand out from the popup's background.
fn buttons(picture: &[u8], count: usize) -> Result<Vec<(usize, usize)>> {
    let mut parts = picture.splitn(4, |byte| *byte == b'\n').skip(1);
    let (size, pixels) = (parts.next(), parts.nth(1));
    let width = std::str::from_utf8(size.context("no picture")?)?.split(' ').next();
    let width: usize = width.context("a picture without a width")?.parse()?;
    let lines = pixels.context("a picture without pixels")?.chunks_exact(width);
    for (y, line) in lines.enumerate().rev() {
        let middles = pieces(line);
        if middles.len() == count {
            let y = y.saturating_sub(INTO);
            return Ok(middles.into_iter().map(|x| (x, y)).collect());
        }
    }
    anyhow::bail!("nowhere are {count} buttons side by side")
}

/// The middles of what stands out in a line.
fn pieces(line: &[u8]) -> Vec<usize> {
    let background = line.get(MARGIN).copied().unwrap_or_default();
    let mut middles = Vec::new();
    let mut begin = None;
    for (x, grey) in line.iter().enumerate() {
        match (grey.abs_diff(background) > FAINT, begin) {
            (true, None) => begin = Some(x),
            (false, Some(from)) => {
                if x - from >= LEAST {
                    middles.push(from.midpoint(x));
                }
                begin = None;
            }
            _ => {}
        }
    }
    middles
}
