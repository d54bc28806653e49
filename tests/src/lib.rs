//! What tests stand on that cross a boundary: real XMPP servers, a publisher that isn't ours, the programs as they
//! are built, and a real (virtual) desktop.
//!
//! Nothing here sleeps. A fact that comes as an event (a line, an exit, a signal on the bus) is awaited; one that can
//! only be looked up is asked for by [`eventually`]. Every wait ends at [`PATIENCE`], with what was there instead.

pub mod certificate;
pub mod ctl;
pub mod desktop;
pub mod place;
pub mod process;
pub mod proxy;
pub mod publisher;
pub mod scene;
pub mod server;
mod wait;

pub use scene::{Scene, scene, scene_within};
pub use wait::{PATIENCE, eventually, within};
