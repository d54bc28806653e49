//! Mailwren's desktop side that needs no GTK: the tray icon and the notifications, over D-Bus, and the process that stays.

#![forbid(unsafe_code)]

pub mod autostart;
#[cfg(target_os = "linux")]
mod daemon;
#[cfg(target_os = "linux")]
pub mod doctor;
pub mod glyph;
pub mod link;
#[cfg(target_os = "linux")]
pub mod notifier;
#[cfg(target_os = "linux")]
pub mod resident;
#[cfg(target_os = "linux")]
mod surroundings;
pub mod text;
pub mod tray;
pub mod windows;

/// The one name of the app for D-Bus, desktop file, icons, notifications and windows.
pub const APP_ID: &str = "app.mailwren.Mailwren";
