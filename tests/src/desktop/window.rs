//! The app's windows, driven through WebKit's own WebDriver.

use anyhow::{Context, Result};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use tokio::net::TcpStream;

use super::Desktop;
use crate::place;
use crate::process::Process;
use crate::wait::{eventually, within};

/// The app under WebDriver. End it by [`Driven::quit`]: WebDriver ends the app with its session.
#[derive(Debug)]
pub struct Driven {
    /// The session, for what isn't wrapped here.
    pub client: Client,
    _driver: Process,
}

impl Driven {
    /// Starts the app, which has to open a window of its own accord.
    ///
    /// # Errors
    /// When it isn't built, or opens none.
    pub async fn start(desktop: &Desktop, arguments: &[&str]) -> Result<Self> {
        let (host, port) = (place::address(), place::port());
        let mut command = desktop.command("WebKitWebDriver");
        command
            .arg(format!("--host={host}"))
            .arg(format!("--port={port}"))
            // By these the app lets itself be driven; tauri-driver sets the same.
            .env("TAURI_AUTOMATION", "true")
            .env("TAURI_WEBVIEW_AUTOMATION", "true");
        let driver = Process::start("webdriver", &desktop.dir, command).await?;
        eventually("WebKitWebDriver listens", async || {
            Ok(Some(TcpStream::connect((host, port)).await?))
        })
        .await?;
        let options = json!({ "binary": place::program("mailwren")?, "args": arguments });
        let capabilities = Map::from_iter([("webkitgtk:browserOptions".to_owned(), options)]);
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities);
        let address = format!("http://{host}:{port}");
        let client = within("a WebDriver session", builder.connect(&address)).await??;
        Ok(Self {
            client,
            _driver: driver,
        })
    }

    /// Awaits an element whose text fulfils a condition; gives the text. The text in the document: what WebDriver calls
    /// text leaves out rows whose rendering the browser skips.
    ///
    /// # Errors
    /// When it isn't.
    pub async fn text(&self, css: &str, is: impl Fn(&str) -> bool) -> Result<String> {
        eventually(format_args!("{css} in the window"), async || {
            let elements = self.client.find_all(Locator::Css(css)).await?;
            let mut texts = Vec::new();
            for element in elements {
                let text = element.prop("textContent").await?.unwrap_or_default().trim().to_owned();
                if is(&text) {
                    return Ok(Some(text));
                }
                texts.push(text);
            }
            anyhow::bail!("there is {texts:?}")
        })
        .await
    }

    /// Clicks the element whose text begins so, once it is there.
    ///
    /// # Errors
    /// When it never is.
    pub async fn click(&self, css: &str, text: &str) -> Result<()> {
        const CLICK: &str = "const [css, text] = arguments; \
            const found = [...document.querySelectorAll(css)].find((e) => e.textContent.trim().startsWith(text)); \
            found?.click(); return Boolean(found);";
        eventually(format_args!("{css} with {text:?} to click"), async || {
            let clicked = self.client.execute(CLICK, vec![json!(css), json!(text)]).await?;
            Ok((clicked == true).then_some(()))
        })
        .await
    }

    /// What a script returns.
    ///
    /// # Errors
    /// When it throws.
    pub async fn script(&self, script: &str) -> Result<Value> {
        self.client
            .execute(script, Vec::new())
            .await
            .with_context(|| script.to_owned())
    }

    /// Ends the session, and the app with it.
    ///
    /// # Errors
    /// When it hangs.
    pub async fn quit(self) -> Result<()> {
        within("the end of the session", self.client.close()).await??;
        Ok(())
    }
}
