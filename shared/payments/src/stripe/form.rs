//! Forms with brackets, which Stripe reads in place of JSON.

/// The fields of a request, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// With one more field; `metadata[payment_id]` is the field `payment_id` of `metadata`.
    pub(crate) fn with(mut self, name: &str, value: &(impl ToString + ?Sized)) -> Self {
        self.0.push((name.to_owned(), value.to_string()));
        self
    }

    /// With one more field where there is a value for it.
    pub(crate) fn with_some(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// As it goes over the wire, in a body or behind the `?`.
    pub(crate) fn encoded(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }

    #[cfg(test)]
    pub(crate) fn text(&self) -> String {
        self.0.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_special_is_escaped() {
        let form = Form::default().with("amount", &15_000).with("metadata[a b]", "x&y=é").with_some("left_out", None);
        assert_eq!(form.encoded(), "amount=15000&metadata%5Ba+b%5D=x%26y%3D%C3%A9");
    }
}
