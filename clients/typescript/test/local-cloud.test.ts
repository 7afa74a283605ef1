/** The client against a local cloud, whose address is RUKO_URL. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { Ruko, RukoError, type Schema } from "../src/index.js";

const baseUrl = process.env["RUKO_URL"] ?? "http://127.0.0.1:3000";
const password = "tiga ekor kucing hitam";
const run = Date.now().toString(36);
let ruko: Ruko;

async function local(path: string): Promise<void> {
  const response = await fetch(`${baseUrl}/_local${path}`, { method: "POST" });
  assert.ok(response.ok, await response.text());
}

before(async () => {
  const visitor = new Ruko({ baseUrl });
  const owner = { email: `ana@${run}.example`, password, firstName: "Ana" };
  const { data: made } = await visitor.post("/api/v1/tenants", { body: { name: `Kopi ${run}`, owner } });
  const known = new Ruko({ baseUrl, tenant: made.tenant.slug });
  const { data: session } = await known.post("/api/v1/auth/login", { body: { email: owner.email, password } });
  ruko = new Ruko({ baseUrl, token: () => session.accessToken });
});

test("a customer subscribes and pays", async () => {
  const { data: customer } = await ruko.post("/api/v1/customers", { body: { name: "Budi Santoso", email: "budi@maju.example" } });
  await ruko.post("/api/v1/subscriptions", { body: { customerId: customer.id, planKey: "PREMIUM", currency: "IDR" } });
  await local("/drain");
  const invoices: Schema<"InvoiceView">[] = [];
  for await (const invoice of ruko.list("/api/v1/invoices", { params: { query: { customerId: customer.id, limit: 1 } } })) {
    invoices.push(invoice);
  }
  const [invoice] = invoices;
  assert.ok(invoice);
  assert.deepEqual([invoices.length, invoice.total.amount, invoice.total.currency], [1, 449_000, "IDR"]);

  const { data: payment } = await ruko.post("/api/v1/payments", { body: { invoiceId: invoice.id, method: "bca_va" } });
  const action = payment.nextAction;
  assert.ok(action?.type === "virtual_account");
  assert.match(action.vaNumber, /^\d+$/);
  await local(`/providers/midtrans/${payment.id}/settle`);
  await local("/drain");
  const { data: paid } = await ruko.get("/api/v1/invoices/{id}", { params: { path: { id: invoice.id } } });
  assert.equal(paid.status, "paid");
  const pdf = await ruko.download("/api/v1/invoices/{id}/pdf", { params: { path: { id: invoice.id } } });
  assert.equal(new TextDecoder().decode(pdf.slice(0, 5)), "%PDF-");
});

test("a list is read to its end, page by page", async () => {
  for (let number = 0; number < 3; number += 1) {
    await ruko.post("/api/v1/customers", { body: { name: `Customer ${number}`, externalId: `page:${number}` } });
  }
  const names = new Set<string>();
  for await (const customer of ruko.list("/api/v1/customers", { params: { query: { limit: 1 } } })) {
    names.add(customer.name ?? "");
  }
  for (const name of ["Customer 0", "Customer 1", "Customer 2"]) assert.ok(names.has(name), name);
});

test("the same key makes one customer", async () => {
  const init = { params: { header: { "Idempotency-Key": `once-${run}` } }, body: { name: "Only once" } };
  const { data: first } = await ruko.post("/api/v1/customers", init);
  const { data: second } = await ruko.post("/api/v1/customers", init);
  assert.equal(first.id, second.id);
});

test("a refusal has its code, the values at fault and the request's id", async () => {
  const refused = await ruko.post("/api/v1/customers", { body: { name: "", email: "no" } }).catch((error: unknown) => error);
  assert.ok(refused instanceof RukoError);
  assert.deepEqual([refused.status, refused.code], [422, "VALIDATION_FAILED"]);
  assert.match(refused.requestId ?? "", /^req_/);
  assert.ok(refused.errors.every((error) => error.pointer.startsWith("/")));
});
