//! The app's windows, driven through WebKit's own WebDriver.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use fantoccini::elements::Element;
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
    /// Starts the app, which has to open a window of its own accord. None may run there yet: a second app only asks the first
    /// for its feed, and WebDriver waits for a window of its own in vain.
    ///
    /// # Errors
    /// When it isn't built, or opens none.
    pub async fn start(desktop: &Desktop, arguments: &[&str]) -> Result<Self> {
        Self::start_by(desktop, &place::program("mailwren")?, arguments).await
    }

    /// The same, by a program that leads to the app.
    ///
    /// # Errors
    /// When it opens no window.
    pub async fn start_by(desktop: &Desktop, program: &Path, arguments: &[&str]) -> Result<Self> {
        Self::launch(desktop, program, arguments, async { Ok(()) }).await
    }

    /// Starts the app, which opens a window once somebody asks for it.
    ///
    /// # Errors
    /// When it isn't built, or opens none.
    pub async fn start_hidden(desktop: &Desktop, ask: impl Future<Output = Result<()>>) -> Result<Self> {
        Self::launch(desktop, &place::program("mailwren")?, &["--hidden"], ask).await
    }

    async fn launch(
        desktop: &Desktop,
        program: &Path,
        arguments: &[&str],
        ask: impl Future<Output = Result<()>>,
    ) -> Result<Self> {
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
        let options = json!({ "binary": program, "args": arguments });
        let capabilities = Map::from_iter([("webkitgtk:browserOptions".to_owned(), options)]);
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities);
        let address = format!("http://{host}:{port}");
        let session = async { anyhow::Ok(within("a WebDriver session", builder.connect(&address)).await??) };
        let (client, ()) = tokio::try_join!(session, ask)?;
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

    /// Awaits an element.
    ///
    /// # Errors
    /// When it doesn't come.
    pub async fn is_there(&self, css: &str) -> Result<()> {
        self.text(css, |_| true).await.map(drop)
    }

    /// Clicks the element whose text begins so, as a mouse does: once it is there and nothing covers it.
    ///
    /// # Errors
    /// When that never is.
    pub async fn click(&self, css: &str, text: &str) -> Result<()> {
        const FIND: &str = "const [css, text] = arguments; \
            const found = [...document.querySelectorAll(css)].find((e) => e.textContent.trim().startsWith(text)); \
            found?.scrollIntoView({ block: 'center' }); return found ?? null;";
        eventually(format_args!("{css} with {text:?} to click"), async || {
            let found = self.client.execute(FIND, vec![json!(css), json!(text)]).await?;
            // An element is an object of one key, with its name.
            let Some(name) = found.as_object().and_then(|found| found.values().next()?.as_str()) else {
                return Ok(None);
            };
            let found = Element::from_element_id(self.client.clone(), name.to_owned().into());
            found.click().await?;
            Ok(Some(()))
        })
        .await
    }

    /// Goes on in the window with this title, once it is there.
    ///
    /// # Errors
    /// When it never is.
    pub async fn go_to(&self, title: &str) -> Result<()> {
        eventually(format_args!("a window {title:?}"), async || {
            for window in self.client.windows().await? {
                self.client.switch_to_window(window).await?;
                if self.client.title().await? == title {
                    return Ok(Some(()));
                }
            }
            Ok(None)
        })
        .await
    }

    /// Types into the field whose label begins so, in place of what is there, once it can be seen.
    ///
    /// # Errors
    /// When it never can.
    pub async fn fill(&self, label: &str, text: &str) -> Result<()> {
        let field = format!("//label[starts-with(normalize-space(), '{label}')]//*[self::input or self::textarea]");
        eventually(format_args!("a field {label:?}"), async || {
            let field = self.client.find(Locator::XPath(&field)).await?;
            field.clear().await?;
            field.send_keys(text).await?;
            let there = field.prop("value").await?;
            ensure!(there.as_deref() == Some(text), "it holds {there:?}");
            Ok(Some(()))
        })
        .await
    }

    /// Types into the field that has the focus, once one has it.
    ///
    /// # Errors
    /// When none ever has.
    pub async fn type_there(&self, text: &str) -> Result<()> {
        self.is_there("input:focus").await?;
        self.press(text).await?;
        let there = self.client.active_element().await?.prop("value").await?;
        ensure!(there.as_deref() == Some(text), "the field holds {there:?}");
        Ok(())
    }

    /// Presses keys, wherever the focus is.
    ///
    /// # Errors
    /// When the window is gone.
    pub async fn press(&self, keys: &str) -> Result<()> {
        self.client.active_element().await?.send_keys(keys).await?;
        Ok(())
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

    /// What the app answers to a call from the window's page: the result, or the error as it is.
    ///
    /// # Errors
    /// When the window is gone.
    pub async fn invoke(&self, command: &str, arguments: Value) -> Result<Result<Value, Value>> {
        const INVOKE: &str = "const [command, given, done] = arguments; \
            window.__TAURI_INTERNALS__.invoke(command, given) \
                .then((ok) => done({ ok }), (error) => done({ error }));";
        let asked = self.client.execute_async(INVOKE, vec![json!(command), arguments]);
        let answer = within(command, asked).await??;
        Ok(match answer.get("error") {
            Some(error) => Err(error.clone()),
            None => Ok(answer.get("ok").cloned().unwrap_or_default()),
        })
    }

    /// Quits as a person does, by the tray, and awaits the app's end: another can be started then.
    ///
    /// # Errors
    /// When it doesn't end.
    pub async fn quit_by_tray(self, desktop: &Desktop) -> Result<()> {
        desktop.tray_item().await?.choose("Quit").await?;
        eventually("the end of the app", async || {
            Ok((desktop.processes("mailwren")? == 0).then_some(()))
        })
        .await
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
