//! What agents' models may ask for, done: only the tools that the agent may use, and only reading.

use ai::ToolCall;
use billing::{Invoices, InvoicesOf, Showing};
use catalogue::Products;
use cloud::Ctx;
use kernel::{CustomerId, Party, ProductId};
use runs::{AgentTerms, ToolName, ToolUse, ToolVerdict, calculate};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;
use table::{TableError, TenantScope, pages::PageRequest};

use crate::prompts::beginning;

/// How many tools are done in one turn.
pub(crate) const MOST_TOOLS: usize = 8;
/// How much of what a model wrote is kept, and of what it is told, in characters.
const MOST_TEXT: usize = 8_000;
/// How many invoices are listed.
const INVOICES: u16 = 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expression {
    expression: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct OneProduct {
    product_id: ProductId,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct OneCustomer {
    customer_id: CustomerId,
}

/// What a model asked for, with what came of it. What the agent may not use is refused; more than eight wishes at once are, too.
///
/// # Errors
/// Those of the table.
pub(crate) async fn use_tools(
    ctx: &Ctx,
    scope: TenantScope,
    terms: &AgentTerms,
    wishes: Vec<ToolCall>,
) -> Result<Vec<ToolUse>, TableError> {
    let mut used = Vec::with_capacity(wishes.len().min(2 * MOST_TOOLS));
    // What is far too much is not even recorded.
    for (place, wish) in wishes.into_iter().enumerate().take(2 * MOST_TOOLS) {
        let ToolCall { id, kind: _, function, extra_content } = wish;
        let allowed = terms.allowed(&function.name).filter(|_| place < MOST_TOOLS);
        let (verdict, result) = match allowed {
            None => (ToolVerdict::Refused, "this tool may not be used here".to_owned()),
            Some(tool) => match run_tool(ctx, scope, tool, &function.arguments).await? {
                Ok(result) => (ToolVerdict::Done, result),
                Err(why) => (ToolVerdict::Failed, why),
            },
        };
        used.push(ToolUse {
            call_id: beginning(&id, 200).to_owned(),
            tool: beginning(&function.name, 100).to_owned(),
            arguments: beginning(&function.arguments, MOST_TEXT).to_owned(),
            extra: extra_content.map(|extra| extra.to_string()).filter(|extra| extra.len() <= MOST_TEXT),
            verdict,
            result: beginning(&result, MOST_TEXT).to_owned(),
        });
    }
    Ok(used)
}

/// One tool; the inner error is for the model.
async fn run_tool(
    ctx: &Ctx,
    scope: TenantScope,
    tool: ToolName,
    arguments: &str,
) -> Result<Result<String, String>, TableError> {
    match tool {
        ToolName::Calculator => Ok(read::<Expression>(arguments)
            .and_then(|asked| calculate(&asked.expression).map_err(|error| error.to_string()))),
        ToolName::GetProduct => match read::<OneProduct>(arguments) {
            Ok(asked) => product(ctx, scope, asked.product_id).await,
            Err(why) => Ok(Err(why)),
        },
        ToolName::ListInvoices => match read::<OneCustomer>(arguments) {
            Ok(asked) => invoices(ctx, scope, asked.customer_id).await,
            Err(why) => Ok(Err(why)),
        },
    }
}

fn read<T: DeserializeOwned>(arguments: &str) -> Result<T, String> {
    // The parser's words may repeat what it read; the model knows its own.
    serde_json::from_str(arguments).map_err(|error| format!("the arguments are not as the schema says: {error}"))
}

async fn product(ctx: &Ctx, scope: TenantScope, id: ProductId) -> Result<Result<String, String>, TableError> {
    let Some(whole) = Products::new(ctx.table(), scope).get(id).await? else {
        return Ok(Err("there is no such product".to_owned()));
    };
    let variants = whole.variants.iter().map(|variant| {
        let prices: Vec<_> = variant.prices.iter().map(|price| json!(price.price)).collect();
        json!({ "sku": variant.sku, "optionValues": variant.option_values, "prices": prices })
    });
    let product = &whole.product;
    let status = json!(product.stands(ctx.now()));
    let shown = json!({
        "id": product.id, "title": product.text.title, "description": product.text.description, "status": status,
        "variants": variants.collect::<Vec<_>>()
    });
    Ok(Ok(shown.to_string()))
}

async fn invoices(ctx: &Ctx, scope: TenantScope, customer: CustomerId) -> Result<Result<String, String>, TableError> {
    let request = PageRequest::first::<INVOICES>();
    let of = InvoicesOf::Customer(Party::Customer(customer));
    let page = Invoices::new(ctx.table(), scope).list(of, Showing::Issued, &request).await?;
    // Neither names nor addresses: what a model is told leaves the house.
    let rows = page.items.iter().map(|invoice| {
        let issued = invoice.issued.as_ref();
        json!({
            "id": invoice.id, "number": issued.map(|issued| issued.number.to_string()), "status": invoice.status().as_str(),
            "total": invoice.total, "amountDue": invoice.amount_due(), "dueDate": issued.map(|issued| issued.due_date)
        })
    });
    Ok(Ok(json!(rows.collect::<Vec<_>>()).to_string()))
}
