//! The tray icon's pixels: state by shape, the unread count painted in.
//!
//! Panels disagree about overlays (xfce4-panel draws none) and tell nobody whether they are light or dark. So each
//! icon is whole, in colours that stand out from both, and comes in the sizes that panels ask for. The pictures are
//! made from the SVGs in `icons/` by `icons/render`.

use std::io::Cursor;

use mailwren_core::view::TrayShape;

/// A square picture as StatusNotifierItem and the notification daemon want it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pixmap {
    /// Width and height in pixels.
    pub size: u32,
    /// RGBA, four bytes a pixel, not premultiplied, row by row from the top.
    pub rgba: Vec<u8>,
}

impl Pixmap {
    /// The same pixels as ARGB in network byte order, as StatusNotifierItem has it.
    pub fn argb(&self) -> Vec<u8> {
        let mut pixels = self.rgba.clone();
        for pixel in pixels.chunks_exact_mut(4) {
            pixel.rotate_right(1);
        }
        pixels
    }
}

/// A sheet per size: a row for each shape, a column for each count from none to "9+".
const SHEETS: [&[u8]; 6] = [
    include_bytes!("../../../../icons/tray/16.png"),
    include_bytes!("../../../../icons/tray/22.png"),
    include_bytes!("../../../../icons/tray/24.png"),
    include_bytes!("../../../../icons/tray/32.png"),
    include_bytes!("../../../../icons/tray/48.png"),
    include_bytes!("../../../../icons/tray/64.png"),
];
const APP_ICON: &[u8] = include_bytes!("../../../../icons/hicolor/64x64/apps/app.mailwren.Mailwren.png");
const ROWS: u32 = 5;

/// The tray icon in every size, smallest first. Counts above nine all look the same: "9+".
pub fn tray_icon(shape: TrayShape, unread: u32) -> Vec<Pixmap> {
    let row = match shape {
        TrayShape::Connected => 0,
        TrayShape::Connecting => 1,
        TrayShape::Offline => 2,
        TrayShape::Error => 3,
        TrayShape::Paused => 4,
    };
    let column = unread.min(10) as usize;
    SHEETS.iter().filter_map(|sheet| cell(sheet, row, column)).collect()
}

/// The app's own icon, 64 pixels wide.
pub fn app_icon() -> Option<Pixmap> {
    let mut reader = png::Decoder::new(Cursor::new(APP_ICON)).read_info().ok()?;
    let mut rgba = vec![0; reader.output_buffer_size()?];
    let size = reader.next_frame(&mut rgba).ok()?.width;
    Some(Pixmap { size, rgba })
}

/// One picture of a sheet, which is read no further; `None` would mean a broken build, which the tests rule out.
fn cell(sheet: &[u8], row: usize, column: usize) -> Option<Pixmap> {
    let mut reader = png::Decoder::new(Cursor::new(sheet)).read_info().ok()?;
    let size = reader.info().height / ROWS;
    let side = usize::try_from(size).ok()?;
    let mut rgba = Vec::with_capacity(side * side * 4);
    for line in 0..(row + 1) * side {
        let pixels = reader.next_row().ok()??;
        if line >= row * side {
            rgba.extend(pixels.data().get(column * side * 4..(column + 1) * side * 4)?);
        }
    }
    Some(Pixmap { size, rgba })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    const SHAPES: [TrayShape; 5] = [
        TrayShape::Connected,
        TrayShape::Connecting,
        TrayShape::Offline,
        TrayShape::Error,
        TrayShape::Paused,
    ];

    #[test]
    fn every_icon_has_the_sizes_panels_ask_for() {
        for shape in SHAPES {
            for unread in [0, 1, 9, 10, u32::MAX] {
                let icons = tray_icon(shape, unread);
                assert_eq!(
                    icons.iter().map(|p| p.size).collect::<Vec<_>>(),
                    [16, 22, 24, 32, 48, 64]
                );
                for icon in icons {
                    assert_eq!(icon.rgba.len() as u32, icon.size * icon.size * 4);
                }
            }
        }
    }

    #[test]
    fn every_shape_and_count_looks_different_at_every_size() {
        for size in 0..6 {
            let seen: HashSet<_> = SHAPES
                .iter()
                .flat_map(|s| (0..=10).map(|n| tray_icon(*s, n).into_iter().nth(size).map(|p| p.rgba)))
                .collect();
            assert_eq!(seen.len(), SHAPES.len() * 11);
        }
    }

    /// Shape, not colour, tells the state: silhouettes differ by many pixels also where a count covers a part.
    #[test]
    fn states_differ_in_outline_even_beside_a_count() {
        let outline = |shape, unread| -> Vec<bool> {
            let icon = tray_icon(shape, unread).into_iter().next();
            icon.map(|p| {
                p.rgba
                    .chunks_exact(4)
                    .map(|c| c.last().is_some_and(|a| *a > 127))
                    .collect()
            })
            .unwrap_or_default()
        };
        for unread in [0, 7, 10] {
            for (i, one) in SHAPES.iter().enumerate() {
                for other in SHAPES.iter().skip(i + 1) {
                    let differing = outline(*one, unread)
                        .iter()
                        .zip(outline(*other, unread))
                        .filter(|(a, b)| **a != *b)
                        .count();
                    assert!(
                        differing >= 12,
                        "{one:?} and {other:?} with {unread} differ by {differing} pixels"
                    );
                }
            }
        }
    }

    #[test]
    fn counts_above_nine_look_alike() {
        assert_eq!(
            tray_icon(TrayShape::Connected, 10),
            tray_icon(TrayShape::Connected, 12_000)
        );
    }

    #[test]
    fn argb_puts_alpha_first() {
        let pixmap = Pixmap {
            size: 1,
            rgba: vec![1, 2, 3, 4],
        };
        assert_eq!(pixmap.argb(), [4, 1, 2, 3]);
    }

    #[test]
    fn the_app_icon_is_there() {
        assert_eq!(app_icon().map(|p| (p.size, p.rgba.len())), Some((64, 64 * 64 * 4)));
    }
}
