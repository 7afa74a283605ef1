//! The lines of `infra/local/Cargo.toml` that link every function into the local cloud: Cargo finds no crate by itself.

use wiring::Listed;

use crate::failure::Failure;

pub(super) const FILE: &str = "infra/local/Cargo.toml";

const BEGIN: &str = "# The functions of the templates: `cargo xtask wire` writes these lines.\n";
const END: &str = "# The end of the functions.\n";

/// The manifest with a line for each function.
pub(super) fn written(manifest: &str, functions: &[Listed]) -> Result<String, Failure> {
    let lost = || Failure::new(format!("{FILE} has lost the comments around its functions:\n{BEGIN}{END}"));
    let (before, rest) = manifest.split_once(BEGIN).ok_or_else(lost)?;
    let (_, after) = rest.split_once(END).ok_or_else(lost)?;
    let line = |function: &Listed| format!("{} = {{ path = \"../../{}\" }}\n", function.binary, function.directory());
    let lines: String = functions.iter().map(line).collect();
    Ok(format!("{before}{BEGIN}{lines}{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_replace_what_stood_between_the_comments() {
        let functions = [Listed { id: "F".to_owned(), binary: "billing-api".to_owned(), woken_by: Vec::new() }];
        let manifest = format!("[dependencies]\nbase64 = \"1\"\n{BEGIN}old = {{}}\n{END}\n[lints]\n");
        let wanted = format!(
            "[dependencies]\nbase64 = \"1\"\n{BEGIN}billing-api = {{ path = \"../../functions/billing\" }}\n{END}\n[lints]\n"
        );
        assert_eq!(written(&manifest, &functions).unwrap(), wanted);
        assert!(written("[dependencies]\n", &functions).is_err());
    }
}
