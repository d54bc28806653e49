//! What a person does with `mailwrenctl export`, `import` and `doctor`.

use anyhow::{Result, ensure};
use mailwren_tests::ctl::Home;
use mailwren_tests::scene;
use mailwren_tests::server::{Kind, SAM, Server, password};
use serde_json::Value;

#[test]
fn settings_are_taken_from_one_machine_to_another() -> Result<()> {
    scene(async |scene| {
        let old = Home::new(&scene, "old")?;
        let config = "keep_days = 7\n\n[[rule]]\nsender = \"boss@example.org\"\nthen = \"vip\"\n\n[[account]]\n\
            jid = \"sam@example.org\"\nenabled = false\npassword = { command = [\"echo\", \"hunter2\"] }\n";
        std::fs::write(old.config(), config)?;
        let file = scene.path().join("settings.toml");
        let file = file.to_string_lossy();
        let exported = old.run(&["export", &file]).await?;
        ensure!(exported.status.success(), "{exported:?}");
        let text = std::fs::read_to_string(&*file)?;
        ensure!(text.contains("boss@example.org") && !text.contains("hunter2"), "{text}");
        let again = old.run(&["export", &file]).await?;
        ensure!(
            again.status.code() == Some(1),
            "an existing file is overwritten: {again:?}"
        );

        let new = Home::new(&scene, "new")?;
        std::fs::write(new.config(), "keep_days = 90 # mine\n")?;
        let imported = new.run(&["import", &file]).await?;
        ensure!(imported.status.success(), "{imported:?}");
        ensure!(std::fs::read_to_string(new.config())? == text);
        let said = imported.stdout.concat();
        let backup = said.rsplit(' ').next().unwrap_or_default();
        ensure!(std::fs::read_to_string(backup)? == "keep_days = 90 # mine\n", "{said}");

        std::fs::write(&*file, "keep_days = 7\nthene = \"dark\"\n")?;
        let refused = new.run(&["import", &file]).await?;
        let complaint = refused.stderr.concat();
        ensure!(
            refused.status.code() == Some(2) && complaint.contains("settings.toml:2:1"),
            "{refused:?}"
        );
        ensure!(std::fs::read_to_string(new.config())? == text);
        Ok(())
    })
}

#[test]
fn the_doctor_finds_an_account_well_and_says_what_to_do_where_it_isnt() -> Result<()> {
    scene(async |scene| {
        let server = Server::start(Kind::Prosody, &scene).await?;
        let home = Home::new(&scene, "sam")?;
        home.configure(server.account(SAM), &password(SAM))?;
        let well = home.run(&["doctor", "--json"]).await?;
        ensure!(well.status.success(), "{well:#?}");
        let about = |checks: &[Value]| -> Vec<String> {
            let name = |check: &Value| check["about"].as_str().unwrap_or_default().to_owned();
            checks.iter().map(name).collect()
        };
        let expected = [
            "engine", "config", "store", "keyring", "bus", "dns", "tls", "login", "services", "nodes",
        ];
        ensure!(about(&well.json()?) == expected, "{:?}", about(&well.json()?));

        let config = std::fs::read_to_string(home.config())?;
        std::fs::write(home.config(), format!("{config}\n[[rule]]\nthen = \"x\"\n"))?;
        home.configure_password("wrong")?;
        let ill = home.run(&["doctor", "--json"]).await?;
        ensure!(ill.status.code() == Some(1), "{ill:#?}");
        let checks = ill.json()?;
        let failed: Vec<Value> = checks.into_iter().filter(|check| check["state"] == "failed").collect();
        ensure!(about(&failed) == ["config", "login"], "{failed:#?}");
        ensure!(failed.iter().all(|check| check["hint"].is_string()), "{failed:#?}");
        Ok(())
    })
}
