//! `mailwrenctl publish` behind a Sieve script, as docs/sieve.md sets it up: real Dovecot with Pigeonhole pipes what it delivers
//! into it, and a device is told, by real Prosody and ejabberd.

use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use mailwren_tests::ctl::Home;
use mailwren_tests::dovecot::Dovecot;
use mailwren_tests::page::Page;
use mailwren_tests::publisher::Publisher;
use mailwren_tests::server::{Kind, SAM, Server, jid, own_node, password};
use mailwren_tests::{Scene, eventually, on_both_servers, place, scene};

on_both_servers!(what_is_delivered_is_piped_to_a_device_and_stays_in_the_mailbox,);

fn message(subject: &str) -> String {
    format!(
        "From: Zoe <zoe@example.org>\r\nTo: sam@example.org\r\nSubject: {subject}\r\nMessage-ID: <{subject}@example.org>\r\n\
         Date: Tue, 24 Nov 2026 22:00:00 +0100\r\n\r\nWords of it.\r\n"
    )
}

/// Puts the page's scripts and the program where the page has them; gives the page's configuration of Dovecot.
fn recipe(scene: &Scene) -> Result<String> {
    let page = Page::read("sieve.md")?;
    let sieve = scene.folder("sieve")?;
    let programs = scene.folder("sieve/bin")?;
    // Whom mail belongs to reaches neither the build nor, by default, what is made here.
    std::fs::copy(place::program("mailwrenctl")?, programs.join("mailwrenctl"))?;
    std::fs::write(sieve.join("mailwren.sieve"), page.block("sieve", "require")?)?;
    for path in [scene.path(), &sieve, &programs] {
        std::fs::set_permissions(path, PermissionsExt::from_mode(0o711))?;
    }
    Ok(page
        .block("dovecot-sieve", "")?
        .replace("/etc/dovecot/sieve-bin", &programs.display().to_string())
        .replace("/etc/dovecot", &sieve.display().to_string()))
}

/// The account in the home of the user to whom mail is delivered, as the page configures it.
fn configure(dovecot: &Dovecot, server: &Server) -> Result<()> {
    let page = Page::read("sieve.md")?;
    let home = dovecot.home(SAM)?;
    let config = home.join(".config/mailwren");
    std::fs::create_dir_all(&config)?;
    let secret = config.join("password");
    std::fs::write(&secret, format!("{}\n", password(SAM)))?;
    std::fs::set_permissions(&secret, PermissionsExt::from_mode(0o600))?;
    let authority = config.join("ca.pem");
    std::fs::copy(&server.certificate.ca, &authority)?;
    // The test's server isn't in DNS, and its authority is its own.
    let reach = format!(
        "[[account]]\nhost = \"{}\"\nport = {}\nsecurity = \"direct\"\nca_file = \"{}\"",
        server.host,
        server.direct,
        authority.display()
    );
    let account = page
        .block("toml", "[[account]]")?
        .replace("[[account]]", &reach)
        .replace("/home/sam/.config/mailwren", &config.display().to_string())
        .replace("sam@example.org", &jid(SAM));
    std::fs::write(config.join("config.toml"), account)?;
    give(&home, dovecot)
}

/// Makes all of it the user's own.
fn give(path: &Path, dovecot: &Dovecot) -> Result<()> {
    let (user, group) = dovecot.owner();
    chown(path, Some(user), Some(group))?;
    if path.is_dir() {
        for entry in std::fs::read_dir(path)? {
            give(&entry?.path(), dovecot)?;
        }
    }
    Ok(())
}

fn what_is_delivered_is_piped_to_a_device_and_stays_in_the_mailbox(kind: Kind) -> Result<()> {
    scene(async |scene| {
        let mut server = Server::start(kind, &scene).await?;
        let dovecot = Dovecot::start(&scene, &recipe(&scene)?).await?;
        configure(&dovecot, &server)?;
        let device = Home::new(&scene, "device")?;
        let mut account = server.account(SAM);
        account.pep = true;
        device.configure(account, &password(SAM))?;
        let watch = device.watch().await?;
        let mut sam = Publisher::connect(&scene, &server, SAM).await?;
        eventually("the node is there", async || Ok(Some(sam.items(&own_node(SAM)).await?))).await?;

        dovecot.deliver(SAM, &message("first")).await?;
        let first = watch.event("first").await?;
        ensure!(
            first["from"]["name"] == "Zoe" && first["snippet"] == "Words of it." && first["mailbox"] == "INBOX",
            "{first:#}"
        );
        // Without the XMPP server mail is delivered all the same, and told once that is back.
        server.down().await?;
        dovecot.deliver(SAM, &message("second")).await?;
        let delivered = dovecot.folder(SAM, "INBOX").await?;
        let subjects: Vec<&str> = delivered.iter().map(|(subject, _)| subject.as_str()).collect();
        ensure!(subjects == ["first", "second"], "{subjects:?}");
        server.up().await?;
        watch.event("second").await.context("told later")?;
        ensure!(watch.subjects()? == ["first", "second"], "{:?}", watch.subjects());
        Ok(())
    })
}
