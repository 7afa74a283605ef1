//! Rules about the tree: files short enough to proofread, folders of one subject, no reference to a document outside the
//! repository, one test command everywhere.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use crate::workspace;

const LONGEST_FILE: usize = 500;
/// The most source files in one folder, as many as are seen at one look: above that a reader searches instead of reading,
/// and the folder holds more than one subject. The largest that is still one subject has 15, `shared/events`, with a file
/// for whatever events are about.
const FULLEST_FOLDER: usize = 15;
const SOURCES: [&str; 4] = ["functions", "shared", "infra", "tests"];
const TEXTS: [&str; 5] = ["rs", "md", "yaml", "toml", "json"];
/// How documents are named that are not in this repository; in two parts each, so that this line is not found.
const ABSENT: [&str; 5] = [
    concat!("SPEC", " §"),
    concat!("facts", "/"),
    concat!("findings", "/"),
    concat!("DESIGN", ".md"),
    concat!("STYLE", ".md"),
];

/// Rust files of more than 500 lines.
pub(super) fn too_long(root: &Path) -> Vec<String> {
    let mut complaints = Vec::new();
    for folder in SOURCES {
        visit(&root.join(folder), &["rs"], &mut |path, text| {
            let lines = text.lines().count();
            if lines > LONGEST_FILE {
                let shown = path.strip_prefix(root).unwrap_or(path).display();
                complaints
                    .push(format!("{shown} has {lines} lines, more than {LONGEST_FILE}: it holds more than one thing"));
            }
        });
    }
    complaints
}

/// Folders of `src` with more than 15 Rust files, not counting those in folders of their own.
pub(super) fn too_full(root: &Path) -> Vec<String> {
    let mut folders: BTreeMap<PathBuf, usize> = BTreeMap::new();
    for folder in SOURCES {
        visit(&root.join(folder), &["rs"], &mut |path, _| {
            let folder = path.strip_prefix(root).unwrap_or(path).parent().unwrap_or(path);
            if folder.iter().any(|part| part == "src") {
                *folders.entry(folder.to_path_buf()).or_default() += 1;
            }
        });
    }
    let full = folders.into_iter().filter(|(_, files)| *files > FULLEST_FOLDER);
    full.map(|(folder, files)| {
        let folder = folder.display();
        format!("{folder} has {files} files, more than {FULLEST_FOLDER}: give each subject a folder")
    })
    .collect()
}

/// Lines that name a document which is not in this repository. A text says what it needs itself, and cites who published it.
pub(super) fn absent_documents(root: &Path) -> Vec<String> {
    let mut complaints = Vec::new();
    visit(root, &TEXTS, &mut |path, text| {
        for (line, number) in text.lines().zip(1..) {
            for name in ABSENT.into_iter().filter(|name| begins_a_word(line, name)) {
                let shown = path.strip_prefix(root).unwrap_or(path).display();
                complaints.push(format!("{shown}:{number} names `{name}`, which is not in this repository"));
            }
        }
    });
    complaints
}

/// Whether `name` is in `line` other than as the end of a longer word.
fn begins_a_word(line: &str, name: &str) -> bool {
    let befores = line.split(name).count() - 1;
    line.split(name).take(befores).any(|before| !before.ends_with(char::is_alphanumeric))
}

/// Files whose names end in one of `extensions`; none that were built, installed or hidden.
pub(super) fn visit(folder: &Path, extensions: &[&str], file: &mut impl FnMut(&Path, &str)) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut paths: Vec<_> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name != "target" && name != "node_modules" && !name.starts_with('.') {
                visit(&path, extensions, file);
            }
        } else if path.extension().is_some_and(|extension| extensions.iter().any(|one| extension == *one))
            && let Ok(text) = fs::read_to_string(&path)
        {
            file(&path, &text);
        }
    }
}

/// The Rust files that run in production, with their paths below `root`: neither tests nor the test kit.
pub(super) fn visit_product(root: &Path, folders: &[&str], file: &mut impl FnMut(&str, &str)) {
    for folder in folders {
        visit(&root.join(folder), &["rs"], &mut |path, text| {
            let shown = path.strip_prefix(root).unwrap_or(path).display().to_string();
            let tests =
                shown.starts_with("shared/testkit/") || shown.contains("/tests/") || shown.ends_with("tests.rs");
            if !tests {
                file(&shown, text);
            }
        });
    }
}

/// A README that tells people to run something else than CI does.
pub(super) fn other_test_command() -> Vec<String> {
    let read = |path: &str| workspace::read(path).map_err(|failure| failure.to_string());
    match (read(".ci/run"), read("README.md")) {
        (Ok(script), Ok(readme)) => differing_command(&script, &readme),
        (script, readme) => [script, readme].into_iter().filter_map(Result::err).collect(),
    }
}

/// `.ci/run` ends in one command, which the README must show as a line or in backticks.
fn differing_command(script: &str, readme: &str) -> Vec<String> {
    let commands: Vec<&str> = script.lines().map(str::trim).filter(|line| line.starts_with("exec ")).collect();
    let [command] = commands.as_slice() else {
        return vec![".ci/run must have exactly one line that begins with `exec `".to_owned()];
    };
    let command = command.trim_start_matches("exec ").trim();
    let shown =
        |line: &str| line.contains(&format!("`{command}`")) || line.split(" #").next().map(str::trim) == Some(command);
    if readme.lines().any(shown) {
        return Vec::new();
    }
    vec![format!("README.md does not show `{command}`, which is what .ci/run runs")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_is_found() {
        let root = std::env::temp_dir().join(format!("xtask-tree-{}", std::process::id()));
        let folder = root.join("shared/kernel/src");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("short.rs"), "//\n".repeat(500)).unwrap();
        fs::write(folder.join("long.rs"), "//\n".repeat(501)).unwrap();
        fs::write(folder.join("long.txt"), "//\n".repeat(501)).unwrap();
        let complaints = too_long(&root);
        fs::remove_dir_all(&root).unwrap();
        assert_eq!(
            complaints,
            ["shared/kernel/src/long.rs has 501 lines, more than 500: it holds more than one thing"]
        );
    }

    #[test]
    fn a_full_folder_is_found() {
        let root = std::env::temp_dir().join(format!("xtask-full-{}", std::process::id()));
        for (folder, files) in [("shared/kernel/src", 15), ("shared/table/src/agenda", 16), ("tests/it", 16)] {
            let folder = root.join(folder);
            fs::create_dir_all(&folder).unwrap();
            for file in 0..files {
                fs::write(folder.join(format!("f{file}.rs")), "").unwrap();
            }
        }
        let complaints = too_full(&root);
        fs::remove_dir_all(&root).unwrap();
        assert_eq!(complaints, ["shared/table/src/agenda has 16 files, more than 15: give each subject a folder"]);
        assert_eq!(too_full(&workspace::root()), Vec::<String>::new());
    }

    #[test]
    fn a_document_that_is_elsewhere_is_found() {
        let root = std::env::temp_dir().join(format!("xtask-documents-{}", std::process::id()));
        let [section, folder, ..] = ABSENT;
        for (path, text) in [
            ("docs/a.md", format!("one\ntwo ({section}3)\narti{folder}x {folder}y\n")),
            ("docs/b.md", format!("arti{folder}x\n")),
            ("docs/c.txt", section.to_owned()),
            ("target/d.md", section.to_owned()),
            (".hidden/e.md", section.to_owned()),
        ] {
            let file = root.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        let complaints = absent_documents(&root);
        fs::remove_dir_all(&root).unwrap();
        let complaint =
            |line: u8, name: &str| format!("docs/a.md:{line} names `{name}`, which is not in this repository");
        assert_eq!(complaints, [complaint(2, section), complaint(3, folder)]);
        assert_eq!(absent_documents(&workspace::root()), Vec::<String>::new());
    }

    #[test]
    fn the_readme_must_show_the_command_of_ci() {
        let script = "#!/usr/bin/env bash\nset -euo pipefail\nexec cargo xtask ci\n";
        assert_eq!(differing_command(script, "run\n```\ncargo xtask ci   # everything\n```"), Vec::<String>::new());
        assert_eq!(differing_command(script, "Tests: `cargo xtask ci`."), Vec::<String>::new());
        assert_eq!(
            differing_command(script, "```\ncargo test\n```"),
            ["README.md does not show `cargo xtask ci`, which is what .ci/run runs"]
        );
        assert_eq!(
            differing_command("cargo test", ""),
            [".ci/run must have exactly one line that begins with `exec `"]
        );
    }
}
