//! The demo, as a new user sees it.

use anyhow::{Result, ensure};
use mailwren_tests::ctl::Home;
use mailwren_tests::scene;

#[test]
fn every_step_of_the_play_is_told_however_fast_it_goes() -> Result<()> {
    scene(async |scene| {
        let home = Home::new(&scene, "sam")?;
        let events = home.run(&["demo", "--fast", "--json"]).await?.json()?;
        let told = |kind: &str| events.iter().filter(|event| event["kind"] == kind).count();
        ensure!((told("changed"), told("new"), told("gone")) == (2, 19, 1), "{events:?}");
        Ok(())
    })
}
