use catalogue::{NewProduct, NewVariant, ProductText, Products, WholeProduct};
use kernel::{Currency, Money, ProductId, VariantId};
use runs::{AiRuns, RunStepFault, StepState, ToolVerdict};
use serde_json::{Value, json};
use table::{TenantScope, Transaction};

use super::world::{Does, Models, World, agent, median};

const DONE: ToolVerdict = ToolVerdict::Done;
const FAILED: ToolVerdict = ToolVerdict::Failed;

async fn product(world: &World, scope: TenantScope) -> ProductId {
    let ctx = world.stack.ctx();
    let id = ProductId::new(ctx.new_ulid());
    let text = ProductText {
        title: "Batik shirt".to_owned().try_into().unwrap(),
        description: None,
        options: Vec::new(),
        category_ids: Vec::new(),
        attributes: Vec::new(),
        images: Vec::new(),
    };
    let variant = NewVariant {
        id: VariantId::new(ctx.new_ulid()),
        sku: "TEE".to_owned().try_into().unwrap(),
        option_values: Vec::new(),
        barcode: None,
        weight_grams: None,
        dimensions: None,
        prices: vec![Money::new(120_000, Currency::IDR)],
        price_lists: Vec::new(),
    };
    let new = NewProduct { id, text, slug: "batik-shirt".to_owned().try_into().unwrap() };
    let draft = WholeProduct::new(new, vec![variant], ctx.now()).unwrap();
    let mut transaction = Transaction::new();
    Products::new(ctx.table(), scope).insert(&mut transaction, &draft).unwrap();
    ctx.table().transact(transaction).await.unwrap();
    id
}

#[tokio::test]
async fn an_agent_uses_its_tools_and_is_told_what_came_of_them() {
    let world = World::open().await;
    let (own, theirs) = (product(&world, world.scope()).await, product(&world, world.other.scope).await);
    let id = world.begin(vec![agent("scout")], median()).await;
    let wishes = vec![
        ("calculator", json!({ "expression": "(1 + 2) * 3" })),
        ("get_product", json!({ "productId": own })),
        ("get_product", json!({ "productId": theirs })),
        ("list_invoices", json!({ "customerId": "cus_01JD2Z3M4N5P6Q7R8S9T0V1W2X" })),
        ("calculator", json!({ "expression": "1", "shell": "rm" })),
        ("delete_everything", json!({})),
    ];
    let models = Models::new().let_do("scout", &[Does::Wants(wishes), Does::Says("{\"probability\": 0.8}")]);
    let granted = world.stack.granted("ai-orchestrator-worker");
    world.advance_by(&granted, &models, id).await.unwrap();
    let known = world.known(id).await;
    let step = &known.steps[0];
    assert_eq!((step.state, step.turns, step.cost_nano_usd), (StepState::Answered, 2, 200), "{step:?}");
    let turns = AiRuns::new(world.stack.ctx().table(), world.scope()).turns(id, &step.step).await.unwrap();
    let verdicts: Vec<ToolVerdict> = turns[0].tools.iter().map(|used| used.verdict).collect();
    assert_eq!((turns.len(), verdicts), (1, vec![DONE, DONE, FAILED, DONE, FAILED, ToolVerdict::Refused]));
    let results: Vec<&str> = turns[0].tools.iter().map(|used| used.result.as_str()).collect();
    assert_eq!((results[0], results[2], results[3]), ("9", "there is no such product", "[]"));
    let shown: Value = serde_json::from_str(results[1]).unwrap();
    assert_eq!(shown["variants"][0]["prices"][0], json!({ "amount": 120_000, "currency": "IDR" }));
    let heard = models.heard("scout");
    for part in ["Be brief.", "Look.", "delete_everything", "this tool may not be used here", "call_5", "get_product"] {
        assert!(heard.contains(part), "{part}: {heard}");
    }
    assert!(!world.stack.everything().await.contains("Batik shirt\\\","), "what tools read is sealed");
}

#[tokio::test]
async fn a_tool_that_is_not_allowed_is_refused_and_recorded() {
    let terms: runs::AgentTerms = serde_json::from_value(json!({
        "name": "Scout", "model": "scout", "instructions": "Be brief.", "tools": ["calculator"], "maxSteps": 3,
        "maxCostNanoUsd": 1, "maxTokens": 1
    }))
    .unwrap();
    let world = World::open().await;
    let own = product(&world, world.scope()).await;
    let wish = |name: &str, arguments: Value| ai::ToolCall {
        id: "c".to_owned(),
        kind: "function".to_owned(),
        function: ai::CalledFunction { name: name.to_owned(), arguments: arguments.to_string() },
        extra_content: None,
    };
    let mut wishes = vec![wish("get_product", json!({ "productId": own }))];
    wishes.extend((0..40).map(|_| wish("calculator", json!({ "expression": "1" }))));
    let used = crate::tool_box::use_tools(world.stack.ctx(), world.scope(), &terms, wishes).await.unwrap();
    assert_eq!((used[0].verdict, used[1].verdict), (ToolVerdict::Refused, ToolVerdict::Done));
    let done = used.iter().filter(|one| one.verdict == ToolVerdict::Done).count();
    assert_eq!((used.len(), done), (16, 7), "eight a turn, the refused one among them");
}

#[tokio::test]
async fn an_agent_ends_at_its_bounds() {
    let wants = || Does::Wants(vec![("calculator", json!({ "expression": "1 + 1" }))]);
    let world = World::open().await;
    let id = world.begin(vec![agent("scout")], Value::Null).await;
    let models = Models::new().let_do("scout", &[wants()]);
    world.advance(&models, id).await;
    let step = world.known(id).await.steps.remove(0);
    assert_eq!((step.fault, step.turns, step.cost_nano_usd), (Some(RunStepFault::AgentSteps), 3, 300));
    assert_eq!(models.asked().len(), 3);

    // What the next call may cost is more than what is left of the thousand.
    let id = world.begin(vec![agent("scout")], Value::Null).await;
    let dear = Models { most: 850, ..Models::new().let_do("scout", &[wants()]) };
    world.advance(&dear, id).await;
    let step = world.known(id).await.steps.remove(0);
    assert_eq!((step.fault, step.turns, dear.asked().len()), (Some(RunStepFault::AgentCost), 2, 2));
}
