//! The tray icon in a real panel, light and dark: each state can be told from every other by a look. The pictures stay in
//! `target/screenshots/tray`.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use mailwren_tests::desktop::{Desktop, Parts};
use mailwren_tests::proxy::TcpProxy;
use mailwren_tests::publisher::Publisher;
use mailwren_tests::server::{Kind, Server, node};
use mailwren_tests::{eventually, place, scene};

const INBOX: &str = "mail/sam/INBOX";
/// Sizes at which panels show icons, in pixels.
const SIZES: [u32; 3] = [16, 22, 32];
/// The end of the panel, where the only icon is.
const CORNER: &str = "40x32+1240+768";

#[test]
fn each_state_looks_different_in_light_and_dark_panels() -> Result<()> {
    scene(async |scene| {
        let server = Server::start(Kind::Prosody, &scene).await?;
        let mut publisher = Publisher::for_sam(&scene, &server, &node(INBOX)).await?;
        let mail = "<mail xmlns='urn:mailwren:mail:0'><subject>standing</subject></mail>";
        publisher.publish(&node(INBOX), "standing", mail).await?;
        let proxy = TcpProxy::start(SocketAddr::new(server.host, server.direct)).await?;
        proxy.stall();
        let desktop = Desktop::start(&scene, Parts::default()).await?;
        desktop.add_account(&server, INBOX).await?;
        let config = desktop.path().join("config/mailwren/config.toml");
        let change = |from: &str, to: &str| {
            let text = std::fs::read_to_string(&config)?;
            ensure!(text.contains(from), "no {from:?} in {text}");
            Ok(std::fs::write(&config, text.replacen(from, to, 1))?)
        };
        change(&format!("port = {}", server.direct), &format!("port = {}", proxy.port))?;
        let _app = desktop.start_program("mailwren", &["--hidden"]).await?;
        let link = async |state: &str| desktop.status(|status| status["accounts"][0]["link"] == state).await;
        let mut album = Album::open(&desktop)?;

        link("connecting").await?;
        album.take("connecting").await?;
        proxy.resume();
        desktop.status(|status| status["unread"] == 1).await?;
        album.take("connected-1").await?;
        desktop.control(&["pause"]).await?;
        album.take("paused-1").await?;
        desktop.control(&["resume"]).await?;
        desktop.control(&["feed", "mark-read", "--all"]).await?;
        album.take("connected").await?;
        proxy.refuse();
        link("offline").await?;
        album.take("offline").await?;
        proxy.admit();
        // The server's certificate is signed by nobody who is known.
        change("ca_file", "# ca_file")?;
        link("error").await?;
        album.take("error").await
    })
}

/// Pictures of the tray icon.
struct Album<'a> {
    desktop: &'a Desktop,
    folder: PathBuf,
    /// All pictures so far. One that was there before, of whatever state, isn't taken: this state doesn't look like any other,
    /// and the panel may not have painted it yet.
    seen: HashSet<String>,
}

impl<'a> Album<'a> {
    fn open(desktop: &'a Desktop) -> Result<Self> {
        let programs = place::programs()?;
        let folder = programs.parent().context("no target folder")?.join("screenshots/tray");
        std::fs::create_dir_all(&folder)?;
        Ok(Self {
            desktop,
            folder,
            seen: HashSet::new(),
        })
    }

    /// Takes pictures of a state in each panel and size.
    async fn take(&mut self, state: &str) -> Result<()> {
        for panel in ["light", "dark"] {
            let dark = panel == "dark";
            self.set("/panels/dark-mode", "bool", &dark.to_string()).await?;
            let mut smaller = 0;
            for size in SIZES {
                self.set("/plugins/plugin-2/icon-size", "int", &size.to_string())
                    .await?;
                let file = self.folder.join(format!("{state}-{panel}-{size}.png"));
                let picture = eventually(format_args!("{}", file.display()), async || {
                    self.desktop.crop(CORNER, &file).await?;
                    let path = file.display().to_string();
                    // The icon is what isn't background.
                    let about = ["-format", "%[fx:p{0,16}.lightness] %@", &path];
                    let about = self.desktop.run("identify", &about).await?;
                    let (lightness, place) = about.split_once(' ').context("no lightness")?;
                    let (width, place) = place.split_once('x').context("no width")?;
                    let (height, _) = place.split_once('+').context("no height")?;
                    let longest = width.parse::<u32>()?.max(height.parse()?);
                    let painted = (lightness.parse::<f64>()? < 0.5) == dark && (smaller + 1..=size).contains(&longest);
                    let pixels = self.desktop.run("convert", &[&path, "txt:-"]).await?;
                    Ok((painted && !self.seen.contains(&pixels)).then_some(pixels))
                })
                .await?;
                self.seen.insert(picture);
                smaller = size;
            }
        }
        Ok(())
    }

    async fn set(&self, property: &str, kind: &str, value: &str) -> Result<()> {
        let what = ["-c", "xfce4-panel", "-p", property, "-n", "-t", kind, "-s", value];
        self.desktop.run("xfconf-query", &what).await?;
        Ok(())
    }
}
