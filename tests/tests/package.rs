//! The packages as a person meets them: made of the programs under test, and installed into a new Debian.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use mailwren_tests::debian::Debian;
use mailwren_tests::desktop::window::Driven;
use mailwren_tests::desktop::{Desktop, Parts};
use mailwren_tests::page::Page;
use mailwren_tests::publisher::Publisher;
use mailwren_tests::server::{Kind, SAM, Server, jid, node};
use mailwren_tests::{Scene, eventually, place, scene, scene_within};
use rusqlite::Connection;
use tokio::process::Command;

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// What the packages are upgraded from: the same programs under a lower number.
const OLDER: &str = "0.0.9";
const ID: &str = "app.mailwren.Mailwren";
/// An instance of the bridge's template, as systemd notes that it is enabled.
const ENABLED: &str = "/etc/systemd/system/multi-user.target.wants/mailwren-bridge@second.service";
/// It takes two minutes where nothing else runs, and fetches 150 MB.
const LIMIT: Duration = Duration::from_secs(900);

/// Runs a tool of the machine to its end; gives what it printed.
async fn tool(program: impl AsRef<Path>, arguments: &[&str]) -> Result<String> {
    let program = program.as_ref();
    let output = Command::new(program).args(arguments).kill_on_drop(true).output().await;
    let output = output.with_context(|| program.display().to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "{} {arguments:?}: {text}{complaint}",
        program.display()
    );
    Ok(text.into_owned())
}

fn packaging(file: &str) -> PathBuf {
    place::scripts().join("../packaging").join(file)
}

/// The two packages of a kind, as they were made.
struct Packages {
    mailwren: PathBuf,
    mailwrenctl: PathBuf,
}

impl Packages {
    /// Makes them of the programs under test, quickly rather than small.
    async fn make(scene: &Scene, kind: &str, version: &str) -> Result<Self> {
        let out = scene.folder(&format!("{kind}-{version}"))?;
        let mut command = Command::new(packaging("package"));
        command.arg("--programs").arg(place::programs()?).arg("--out").arg(&out);
        command.args(["--version", version, kind]);
        command.envs([("DPKG_DEB_COMPRESSOR_TYPE", "gzip"), ("DPKG_DEB_COMPRESSOR_LEVEL", "1")]);
        let made = command.kill_on_drop(true).output().await?;
        ensure!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let find = |name: &str| {
            let files = std::fs::read_dir(&out)?.flatten().map(|file| file.path());
            let named = |path: &PathBuf| {
                let file = path.file_name().and_then(|file| file.to_str()).unwrap_or_default();
                file.ends_with(kind) && file.split(['_', '-']).next() == Some(name)
            };
            files
                .into_iter()
                .find(named)
                .with_context(|| format!("there is no {name} in {}", out.display()))
        };
        Ok(Self {
            mailwren: find("mailwren")?,
            mailwrenctl: find("mailwrenctl")?,
        })
    }
}

#[test]
fn the_desktop_entry_and_the_metadata_are_valid() -> Result<()> {
    scene(async |_| {
        let (entry, metadata) = (format!("{ID}.desktop"), format!("{ID}.metainfo.xml"));
        let entry = packaging(&entry).display().to_string();
        tool("desktop-file-validate", &["--warn-kde", &entry]).await?;
        let metadata = packaging(&metadata).display().to_string();
        tool("appstreamcli", &["validate", "--no-net", &metadata]).await?;
        let app = std::fs::read_to_string(place::scripts().join("../src-tauri/tauri.conf.json"))?;
        ensure!(
            app.contains(&format!("\"identifier\": \"{ID}\"")),
            "the app goes by another id"
        );
        let described = std::fs::read_to_string(&metadata)?;
        ensure!(
            described.contains(&format!("<release version=\"{VERSION}\"")),
            "the metadata knows no release {VERSION}"
        );
        Ok(())
    })
}

#[test]
fn the_units_are_valid_and_try_no_broken_configuration_again() -> Result<()> {
    scene(async |scene| {
        let programs = place::programs()?.display().to_string();
        let prefix = scene.folder("prefix")?;
        let below = prefix.display().to_string();
        tool(packaging("install"), &["--programs", &programs, "--prefix", &below]).await?;
        let units = prefix.join("lib/systemd");
        for unit in [
            "system/mailwren-bridge.service",
            "system/mailwren-bridge@.service",
            "user/mailwren-bridge.service",
        ] {
            let unit = units.join(unit);
            let verify = Command::new("systemd-analyze")
                .arg("verify")
                .arg(&unit)
                .kill_on_drop(true)
                .output()
                .await?;
            // It ends with 0 also where it doesn't know a setting, and tells of the machine's other units.
            let told = String::from_utf8_lossy(&verify.stderr);
            ensure!(
                verify.status.success() && !told.contains("mailwren-bridge"),
                "{}: {told}",
                verify.status
            );
            let text = std::fs::read_to_string(&unit)?;
            // As `mailwrenctl bridge` ends then.
            ensure!(
                text.lines().any(|line| line == "RestartPreventExitStatus=2"),
                "{} tries it again",
                unit.display()
            );
        }
        let template = std::fs::read_to_string(units.join("system/mailwren-bridge@.service"))?;
        for line in [
            format!("ExecStart={below}/bin/mailwrenctl --config /etc/mailwren/%i.toml bridge"),
            "RuntimeDirectory=mailwren-%i".to_owned(),
        ] {
            ensure!(
                template.lines().any(|found| found == line),
                "{line} is missing: {template}"
            );
        }
        Ok(())
    })
}

#[test]
fn notices_name_what_of_others_is_in_each_program() -> Result<()> {
    scene(async |_| {
        let control = tool(packaging("notices"), &["mailwrenctl"]).await?;
        let app = tool(packaging("notices"), &["mailwren"]).await?;
        let names = |notices: &str, part: &str| notices.contains(&format!("\n{part} "));
        for part in ["ring", "rusqlite", "tokio-xmpp", "Rust's standard library"] {
            ensure!(names(&control, part) && names(&app, part), "{part} isn't named");
        }
        for part in ["tauri", "gtk", "svelte", "@fluent/bundle"] {
            ensure!(
                names(&app, part) && !names(&control, part),
                "{part} is in the app, and in that alone"
            );
        }
        // Nothing of Mailwren's own, and nothing that tests, builds and macros alone take.
        for part in ["mailwren-core", "proptest", "tauri-build", "serde_derive", "vite"] {
            ensure!(!names(&app, part), "{part} is in no program");
        }
        for text in [
            "Permission is hereby granted, free of charge",
            "Apache License",
            "Mozilla Public License Version 2.0",
            "ISC License",
        ] {
            ensure!(
                control.contains(text) && app.contains(text),
                "there is nothing of: {text}"
            );
        }
        Ok(())
    })
}

/// What a page is reached by in a link, as forges make it of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading
        .chars()
        .filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

#[test]
fn links_of_the_documentation_lead_somewhere_also_once_it_is_installed() -> Result<()> {
    let root = place::scripts().join("..");
    let mut pages = vec![root.join("README.md"), root.join("ARCHITECTURE.md")];
    for file in std::fs::read_dir(root.join("docs"))? {
        pages.push(file?.path());
    }
    pages.retain(|page| page.extension().is_some_and(|extension| extension == "md"));
    ensure!(pages.len() > 10, "there are no pages in {}", root.display());
    for page in pages {
        let text = std::fs::read_to_string(&page)?;
        let folder = page.parent().context("a page without a folder")?;
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for target in targets.filter(|target| !target.contains("://")) {
            let (file, place) = target.split_once('#').unwrap_or((target, ""));
            let linked = if file.is_empty() {
                page.clone()
            } else {
                folder.join(file)
            };
            // Of docs/ the pages are installed, beside each other, and nothing else.
            let there = linked.exists() && (!folder.ends_with("docs") || !file.contains('/'));
            ensure!(there, "{}: {target} leads nowhere", page.display());
            if place.is_empty() {
                continue;
            }
            let linked = std::fs::read_to_string(&linked)?;
            let mut headings = linked.lines().filter(|line| line.starts_with('#'));
            ensure!(
                headings.any(|line| anchor(line.trim_start_matches('#').trim()) == place),
                "{}: there is no heading {target}",
                page.display()
            );
        }
    }
    Ok(())
}

#[test]
fn rpm_packages_hold_what_they_should_and_mailwrenctl_asks_for_no_gtk() -> Result<()> {
    scene(async |scene| {
        let rpm = Packages::make(&scene, "rpm", VERSION).await?;
        let ask = async |what, package: &Path| tool("rpm", &["-qp", what, &package.display().to_string()]).await;
        let (app, control) = (
            ask("--list", &rpm.mailwren).await?,
            ask("--list", &rpm.mailwrenctl).await?,
        );
        for (list, path) in [
            (&app, "/usr/bin/mailwren"),
            (&app, "/usr/share/applications/app.mailwren.Mailwren.desktop"),
            (&app, "/usr/share/metainfo/app.mailwren.Mailwren.metainfo.xml"),
            (&app, "/usr/share/icons/hicolor/16x16/apps/app.mailwren.Mailwren.png"),
            (&app, "/usr/share/icons/hicolor/512x512/apps/app.mailwren.Mailwren.png"),
            (&app, "/usr/share/icons/hicolor/scalable/apps/app.mailwren.Mailwren.svg"),
            (
                &app,
                "/usr/share/icons/hicolor/symbolic/apps/app.mailwren.Mailwren-symbolic.svg",
            ),
            (&app, "/usr/share/man/man1/mailwren.1.gz"),
            (&app, "/usr/share/licenses/mailwren/THIRD-PARTY"),
            (&control, "/usr/share/licenses/mailwrenctl/THIRD-PARTY"),
            (&control, "/usr/bin/mailwrenctl"),
            (&control, "/usr/lib/systemd/system/mailwren-bridge.service"),
            (&control, "/usr/lib/systemd/system/mailwren-bridge@.service"),
            (&control, "/usr/lib/systemd/user/mailwren-bridge.service"),
            (&control, "/usr/lib/sysusers.d/mailwren.conf"),
            (&control, "/usr/share/mailwren/dovecot/mailwren.lua"),
            (&control, "/usr/share/man/man1/mailwrenctl-account-add.1.gz"),
            (&control, "/usr/share/bash-completion/completions/mailwrenctl"),
            (&control, "/usr/share/zsh/site-functions/_mailwrenctl"),
            (&control, "/usr/share/fish/vendor_completions.d/mailwrenctl.fish"),
        ] {
            ensure!(list.lines().any(|line| line == path), "{path} is missing: {list}");
        }
        let needed = ask("--requires", &rpm.mailwren).await?;
        ensure!(
            needed.contains("libwebkit2gtk-4.1.so.0") && needed.contains(&format!("mailwrenctl = {VERSION}-1")),
            "{needed}"
        );
        let needed = ask("--requires", &rpm.mailwrenctl).await?;
        ensure!(needed.contains("libc.so.6") && !windowing(&needed), "{needed}");
        Ok(())
    })
}

/// Whether names of packages or libraries are of those that a machine without a screen shouldn't have.
fn windowing(names: &str) -> bool {
    let names = names.to_lowercase();
    ["gtk", "gdk", "webkit", "x11", "wayland", "gstreamer", "mesa"]
        .iter()
        .any(|part| names.contains(part))
}

/// Fetches 250 MB and takes minutes: `make test-package`.
#[test]
#[ignore = "installs a whole Debian: make test-package"]
fn debian_packages_are_installed_started_upgraded_and_removed_without_leftovers() -> Result<()> {
    if let Some(obstacle) = Debian::obstacle() {
        ensure!(
            std::env::var_os("CI").is_none(),
            "no package can be installed: {obstacle}"
        );
        eprintln!("LEFT OUT, nothing was installed: {obstacle}");
        return Ok(());
    }
    scene_within(LIMIT, async |scene| {
        let older = Packages::make(&scene, "deb", OLDER);
        let newer = Packages::make(&scene, "deb", VERSION);
        let (debian, older, newer) = tokio::try_join!(Debian::start(&scene), older, newer)?;
        for package in [&newer.mailwren, &newer.mailwrenctl] {
            tool(
                "lintian",
                &[
                    "--fail-on",
                    "error,warning",
                    "--allow-root",
                    &package.display().to_string(),
                ],
            )
            .await?;
        }
        without_a_screen(&debian, &older).await?;
        let person = Person::new(&scene, &debian).await?;
        person.starts_it(&older).await?;
        person.has_it_start_at_login().await?;
        person.upgrades(&newer).await?;
        person.takes_on_the_first_store().await?;
        person.removes_it().await
    })
}

/// `mailwrenctl` alone, as on a mail server.
async fn without_a_screen(debian: &Debian, packages: &Packages) -> Result<()> {
    debian.install(&[&packages.mailwrenctl.display().to_string()]).await?;
    let installed = debian.run("dpkg-query -W -f '${Package}\\n'").await?;
    ensure!(!windowing(&installed), "it brought {installed}");
    let said = debian.run("mailwrenctl --version").await?;
    ensure!(said.trim() == format!("mailwrenctl {VERSION}"), "{said}");
    let told = debian.run("mailwrenctl demo --fast --json").await?;
    ensure!(told.lines().count() == 22, "the demo told {told}");
    let completed = debian
        .run("bash -c '. /usr/share/bash-completion/completions/mailwrenctl; complete -p mailwrenctl'")
        .await?;
    ensure!(completed.contains("_mailwrenctl"), "{completed}");
    // Nothing is published before somebody says what.
    let enabled = debian.run("find /etc/systemd -name '*mailwren*'").await?;
    ensure!(enabled.is_empty(), "it enabled {enabled}");
    let notices = debian.run("zcat /usr/share/doc/mailwrenctl/THIRD-PARTY.gz").await?;
    ensure!(notices.contains("\nring "), "nothing of others is named: {notices}");
    the_bridge_of_the_system(debian).await
}

/// As the page on installing sets it up, but for a person who enters a password, and a systemd that starts it.
async fn the_bridge_of_the_system(debian: &Debian) -> Result<()> {
    let page = Page::read("install.md")?;
    let (folders, secrets) = (page.block("", "install -d")?, page.block("", "systemd-ask-password")?);
    let config = page.block("toml", "[[account]]")?;
    let check = page.block("", "runuser")?.lines().next().context("no command")?;
    let secrets = secrets.split_once('\n').context("one command")?.1;
    let line = format!("{folders}cat >bridge.toml <<'END'\n{config}END\necho secret >sam.password\n{secrets}{check}");
    let said = debian.run(&line).await?;
    ensure!(
        said.starts_with("In order: ") && said.contains("127.0.0.1:8025"),
        "{said}"
    );
    // Nobody else may look in.
    let exposed = debian.run("find /etc/mailwren ! -user mailwren -o -perm /077").await?;
    ensure!(exposed.is_empty(), "others can read {exposed}");
    Ok(())
}

/// Sam, with a desktop of the machine and the programs of the new Debian.
struct Person<'a> {
    scene: &'a Scene,
    debian: &'a Debian,
    desktop: Desktop,
    server: Server,
    _publisher: Publisher,
}

impl<'a> Person<'a> {
    async fn new(scene: &'a Scene, debian: &'a Debian) -> Result<Self> {
        let server = Server::start(Kind::Prosody, scene).await?;
        let inbox = node("mail/sam/INBOX");
        let mut publisher = Publisher::for_sam(scene, &server, &inbox).await?;
        let mail = "<mail xmlns='urn:mailwren:mail:0' account='home' mailbox='INBOX' uidvalidity='1' uid='1'>\
            <from address='zoe@example.org'>Zoe</from><subject>Lunch?</subject></mail>";
        publisher.publish(&inbox, "item-1", mail).await?;
        let desktop = Desktop::start(scene, Parts::default()).await?;
        Ok(Self {
            scene,
            debian,
            desktop,
            server,
            _publisher: publisher,
        })
    }

    /// Has a desktop entry started as a desktop does.
    async fn launch(&self, entry: &str) -> Result<()> {
        let status = self
            .debian
            .command_on(&self.desktop, "gio")?
            .args(["launch", entry])
            .status()
            .await?;
        ensure!(status.success(), "{entry}: {status}");
        Ok(())
    }

    /// Runs `mailwrenctl` of the new Debian; gives what it printed.
    async fn control(&self, arguments: &[&str]) -> Result<String> {
        let output = self
            .debian
            .command_on(&self.desktop, "mailwrenctl")?
            .args(arguments)
            .output()
            .await?;
        let complaint = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "mailwrenctl {arguments:?}: {complaint}");
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Ends all that runs of it, if anything does.
    async fn quit(&self) -> Result<()> {
        self.debian
            .run("running=$(pidof mailwren mailwrenctl) || exit 0; kill $running")
            .await?;
        eventually("the end of the app", async || {
            Ok((self.desktop.processes("mailwren")? + self.desktop.processes("mailwrenctl")? == 0).then_some(()))
        })
        .await
    }

    async fn starts_it(&self, packages: &Packages) -> Result<()> {
        // gio reads desktop entries as GNOME does.
        let packages = [&packages.mailwren.display().to_string(), "libglib2.0-bin"];
        self.debian.install(&packages).await?;
        self.desktop.add_account(&self.server, "mail/sam/INBOX").await?;
        self.launch(&format!("/usr/share/applications/{ID}.desktop")).await?;
        self.desktop.windows_become("Mailwren", 1).await?;
        let tray = self.desktop.tray_item().await?;
        tray.title("one is unread", |title| title == "Mailwren: 1 unread")
            .await?;
        self.quit().await
    }

    async fn has_it_start_at_login(&self) -> Result<()> {
        let program = self.debian.script(self.scene, "mailwren")?;
        let app = Driven::start_by(&self.desktop, &program, &["--settings"]).await?;
        app.click("button.nav", "General").await?;
        app.click("[aria-label='Start at login']", "").await?;
        let entry = self.desktop.path().join(format!("config/autostart/{ID}.desktop"));
        let text = eventually("an entry to start at login", async || {
            Ok(Some(std::fs::read_to_string(&entry)?))
        })
        .await?;
        ensure!(
            text.contains("Exec=\"/usr/bin/mailwren"),
            "it starts something else: {text}"
        );
        app.quit().await?;
        self.quit().await?;

        self.launch(&entry.display().to_string()).await?;
        let tray = self.desktop.tray_item().await?;
        tray.title("one is unread", |title| title == "Mailwren: 1 unread")
            .await?;
        ensure!(self.desktop.windows("Mailwren").await?.is_empty(), "it opens a window");
        Ok(())
    }

    /// While it runs; what is set and what was done stays.
    async fn upgrades(&self, packages: &Packages) -> Result<()> {
        self.control(&["feed", "mark-read", "--all"]).await?;
        let config = self.desktop.path().join("config/mailwren/config.toml");
        let set = std::fs::read_to_string(&config)?;
        let packages = [&packages.mailwren, &packages.mailwrenctl].map(|path| path.display().to_string());
        self.debian.install(&packages.each_ref().map(String::as_str)).await?;
        let versions = self
            .debian
            .run("dpkg-query -W -f '${Version} ' mailwren mailwrenctl")
            .await?;
        ensure!(
            versions.trim() == format!("{VERSION}-1 {VERSION}-1"),
            "it is {versions}"
        );
        self.quit().await?;
        self.launch(&format!("/usr/share/applications/{ID}.desktop")).await?;
        self.desktop.windows_become("Mailwren", 1).await?;
        ensure!(
            std::fs::read_to_string(&config)? == set,
            "the configuration has changed"
        );
        let feed = self.control(&["feed", "list", "--json"]).await?;
        let kept = feed
            .lines()
            .any(|line| line.contains("Lunch?") && line.contains("\"unread\":false"));
        ensure!(kept, "the store has {feed}");
        self.quit().await
    }

    /// What the first schema stored is there after the upgrade, and as it was beside it.
    async fn takes_on_the_first_store(&self) -> Result<()> {
        let dir = self.desktop.path().join("data/mailwren");
        for file in ["events.sqlite", "events.sqlite-wal", "events.sqlite-shm"] {
            match std::fs::remove_file(dir.join(file)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
        }
        let first = Connection::open(dir.join("events.sqlite"))?;
        first.execute_batch(include_str!("../../src-tauri/crates/engine/src/store/1.sql"))?;
        first.pragma_update(None, "user_version", 1)?;
        first.execute(
            "INSERT INTO event (rev, account, service, node, item, digest, received_at, delayed, owed, kind, dialect, subject)
             VALUES (1, ?, '', '', 'a', 'd', unixepoch() * 1000000, 0, 0, 'new', 'mailwren', 'Long ago')",
            [jid(SAM)],
        )?;
        first.execute("UPDATE counter SET rev = 1", ())?;
        first.close().map_err(|(_, error)| error)?;

        self.launch(&format!("/usr/share/applications/{ID}.desktop")).await?;
        self.desktop.windows_become("Mailwren", 1).await?;
        let feed = self.control(&["feed", "list", "--json"]).await?;
        ensure!(feed.contains("Long ago"), "the store has {feed}");
        let copies = std::fs::read_dir(&dir)?.flatten().map(|entry| entry.file_name());
        let copies: Vec<_> = copies
            .filter(|name| name.to_string_lossy().starts_with("events.before-"))
            .collect();
        let [copy] = &*copies else {
            bail!("there is no one copy: {copies:?}");
        };
        let copy = Connection::open(dir.join(copy))?;
        let version: u32 = copy.pragma_query_value(None, "user_version", |row| row.get(0))?;
        ensure!(version == 1, "the copy has schema {version}");
        self.quit().await
    }

    /// What is left of it, outside of the person's home.
    async fn left(&self) -> Result<String> {
        self.debian
            .run("find / -xdev -name '*mailwren*' ! -path '/tmp/*' ! -path '/root/*' | sort")
            .await
    }

    async fn removes_it(&self) -> Result<()> {
        self.debian
            .run(&format!(
                "mkdir -p /etc/mailwren /var/lib/mailwren $(dirname {ENABLED}) && \
                 touch /etc/mailwren/bridge.toml /var/lib/mailwren/state && \
                 ln -s /lib/systemd/system/mailwren-bridge@.service {ENABLED}"
            ))
            .await?;
        self.debian.run("apt-get -qq remove mailwren mailwrenctl").await?;
        let left = self.left().await?;
        // Until it is purged, dpkg knows how to do that, and whether the unit was enabled; and the bridge has its own.
        let noted = |path: &&str| {
            let places = ["/var/lib/dpkg/", "/var/lib/systemd/deb-systemd-", "/var/lib/mailwren/"];
            places.iter().any(|place| path.starts_with(place))
        };
        let left: Vec<_> = left.lines().filter(|path| !noted(path)).collect();
        ensure!(
            left == ["/etc/mailwren", ENABLED, "/var/lib/mailwren"],
            "it left {left:?}"
        );
        self.debian.run("apt-get -qq purge mailwren mailwrenctl").await?;
        let left = self.left().await?;
        ensure!(left.is_empty(), "it left {left}");
        let config = self.desktop.path().join("config/mailwren/config.toml");
        ensure!(config.exists(), "a person's configuration is gone");
        Ok(())
    }
}
