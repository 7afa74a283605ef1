//! The fonts of the pages: those within the program, for Latin, Greek and Cyrillic, and those of a folder beside it, if
//! there is one, for other scripts.

use std::path::Path;
use std::sync::OnceLock;

use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

/// The fonts that pages can be set in.
pub(crate) struct Fonts {
    all: Vec<Font>,
    book: LazyHash<FontBook>,
}

static FONTS: OnceLock<Fonts> = OnceLock::new();

/// Those of this process.
pub(crate) fn fonts() -> &'static Fonts {
    FONTS.get_or_init(|| Fonts::of(built_in().collect()))
}

/// Adds the fonts of a folder, by the order of their names, before the first page is set. A folder that is not there adds
/// none.
pub fn use_folder(folder: &Path) {
    // A process that serves the function twice has them already.
    FONTS.get_or_init(|| Fonts::of(built_in().chain(of_folder(folder)).collect()));
}

fn built_in() -> impl Iterator<Item = Font> {
    typst_assets::fonts().flat_map(|bytes| Font::iter(Bytes::new(bytes)))
}

fn of_folder(folder: &Path) -> Vec<Font> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        tracing::info!("there is no folder of further fonts");
        return Vec::new();
    };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| {
        path.extension().is_some_and(|kind| ["ttf", "otf", "ttc", "otc"].iter().any(|one| kind == *one))
    });
    paths.sort();
    let mut fonts = Vec::new();
    for path in paths {
        match std::fs::read(&path) {
            Ok(bytes) => fonts.extend(Font::iter(Bytes::new(bytes))),
            Err(error) => tracing::warn!(%error, "a font cannot be read"),
        }
    }
    fonts
}

impl Fonts {
    fn of(all: Vec<Font>) -> Self {
        Self { book: LazyHash::new(FontBook::from_fonts(&all)), all }
    }

    /// As the typesetter looks fonts up.
    pub(crate) fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    /// One by its place in the book.
    pub(crate) fn get(&self, index: usize) -> Option<Font> {
        self.all.get(index).cloned()
    }

    /// Whether one of them has the character.
    pub(crate) fn have(&self, character: char) -> bool {
        self.all.iter().any(|font| font.info().coverage.contains(character.into()))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// What the typesetter would get from a folder.
    pub(crate) fn with_folder(folder: &Path) -> &'static Fonts {
        Box::leak(Box::new(Fonts::of(built_in().chain(of_folder(folder)).collect())))
    }

    #[test]
    fn the_built_in_ones_write_latin_greek_and_cyrillic() {
        for character in "Aéłş ΑΩ Жя €→−".chars() {
            assert!(fonts().have(character), "{character}");
        }
        assert!(!fonts().have('日') && !fonts().have('ไ') && !fonts().have('🎉'));
    }

    #[test]
    fn the_fonts_of_a_folder_come_after_the_built_in_ones() {
        let folder = std::env::temp_dir().join(format!("ruko-fonts-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let one = typst_assets::fonts().next().unwrap();
        std::fs::write(folder.join("b.ttf"), one).unwrap();
        std::fs::write(folder.join("a.otf"), b"no font").unwrap();
        std::fs::write(folder.join("c.LICENSE"), one).unwrap();
        let all = with_folder(&folder);
        std::fs::remove_dir_all(&folder).unwrap();
        let built_in = fonts().all.len();
        assert_eq!(all.all.len(), built_in + 1);
        assert_eq!(all.get(built_in).unwrap().info().family, fonts().get(0).unwrap().info().family);
    }

    #[test]
    fn a_folder_that_is_absent_or_holds_other_files_adds_none() {
        let count = |fonts: &Fonts| fonts.all.len();
        let built_in = count(fonts());
        assert_eq!(count(with_folder(Path::new("/no/such/folder"))), built_in);
        assert_eq!(count(with_folder(Path::new("src"))), built_in);
    }
}
