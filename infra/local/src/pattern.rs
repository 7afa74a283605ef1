//! The pattern language that EventBridge rules and Lambda event filters share: which JSON events pass.
//!
//! An unknown operator is an error when the template is read, so that no rule silently means something else here
//! than on AWS.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// One pattern: every named field must match.
#[derive(Clone, Debug)]
pub struct Pattern {
    fields: BTreeMap<String, Field>,
    any_of: Vec<Pattern>,
}

#[derive(Clone, Debug)]
enum Field {
    Nested(Pattern),
    OneOf(Vec<Matcher>),
}

#[derive(Clone, Debug)]
enum Matcher {
    Equals(Value),
    EqualsIgnoringCase(String),
    Prefix(String),
    Suffix(String),
    Exists(bool),
    AnythingBut(Vec<Matcher>),
    Numeric(Vec<(Comparison, f64)>),
}

#[derive(Clone, Copy, Debug)]
enum Comparison {
    Less,
    AtMost,
    Equal,
    AtLeast,
    More,
}

/// Why a pattern cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PatternError {
    /// The text is not JSON.
    #[error("the pattern is not JSON: {0}")]
    NotJson(#[from] serde_json::Error),
    /// A pattern is an object whose leaves are lists.
    #[error("`{at}` must be an object or a list of values")]
    Shape {
        /// The field.
        at: String,
    },
    /// The operator is not one that the local cloud plays.
    #[error("`{operator}` in `{at}` is no operator that the local cloud knows")]
    Operator {
        /// The field.
        at: String,
        /// The operator as written.
        operator: String,
    },
}

impl Pattern {
    /// Reads the JSON text of a Lambda filter.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        Self::from_value(&serde_json::from_str(text)?)
    }

    /// Reads the pattern of a rule.
    pub fn from_value(value: &Value) -> Result<Self, PatternError> {
        nested("the pattern", value)
    }

    /// Whether `event` passes.
    pub fn matches(&self, event: &Value) -> bool {
        self.fields.iter().all(|(name, field)| field.matches(event.get(name)))
            && (self.any_of.is_empty() || self.any_of.iter().any(|pattern| pattern.matches(event)))
    }

    /// The pattern of one top-level field, when it is nested.
    pub fn nested(&self, name: &str) -> Option<&Self> {
        match self.fields.get(name) {
            Some(Field::Nested(pattern)) => Some(pattern),
            Some(Field::OneOf(_)) | None => None,
        }
    }
}

impl Field {
    fn matches(&self, value: Option<&Value>) -> bool {
        match self {
            // An absent object can still satisfy `exists: false` further down.
            Self::Nested(pattern) => pattern.matches(value.unwrap_or(&Value::Null)),
            Self::OneOf(matchers) => matchers.iter().any(|matcher| matcher.passes(value)),
        }
    }
}

impl Matcher {
    fn passes(&self, value: Option<&Value>) -> bool {
        if let Self::Exists(wanted) = self {
            return value.is_some() == *wanted;
        }
        match value {
            None => false,
            Some(Value::Array(items)) => items.iter().any(|item| self.accepts(item)),
            Some(value) => self.accepts(value),
        }
    }

    fn accepts(&self, value: &Value) -> bool {
        match self {
            Self::Equals(wanted) => value == wanted,
            Self::EqualsIgnoringCase(wanted) => {
                value.as_str().is_some_and(|text| text.to_lowercase() == wanted.to_lowercase())
            }
            Self::Prefix(prefix) => value.as_str().is_some_and(|text| text.starts_with(prefix.as_str())),
            Self::Suffix(suffix) => value.as_str().is_some_and(|text| text.ends_with(suffix.as_str())),
            Self::Exists(wanted) => *wanted,
            Self::AnythingBut(refused) => !refused.iter().any(|matcher| matcher.accepts(value)),
            Self::Numeric(bounds) => value.as_f64().is_some_and(|number| {
                bounds.iter().all(|(comparison, bound)| match comparison {
                    Comparison::Less => number < *bound,
                    Comparison::AtMost => number <= *bound,
                    Comparison::Equal => number.total_cmp(bound).is_eq(),
                    Comparison::AtLeast => number >= *bound,
                    Comparison::More => number > *bound,
                })
            }),
        }
    }
}

fn nested(at: &str, value: &Value) -> Result<Pattern, PatternError> {
    let Value::Object(fields) = value else {
        return Err(PatternError::Shape { at: at.to_owned() });
    };
    let mut pattern = Pattern { fields: BTreeMap::new(), any_of: Vec::new() };
    for (name, value) in fields {
        match value {
            Value::Array(alternatives) if name == "$or" => {
                pattern.any_of = alternatives.iter().map(|value| nested(at, value)).collect::<Result<_, _>>()?;
            }
            Value::Array(values) => {
                let matchers = values.iter().map(|value| matcher(name, value)).collect::<Result<_, _>>()?;
                pattern.fields.insert(name.clone(), Field::OneOf(matchers));
            }
            Value::Object(_) => {
                pattern.fields.insert(name.clone(), Field::Nested(nested(name, value)?));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                return Err(PatternError::Shape { at: name.clone() });
            }
        }
    }
    Ok(pattern)
}

fn matcher(at: &str, value: &Value) -> Result<Matcher, PatternError> {
    match value {
        Value::Object(operator) => operation(at, operator),
        Value::Array(_) => Err(PatternError::Shape { at: at.to_owned() }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(Matcher::Equals(value.clone())),
    }
}

fn operation(at: &str, operator: &Map<String, Value>) -> Result<Matcher, PatternError> {
    let unknown = || PatternError::Operator {
        at: at.to_owned(),
        operator: operator.keys().cloned().collect::<Vec<_>>().join(", "),
    };
    let (Some((name, operand)), 1) = (operator.iter().next(), operator.len()) else {
        return Err(unknown());
    };
    Ok(match (name.as_str(), operand) {
        ("prefix", Value::String(text)) => Matcher::Prefix(text.clone()),
        ("suffix", Value::String(text)) => Matcher::Suffix(text.clone()),
        ("equals-ignore-case", Value::String(text)) => Matcher::EqualsIgnoringCase(text.clone()),
        ("exists", Value::Bool(wanted)) => Matcher::Exists(*wanted),
        ("anything-but", Value::Array(values)) => {
            Matcher::AnythingBut(values.iter().map(|value| matcher(at, value)).collect::<Result<_, _>>()?)
        }
        ("anything-but", value) => Matcher::AnythingBut(vec![matcher(at, value)?]),
        ("numeric", Value::Array(parts)) => {
            let bounds = parts.chunks(2).map(|pair| match pair {
                [Value::String(sign), Value::Number(bound)] => {
                    Ok((comparison(sign).ok_or_else(unknown)?, bound.as_f64().ok_or_else(unknown)?))
                }
                _ => Err(unknown()),
            });
            Matcher::Numeric(bounds.collect::<Result<_, _>>()?)
        }
        _ => return Err(unknown()),
    })
}

fn comparison(sign: &str) -> Option<Comparison> {
    Some(match sign {
        "<" => Comparison::Less,
        "<=" => Comparison::AtMost,
        "=" => Comparison::Equal,
        ">=" => Comparison::AtLeast,
        ">" => Comparison::More,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn passes(pattern: &Value, event: &Value) -> bool {
        Pattern::from_value(pattern).unwrap().matches(event)
    }

    #[test]
    fn values_fields_and_depth() {
        let event =
            json!({"source": "ruko", "detail-type": "invoice.paid.v1", "detail": {"tenant": "t1", "amount": 7}});
        assert!(passes(&json!({"source": ["ruko"], "detail-type": ["x", "invoice.paid.v1"]}), &event));
        assert!(!passes(&json!({"source": ["other"], "detail-type": ["invoice.paid.v1"]}), &event));
        assert!(passes(&json!({"detail-type": [{"prefix": "invoice."}]}), &event));
        assert!(passes(&json!({"detail-type": [{"suffix": ".v1"}]}), &event));
        assert!(passes(&json!({"detail": {"tenant": [{"exists": true}], "user": [{"exists": false}]}}), &event));
        assert!(passes(&json!({"detail": {"tenant": [{"anything-but": ["t2", "t3"]}]}}), &event));
        assert!(!passes(&json!({"detail": {"tenant": [{"anything-but": {"prefix": "t"}}]}}), &event));
        assert!(!passes(&json!({"detail": {"missing": [{"anything-but": "x"}]}}), &event));
        assert!(passes(&json!({"detail": {"amount": [{"numeric": [">", 5, "<=", 7]}]}}), &event));
        assert!(!passes(&json!({"detail": {"amount": ["7"]}}), &event));
        assert!(passes(&json!({"$or": [{"source": ["x"]}, {"detail": {"amount": [7]}}]}), &event));
        assert!(passes(&json!({"other": {"deep": [{"exists": false}]}}), &event));
    }

    #[test]
    fn a_list_in_the_event_passes_by_one_element() {
        let event = json!({"resources": ["a", "b"]});
        assert!(passes(&json!({"resources": ["b"]}), &event));
        assert!(!passes(&json!({"resources": ["c"]}), &event));
    }

    #[test]
    fn what_we_do_not_know_is_refused() {
        for bad in [
            json!({"a": "text"}),
            json!([1]),
            json!({"a": [{"cidr": "10.0.0.0/8"}]}),
            json!({"a": [{"numeric": [">"]}]}),
            json!({"a": [[1]]}),
            json!({"a": [{"prefix": "x", "suffix": "y"}]}),
        ] {
            assert!(Pattern::from_value(&bad).is_err(), "{bad}");
        }
        assert!(Pattern::parse("{").is_err());
    }
}
