//! Holds the committed PNGs to their SVG sources. `icons/render` runs this with `RENDER_ICONS=1`, which writes them.
//!
//! resvg gives the same pixels on every machine, so that "fresh" can be asked exactly; and no build needs a renderer.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::path::{Path, PathBuf};

use resvg::tiny_skia::{Pixmap, PremultipliedColorU8, Transform};
use resvg::usvg::{Options, Tree};

const SHAPES: [&str; 5] = ["connected", "connecting", "offline", "error", "paused"];
const COUNTS: u32 = 11;
const APP_SIZES: [u32; 9] = [16, 22, 24, 32, 48, 64, 128, 256, 512];

/// How the tray's cells of one size are made.
struct Cell {
    size: u32,
    /// Suffix of the glyph sources.
    glyphs: &'static str,
    /// Source of the counts.
    counts: &'static str,
    /// Side of the sources' grid.
    grid: u32,
    /// Margin around the art, so that it stays on the pixel grid.
    margin: u32,
    /// Width of the gap between bird and count, in pixels.
    gap: i32,
}

const CELLS: [Cell; 6] = [
    Cell {
        size: 16,
        glyphs: "",
        counts: "count-16",
        grid: 16,
        margin: 0,
        gap: 1,
    },
    Cell {
        size: 22,
        glyphs: "-22",
        counts: "count-22",
        grid: 22,
        margin: 0,
        gap: 1,
    },
    Cell {
        size: 24,
        glyphs: "-22",
        counts: "count-22",
        grid: 22,
        margin: 1,
        gap: 1,
    },
    Cell {
        size: 32,
        glyphs: "",
        counts: "count-32",
        grid: 16,
        margin: 0,
        gap: 2,
    },
    Cell {
        size: 48,
        glyphs: "",
        counts: "count-32",
        grid: 16,
        margin: 0,
        gap: 3,
    },
    Cell {
        size: 64,
        glyphs: "",
        counts: "count-32",
        grid: 16,
        margin: 0,
        gap: 4,
    },
];

fn icons() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../icons")
}

fn source(name: &str) -> Tree {
    let path = icons().join(name).with_extension("svg");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    Tree::from_str(&text, &Options::default()).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn drawn(tree: &Tree, size: u32, transform: Transform) -> Pixmap {
    let mut pixmap = Pixmap::new(size, size).unwrap();
    resvg::render(tree, transform, &mut pixmap.as_mut());
    pixmap
}

/// Clears everything within `gap` pixels of what `over` covers, then lays `over` on it.
fn stamp(under: &mut Pixmap, over: &Pixmap, gap: i32) {
    let side = i32::try_from(under.width()).unwrap();
    let alpha = |x: i32, y: i32| {
        if x < 0 || y < 0 || x >= side || y >= side {
            return 0;
        }
        over.pixels()[(y * side + x) as usize].alpha()
    };
    for y in 0..side {
        for x in 0..side {
            let mut near = 0;
            for dy in -gap..=gap {
                for dx in -gap..=gap {
                    if dx * dx + dy * dy <= gap * gap {
                        near = near.max(alpha(x + dx, y + dy));
                    }
                }
            }
            let i = (y * side + x) as usize;
            let keep = u16::from(255 - near);
            let (below, above) = (under.pixels()[i], over.pixels()[i]);
            let mix = |b: u8, a: u8| (u16::from(b) * keep / 255) as u8 + a;
            under.pixels_mut()[i] = PremultipliedColorU8::from_rgba(
                mix(below.red(), above.red()),
                mix(below.green(), above.green()),
                mix(below.blue(), above.blue()),
                mix(below.alpha(), above.alpha()),
            )
            .expect("a colour covers at most itself where the gap covers it");
        }
    }
}

/// One size of the tray icon: a row for each shape, a column for each count from none to "9+".
fn sheet(cell: &Cell) -> Pixmap {
    let scale = (cell.size - 2 * cell.margin) as f32 / cell.grid as f32;
    let place = Transform::from_translate(cell.margin as f32, cell.margin as f32).pre_scale(scale, scale);
    let counts = source(&format!("tray/{}", cell.counts));
    let mut sheet = Pixmap::new(cell.size * COUNTS, cell.size * SHAPES.len() as u32).unwrap();
    for (row, shape) in SHAPES.iter().enumerate() {
        let glyph = source(&format!("tray/{shape}{}", cell.glyphs));
        for column in 0..COUNTS {
            let mut icon = drawn(&glyph, cell.size, place);
            if column > 0 {
                let shift = -((column - 1) as f32) * cell.grid as f32;
                stamp(
                    &mut icon,
                    &drawn(&counts, cell.size, place.pre_translate(shift, 0.0)),
                    cell.gap,
                );
            }
            let (left, top) = (column * cell.size, row as u32 * cell.size);
            for y in 0..cell.size {
                for x in 0..cell.size {
                    let to = ((top + y) * sheet.width() + left + x) as usize;
                    sheet.pixels_mut()[to] = icon.pixels()[(y * cell.size + x) as usize];
                }
            }
        }
    }
    sheet
}

fn app_icon(size: u32) -> Pixmap {
    let tree = source(if size <= 24 { "app-icon-small" } else { "app-icon" });
    let scale = size as f32 / tree.size().width();
    drawn(&tree, size, Transform::from_scale(scale, scale))
}

fn png(pixmap: &Pixmap) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixmap.width(), pixmap.height());
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    let rgba: Vec<u8> = pixmap
        .pixels()
        .iter()
        .flat_map(|p| {
            let c = p.demultiply();
            [c.red(), c.green(), c.blue(), c.alpha()]
        })
        .collect();
    encoder.write_header().unwrap().write_image_data(&rgba).unwrap();
    bytes
}

fn pixels(png: &[u8]) -> (u32, u32, Vec<u8>) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
    let mut rgba = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut rgba).unwrap();
    (frame.width, frame.height, rgba)
}

/// Writes the picture when asked to render; else compares pixels (the compressor may change, the picture may not).
fn check(name: &str, picture: &Pixmap) {
    let path = icons().join(name);
    let made = png(picture);
    if std::env::var_os("RENDER_ICONS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, made).unwrap();
        return;
    }
    let kept = std::fs::read(&path).unwrap_or_else(|e| panic!("{name}: {e}; run icons/render"));
    assert_eq!(
        pixels(&kept),
        pixels(&made),
        "{name} isn't what its source gives; run icons/render"
    );
}

#[test]
fn tray_sheets_are_what_their_sources_give() {
    for cell in &CELLS {
        check(&format!("tray/{}.png", cell.size), &sheet(cell));
    }
}

#[test]
fn app_icons_are_what_their_sources_give() {
    for size in APP_SIZES {
        check(
            &format!("hicolor/{size}x{size}/apps/app.mailwren.Mailwren.png"),
            &app_icon(size),
        );
    }
    check("icon.png", &app_icon(512));
}
