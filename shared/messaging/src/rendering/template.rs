//! Templates: one text per language, compiled once and rendered for every channel.
//!
//! The first line is the subject; after an empty line come paragraphs, apart by empty lines. `{{name}}` stands for a
//! value. A paragraph `[label]({{link}})` is a button; a link may stand nowhere else, and nothing else may be a button.

use std::collections::BTreeSet;

use crate::{ValueKind, Values};

/// A compiled template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pub(crate) subject: Vec<Piece>,
    pub(crate) blocks: Vec<Block>,
    variables: Vec<(String, ValueKind)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(String),
    Variable(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Block {
    Paragraph(Vec<Piece>),
    Button { label: Vec<Piece>, link: String },
}

/// Why a template, or the values for it, cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// There is no subject, or no body after an empty line.
    #[error("the template needs a subject, an empty line and a body")]
    NoBody,
    /// `{{` without `}}`, or something else than a name between them.
    #[error("variables are written {{{{name}}}}: {near}")]
    Malformed {
        /// Where.
        near: String,
    },
    /// The template uses a variable that messages of its kind do not have.
    #[error("there is no variable {name}")]
    Unknown {
        /// Which.
        name: String,
    },
    /// Messages of its kind have a variable that the template does not use.
    #[error("the variable {name} is not used")]
    Unused {
        /// Which.
        name: String,
    },
    /// A link in the middle of a text, or something else than a link behind a button.
    #[error("{name} cannot stand here: a button leads to a link, and a link stands behind a button")]
    Misplaced {
        /// Which variable.
        name: String,
    },
    /// A value is missing, is not wanted, or is of another kind.
    #[error("the value of {name} is missing, not wanted or of another kind")]
    Value {
        /// Of which variable.
        name: String,
    },
}

impl Template {
    /// Compiles a text against the variables that messages of its kind have.
    ///
    /// # Errors
    /// All of [`TemplateError`] but `Value`: a text that compiles can be rendered whenever all values are there.
    pub fn compile(source: &str, variables: &[(&str, ValueKind)]) -> Result<Self, TemplateError> {
        Self::compile_with(source, variables, &[])
    }

    /// Compiles a text that must use the one variables and may use the others.
    ///
    /// # Errors
    /// As [`Template::compile`].
    pub fn compile_with(
        source: &str,
        variables: &[(&str, ValueKind)],
        optional: &[(&str, ValueKind)],
    ) -> Result<Self, TemplateError> {
        let normal = source.replace("\r\n", "\n");
        let (subject, body) = normal.trim().split_once("\n\n").ok_or(TemplateError::NoBody)?;
        if subject.contains('\n') || subject.trim().is_empty() || body.trim().is_empty() {
            return Err(TemplateError::NoBody);
        }
        let subject = pieces(subject.trim())?;
        let blocks = body
            .split("\n\n")
            .map(str::trim)
            .filter(|block| !block.is_empty())
            .map(block)
            .collect::<Result<Vec<_>, _>>()?;
        let mut used = BTreeSet::new();
        let kind_of =
            |name: &str| variables.iter().chain(optional).find(|(known, _)| *known == name).map(|(_, kind)| *kind);
        let texts = blocks.iter().map(|block| match block {
            Block::Paragraph(pieces) | Block::Button { label: pieces, .. } => pieces,
        });
        for piece in texts.flatten().chain(&subject) {
            if let Piece::Variable(name) = piece {
                match kind_of(name) {
                    None => return Err(TemplateError::Unknown { name: name.clone() }),
                    Some(ValueKind::Link) => return Err(TemplateError::Misplaced { name: name.clone() }),
                    Some(ValueKind::Text | ValueKind::Money | ValueKind::Date) => used.insert(name.as_str()),
                };
            }
        }
        for block in &blocks {
            if let Block::Button { link, .. } = block {
                match kind_of(link) {
                    None => return Err(TemplateError::Unknown { name: link.clone() }),
                    Some(ValueKind::Link) => used.insert(link.as_str()),
                    Some(ValueKind::Text | ValueKind::Money | ValueKind::Date) => {
                        return Err(TemplateError::Misplaced { name: link.clone() });
                    }
                };
            }
        }
        if let Some((name, _)) = variables.iter().find(|(name, _)| !used.contains(name)) {
            return Err(TemplateError::Unused { name: (*name).to_owned() });
        }
        let optional = optional.iter().filter(|(name, _)| used.contains(name));
        let variables = variables.iter().chain(optional).map(|(name, kind)| ((*name).to_owned(), *kind)).collect();
        Ok(Self { subject, blocks, variables })
    }

    /// Those of the values that the template uses.
    pub fn used(&self, values: &Values) -> Values {
        values.kept(|name| self.variables.iter().any(|(known, _)| known == name))
    }

    /// Whether these are the values of this template, all of them and no other.
    ///
    /// # Errors
    /// `Value`.
    pub fn check(&self, values: &Values) -> Result<(), TemplateError> {
        for (name, kind) in &self.variables {
            if values.get(name).map(crate::rendering::value::Value::kind) != Some(*kind) {
                return Err(TemplateError::Value { name: name.clone() });
            }
        }
        match values.names().find(|name| !self.variables.iter().any(|(known, _)| known == name)) {
            Some(name) => Err(TemplateError::Value { name: name.to_owned() }),
            None => Ok(()),
        }
    }
}

fn block(text: &str) -> Result<Block, TemplateError> {
    let button =
        text.strip_prefix('[').and_then(|text| text.strip_suffix("}})")).and_then(|text| text.split_once("]({{"));
    match button {
        Some((label, link)) if is_name(link) => Ok(Block::Button { label: pieces(label)?, link: link.to_owned() }),
        Some((_, link)) => Err(TemplateError::Malformed { near: link.to_owned() }),
        None => Ok(Block::Paragraph(pieces(text)?)),
    }
}

fn pieces(text: &str) -> Result<Vec<Piece>, TemplateError> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let malformed = || TemplateError::Malformed { near: after.chars().take(20).collect() };
        let (name, behind) = after.split_once("}}").ok_or_else(malformed)?;
        if !is_name(name) {
            return Err(malformed());
        }
        push_text(&mut pieces, before)?;
        pieces.push(Piece::Variable(name.to_owned()));
        rest = behind;
    }
    push_text(&mut pieces, rest)?;
    Ok(pieces)
}

fn push_text(pieces: &mut Vec<Piece>, text: &str) -> Result<(), TemplateError> {
    if text.contains("}}") {
        return Err(TemplateError::Malformed { near: text.chars().take(20).collect() });
    }
    if !text.is_empty() {
        pieces.push(Piece::Text(text.to_owned()));
    }
    Ok(())
}

pub(crate) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    const VARIABLES: [(&str, ValueKind); 3] =
        [("name", ValueKind::Text), ("amount", ValueKind::Money), ("link", ValueKind::Link)];

    #[test]
    fn what_compiles_has_every_variable_in_its_place() {
        let template = Template::compile("For {{name}}\n\nPay {{amount}}.\n\n[Pay]({{link}})\n", &VARIABLES).unwrap();
        assert_eq!(template.blocks.len(), 2);
        assert_eq!(
            template.blocks[1],
            Block::Button { label: vec![Piece::Text("Pay".to_owned())], link: "link".to_owned() }
        );
    }

    #[test]
    fn mistakes_are_found_when_the_template_is_saved() {
        let unknown = |name: &str| TemplateError::Unknown { name: name.to_owned() };
        let misplaced = |name: &str| TemplateError::Misplaced { name: name.to_owned() };
        for (source, error) in [
            ("", TemplateError::NoBody),
            ("Only a subject", TemplateError::NoBody),
            ("Two\nlines\n\nbody", TemplateError::NoBody),
            ("{{nome}}\n\n{{amount}}\n\n[Pay]({{link}})", unknown("nome")),
            (
                "{{name}}\n\n{{amount}} {{Name}}\n\n[Pay]({{link}})",
                TemplateError::Malformed { near: "Name}}".to_owned() },
            ),
            ("{{name}}\n\n{{amount\n\n[Pay]({{link}})", TemplateError::Malformed { near: "amount".to_owned() }),
            ("{{name}}\n\n{{amount}} }}\n\n[Pay]({{link}})", TemplateError::Malformed { near: " }}".to_owned() }),
            ("{{name}}\n\n{{ amount }}\n\n[Pay]({{link}})", TemplateError::Malformed { near: " amount }}".to_owned() }),
            ("{{name}}\n\n{{amount}} {{link}}", misplaced("link")),
            ("{{link}}\n\n{{amount}} {{name}}", misplaced("link")),
            ("{{name}}\n\n{{amount}}\n\n[Pay]({{amount}})", misplaced("amount")),
            ("{{name}}\n\n{{amount}}\n\n[Pay]({{pay}})", unknown("pay")),
            ("{{name}}\n\n[Pay]({{link}})", TemplateError::Unused { name: "amount".to_owned() }),
        ] {
            assert_eq!(Template::compile(source, &VARIABLES), Err(error), "{source}");
        }
    }

    #[test]
    fn values_must_be_those_of_the_template() {
        let template = Template::compile("S {{name}}\n\n{{name}}", &[("name", ValueKind::Text)]).unwrap();
        let wrong = |name: &str| Err(TemplateError::Value { name: name.to_owned() });
        assert_eq!(template.check(&Values::new().text("name", "Budi")), Ok(()));
        assert_eq!(template.check(&Values::new()), wrong("name"));
        assert_eq!(template.check(&Values::new().date("name", jiff::civil::date(2026, 1, 1))), wrong("name"));
        assert_eq!(template.check(&Values::new().text("name", "Budi").text("more", "x")), wrong("more"));
    }
}
