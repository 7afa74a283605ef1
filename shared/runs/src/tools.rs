//! The tools that agents may be allowed. All of them only read, or reckon: doing one twice does nothing twice.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

/// A tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(description = "A tool that an agent may use; all of them only read")]
pub enum ToolName {
    /// Reckons: `(1.5 + 2) * 3`.
    Calculator,
    /// One product of the tenant's, by its id.
    GetProduct,
    /// The newest invoices of one customer of the tenant's.
    ListInvoices,
}

impl ToolName {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Calculator, Self::GetProduct, Self::ListInvoices];

    /// As models name it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Calculator => "calculator",
            Self::GetProduct => "get_product",
            Self::ListInvoices => "list_invoices",
        }
    }

    /// The tool of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tool| tool.as_str() == name)
    }

    /// What whoever lets an agent use it must be allowed over the whole tenant; nothing for what reads nothing.
    pub const fn permission(self) -> Option<&'static str> {
        match self {
            Self::Calculator => None,
            Self::GetProduct => Some("products:write"),
            Self::ListInvoices => Some("invoices:read"),
        }
    }

    /// What a model is told of it.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Calculator => "Reckons with decimal numbers, + - * / and brackets, to six decimals.",
            Self::GetProduct => "Reads one product of the shop: title, status, variants with SKU and prices.",
            Self::ListInvoices => "Lists the newest invoices of one customer: number, status, total, due date.",
        }
    }

    /// Its arguments, as a JSON Schema.
    pub fn parameters(self) -> Value {
        let of = |name: &str, description: &str| {
            json!({
                "type": "object", "additionalProperties": false, "required": [name],
                "properties": { name: { "type": "string", "description": description } }
            })
        };
        match self {
            Self::Calculator => of("expression", "such as (1.5 + 2) * 3"),
            Self::GetProduct => of("productId", "the id of the product, prd_ and 26 characters"),
            Self::ListInvoices => of("customerId", "the id of the customer, cus_ and 26 characters"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_is_stored_under_the_name_that_models_use() {
        for tool in ToolName::ALL {
            assert_eq!(json!(tool), tool.as_str());
            assert_eq!(ToolName::parse(tool.as_str()), Some(tool));
            assert_eq!(tool.parameters()["type"], "object");
        }
        assert_eq!(ToolName::parse("delete_everything"), None);
    }
}
