//! What the engine finds out is told in the language of whoever is told, and in another one as soon as that is set: with a
//! real Prosody that refuses a password.

use std::io::Write;

use anyhow::{Context, Result, ensure};
use mailwren_core::account::Account;
use mailwren_tests::ctl::{Finished, Home};
use mailwren_tests::server::{Kind, PUBLISHER, SAM, Server, jid, password};
use mailwren_tests::{eventually, scene};
use serde_json::Value;

const GERMAN: &str = "de_DE.UTF-8";
/// That the password is wrong.
const WRONG: [(&str, &str); 3] = [
    ("en", "the server doesn’t accept this address and password"),
    ("de", "der Server nimmt diese Adresse mit diesem Passwort nicht an"),
    ("ar", "لا يقبل الخادم هذا العنوان مع كلمة السر هذه"),
];

fn says(finished: &Finished, words: &str) -> Result<()> {
    let said = [finished.stdout.join("\n"), finished.stderr.join("\n")].join("\n");
    ensure!(said.contains(words), "nothing of {words:?} in {finished:#?}");
    Ok(())
}

#[test]
fn a_trouble_is_told_in_the_persons_language_and_to_programs_in_english() -> Result<()> {
    scene(async |scene| {
        let server = Server::start(Kind::Prosody, &scene).await?;
        let mut home = Home::new(&scene, "sam")?;
        home.configure(server.account(SAM), "not-the-password")?;
        let (test, [(_, english), (_, german), _]) = (["account", "test", &jid(SAM)], WRONG);
        says(&home.run(&test).await?, english)?;

        home.locale = GERMAN;
        let tested = home.run(&test).await?;
        ensure!(tested.status.code() == Some(3), "{tested:#?}");
        for words in [
            german,
            "Prüfen Sie Adresse und Passwort.",
            "Anmeldung",
            "geht noch nicht",
        ] {
            says(&tested, words)?;
        }
        let steps = home.run(&["account", "test", &jid(SAM), "--json"]).await?.json()?;
        let login = steps
            .iter()
            .find(|step| step["state"] == "failed")
            .context("nothing failed")?;
        // The server's own words may follow it.
        let in_english = |told: &Value| {
            told["detail"]
                .as_str()
                .is_some_and(|detail| detail.starts_with(english))
        };
        ensure!(
            in_english(login) && login["hint"] == "Check the address and the password.",
            "{login:#}"
        );
        let checks = home.run(&["doctor", "--json"]).await?.json()?;
        ensure!(checks.iter().any(in_english), "{checks:#?}");
        says(&home.run(&["doctor"]).await?, german)
    })
}

#[test]
fn another_language_is_spoken_of_what_is_known_already_without_a_restart() -> Result<()> {
    scene(async |scene| {
        let server = Server::start(Kind::Prosody, &scene).await?;
        let home = Home::new(&scene, "sam")?;
        home.configure(server.account(SAM), &password(SAM))?;
        // Of two accounts one is refused; with the other the engine goes on.
        let accounts = std::fs::read_to_string(home.config())?;
        let refused = home.path().join("another-password");
        std::fs::write(&refused, "not-the-password\n")?;
        std::fs::set_permissions(&refused, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        let other = accounts
            .replace(&jid(SAM), &jid(PUBLISHER))
            .replace("/password", "/another-password");
        std::fs::write(home.config(), format!("{accounts}\n{other}"))?;
        let watch = home.watch().await?;
        eventually("the account is refused", async || {
            let status = home.run(&["status", "--json"]).await?.json()?;
            let troubled = |account: &Value| account["trouble"]["code"] == "auth";
            let accounts = status.first().and_then(|status| status["accounts"].as_array().cloned());
            Ok(accounts.unwrap_or_default().iter().any(troubled).then_some(()))
        })
        .await?;
        for (language, words) in WRONG {
            let mut config = std::fs::File::create(home.config())?;
            write!(config, "language = \"{language}\"\n{accounts}\n{other}")?;
            says(&home.run(&["status"]).await?, words)?;
            // What programs read stays as it is.
            let status = home.run(&["status", "--json"]).await?.json()?;
            let told = status.first().context("no status")?.to_string();
            ensure!(told.contains(WRONG[0].1), "{told}");
        }
        ensure!(watch.interrupt().await?.success(), "Ctrl-C isn't a clean end");
        Ok(())
    })
}

#[test]
fn wrong_usage_is_told_in_the_persons_language() -> Result<()> {
    scene(async |scene| {
        let mut home = Home::new(&scene, "sam")?;
        home.locale = GERMAN;
        for (arguments, words) in [
            (
                &["statsu"][..],
                &["es gibt keinen Befehl statsu", "Meinten Sie status?"][..],
            ),
            (
                &["status", "--jsno"],
                &[
                    "es gibt kein Argument --jsno",
                    "Meinten Sie --json?",
                    "Aufruf: mailwrenctl status",
                ],
            ),
            (&["account", "test"], &["es fehlt: <JID>"]),
            (
                &["feed", "list", "--limit", "viele"],
                &["„viele“ ist kein Wert für --limit <N>", "Es braucht eine ganze Zahl."],
            ),
            (&["feed", "mark-read", "1", "--all"], &["geht nicht zusammen mit"]),
            (
                &["pause", "bald"],
                &["„bald“ ist kein Wert für", "sagen Sie hour, evening"],
            ),
            (
                &["account", "add", "sam@wren.test", "--security", "keine"],
                &["Eines von: auto, direct, starttls"],
            ),
            (
                &[
                    "account",
                    "add",
                    "sam@wren.test",
                    "--host",
                    "wren.test",
                    "--port",
                    "70000",
                ],
                &["„70000“ ist kein Wert für --port <PORT>", "eine Zahl von 1 bis 65535"],
            ),
            (
                &["account", "add", "sam@wren.test", "--subscribe", "pubsub.wren.test"],
                &["--subscribe <SERVICE> <NODE> braucht 2 Werte, nicht 1"],
            ),
            (&["status", "--json=ja"], &["„ja“ ist ein Wert zu viel für --json"]),
            (
                &["bridge", "--listen", "8025"],
                &[
                    "„8025“ ist kein Wert für --listen <ADDRESS>",
                    "an `8025` lässt sich nicht horchen",
                ],
            ),
            (
                &["publish", "--account", "@wren.test"],
                &[
                    "„@wren.test“ ist kein Wert für --account <JID>",
                    "Eine Adresse sieht aus wie",
                ],
            ),
            (
                &["rules", "test", "--at", "heute"],
                &["„heute“ ist kein Wert für --at <TIME>", "Eine Zeit sieht aus wie"],
            ),
        ] {
            let finished = home.run(arguments).await?;
            ensure!(finished.status.code() == Some(2), "{finished:#?}");
            for words in words {
                says(&finished, words)?;
            }
        }
        let help = home.run(&["status", "--help"]).await?;
        ensure!(
            help.status.success() && help.stdout.join("\n").contains("Usage:"),
            "{help:#?}"
        );
        Ok(())
    })
}

#[test]
fn a_bridges_configuration_is_judged_in_the_persons_language() -> Result<()> {
    scene(async |scene| {
        let mut home = Home::new(&scene, "bridge")?;
        home.configure(Account::new(jid(SAM)), &password(SAM))?;
        let config = home.config();
        let account = std::fs::read_to_string(&config)?;
        let bridge = |section: &str, names: &[&str]| {
            let mailbox =
                |name: &&str| format!("[[bridge.mailbox]]\nname = \"{name}\"\nhttp = {{ user = \"{name}\" }}\n");
            let mailboxes: String = names.iter().map(mailbox).collect();
            std::fs::write(&config, format!("{account}\n[bridge]\n{section}\n{mailboxes}"))
        };
        let socket = "listen = \"unix:/nowhere/socket\"";
        let check = ["bridge", "--check"];

        home.locale = GERMAN;
        for (names, mailboxes) in [(&["sam"][..], "1 Postfach"), (&["sam", "zoe"], "2 Postfächer")] {
            bridge(socket, names)?;
            let checked = home.run(&check).await?;
            let good = format!("In Ordnung: {mailboxes}; horcht an unix:/nowhere/socket.");
            ensure!(checked.stdout == [good], "{checked:#?}");
        }
        bridge("listen = \"8025\"", &["", "sam"])?;
        let text = std::fs::read_to_string(&config)?;
        let listen = text.lines().position(|line| line.starts_with("listen"));
        let line = listen.context("no such line")? + 1;
        let at = format!("mailwren.toml: Zeile {line}, Spalte 10: an `8025` lässt sich nicht horchen");
        let broken = home.run(&check).await?;
        // By which systemd knows that starting it again is of no use.
        ensure!(broken.status.code() == Some(2), "{broken:#?}");
        let started = home.run(&["bridge"]).await?;
        ensure!(started.status.code() == Some(2), "{started:#?}");
        for words in [
            at.as_str(),
            "Spalte 1: `name` ist leer",
            "in `[bridge]` fehlt `listen`",
            "docs/bridge.md zeigt eine Konfiguration.",
        ] {
            says(&broken, words)?;
        }
        home.locale = "ar_EG.UTF-8";
        says(&home.run(&check).await?, "`name` فارغ")
    })
}
