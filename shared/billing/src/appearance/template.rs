//! What a tenant may choose of its documents. An invoice keeps what was chosen when it was issued, so that it is printed the
//! same for ever.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::appearance::{accent_color::AccentColor, printed_line::PrintedLine};

/// How many lines may stand at the foot of every page.
const MAX_FOOTER: usize = 3;

/// How invoices, credit notes and receipts look.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DocumentTemplate {
    /// The colour of headings, lines and the sum; `#1f4e8c` when left out.
    #[serde(default)]
    pub accent_color: AccentColor,
    /// What stands at the foot of every page, 3 lines at most.
    #[serde(default)]
    #[schema(value_type = Vec<PrintedLine>, max_items = 3, example = json!(["Kasirku is a product of PT Kasir Nusantara Digital"]))]
    pub footer: Footer,
}

/// At most 3 lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<PrintedLine>", into = "Vec<PrintedLine>")]
pub struct Footer(Vec<PrintedLine>);

/// There are more lines than fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use at most 3 lines")]
pub struct FooterError;

/// Who signs a tenant's documents. Below the place and the day of the document there is room for a hand's signature, then
/// the name and the position.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"name": "Siti Rahma", "position": "Direktur Keuangan", "place": "Bandung"}))]
pub struct Signatory {
    /// Who.
    pub name: PrintedLine,
    /// As what.
    #[serde(default)]
    pub position: Option<PrintedLine>,
    /// Where, as it stands before the day.
    #[serde(default)]
    pub place: Option<PrintedLine>,
}

impl DocumentTemplate {
    /// Whether it is that of a tenant who chose nothing.
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

impl Footer {
    /// The lines.
    pub fn lines(&self) -> &[PrintedLine] {
        &self.0
    }
}

impl TryFrom<Vec<PrintedLine>> for Footer {
    type Error = FooterError;

    fn try_from(lines: Vec<PrintedLine>) -> Result<Self, FooterError> {
        if lines.len() > MAX_FOOTER { Err(FooterError) } else { Ok(Self(lines)) }
    }
}

impl From<Footer> for Vec<PrintedLine> {
    fn from(footer: Footer) -> Self {
        footer.0
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn nothing_chosen_is_the_usual_template() {
        let template: DocumentTemplate = from_value(json!({})).unwrap();
        assert!(template.is_usual() && template.footer.lines().is_empty());
    }

    #[test]
    fn a_footer_has_three_plain_lines_at_most() {
        let read = |footer| from_value::<DocumentTemplate>(json!({ "footer": footer }));
        assert_eq!(read(json!(["a", "b", "c"])).unwrap().footer.lines().len(), 3);
        for bad in [json!(["a", "b", "c", "d"]), json!([""]), json!(["a\nb"]), json!([" a"]), json!(["x".repeat(121)])]
        {
            assert!(read(bad.clone()).is_err(), "{bad}");
        }
    }

    #[test]
    fn somebody_signs_by_name() {
        let read = |signatory| from_value::<Signatory>(signatory);
        assert_eq!(read(json!({ "name": "Siti Rahma" })).unwrap().position, None);
        for bad in [json!({}), json!({ "name": "" }), json!({ "name": "Siti", "image": "x" })] {
            assert!(read(bad.clone()).is_err(), "{bad}");
        }
    }
}
