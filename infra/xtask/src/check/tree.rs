//! Rules about the tree: files short enough to proofread, one test command everywhere.

use std::{fs, path::Path};

use crate::workspace;

const LONGEST_FILE: usize = 500;
const SOURCES: [&str; 4] = ["functions", "shared", "infra", "tests"];

/// Rust files of more than 500 lines.
pub(super) fn too_long(root: &Path) -> Vec<String> {
    let mut complaints = Vec::new();
    for folder in SOURCES {
        visit(&root.join(folder), &mut |path, text| {
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

fn visit(folder: &Path, file: &mut impl FnMut(&Path, &str)) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut paths: Vec<_> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            visit(&path, file);
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && let Ok(text) = fs::read_to_string(&path)
        {
            file(&path, &text);
        }
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
