/** What is tried again, and what is not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Ruko, RukoError } from "../src/index.js";

/** A client whose server answers with these, one after the other; a string is a lost connection. */
function scripted(...answers: (Response | string)[]) {
  const seen: Request[] = [];
  const fetch = async (request: Request) => {
    seen.push(request);
    const answer = answers.shift();
    if (answer === undefined || typeof answer === "string") throw new TypeError(answer ?? "no more answers");
    return answer;
  };
  return { ruko: new Ruko({ baseUrl: "http://ruko.test", token: "t", fetch }), fetch, seen };
}

const ok = () => Response.json({ success: true, data: {} });
const problem = (status: number, headers: Record<string, string> = {}) =>
  Response.json({ code: "RATE_LIMITED", detail: "slow down", requestId: "req_1" }, { status, headers });
const key = (request: Request | undefined) => request?.headers.get("idempotency-key");

test("429 and 503 are tried again with the same key after Retry-After", async () => {
  const { ruko, seen } = scripted(problem(429, { "retry-after": "0" }), problem(503, { "retry-after": "0" }), ok());
  await ruko.post("/api/v1/customers", { body: { name: "Budi" } });
  assert.equal(seen.length, 3);
  assert.ok(key(seen[0]));
  assert.equal(key(seen[0]), key(seen[2]));
  assert.equal(await seen[2]?.text(), '{"name":"Budi"}');
});

test("a first call that is still at work is waited for, and a refusal has the key to go on with", async () => {
  const busy = () => problem(409, { "retry-after": "0" });
  const { ruko, seen } = scripted("connection reset", busy(), ok());
  await ruko.post("/api/v1/customers", { body: { name: "Budi" } });
  assert.equal(seen.length, 3);
  const given = scripted(busy(), busy(), busy());
  const refused = await given.ruko.post("/api/v1/customers", { body: { name: "Budi" } }).catch((error: unknown) => error);
  assert.ok(refused instanceof RukoError);
  assert.equal(refused.idempotencyKey, key(given.seen[0]));
  const conflict = scripted(problem(409));
  await assert.rejects(conflict.ruko.post("/api/v1/customers", { body: { name: "Budi" } }), RukoError);
  assert.equal(conflict.seen.length, 1);
});

test("a login is not sent twice, also behind a prefix", async () => {
  for (const baseUrl of ["http://ruko.test", "http://shop.test/billing"]) {
    const { fetch, seen } = scripted("connection reset", ok());
    const ruko = new Ruko({ baseUrl, token: "t", fetch });
    await assert.rejects(ruko.post("/api/v1/auth/login", { body: { email: "a@b.example", password: "p" } }));
    assert.equal(seen.length, 1, baseUrl);
  }
});

test("it gives up after the tries it has, and says why", async () => {
  const answers = [1, 2, 3].map(() => problem(429, { "retry-after": "0" }));
  const { ruko, seen } = scripted(...answers);
  const refused = await ruko.get("/api/v1/plans").catch((error: unknown) => error);
  assert.ok(refused instanceof RukoError);
  assert.deepEqual([seen.length, refused.code, refused.requestId], [3, "RATE_LIMITED", "req_1"]);
});

test("a wait that is too long is the caller's to decide", async () => {
  const { ruko, seen } = scripted(problem(429, { "retry-after": "3600" }));
  const refused = await ruko.get("/api/v1/plans").catch((error: unknown) => error);
  assert.ok(refused instanceof RukoError);
  assert.deepEqual([seen.length, refused.retryAfter], [1, 3600]);
});

test("a lost connection is tried again where twice is as good as once", async () => {
  const { ruko, seen } = scripted("connection reset", ok());
  await ruko.post("/api/v1/customers", { body: { name: "Budi" } });
  assert.equal(seen.length, 2);
  const login = scripted("connection reset", ok());
  await assert.rejects(login.ruko.post("/api/v1/auth/login", { body: { email: "a@b.example", password: "x" } }), TypeError);
  assert.equal(login.seen.length, 1);
});

test("an answer of somebody else's is an error too", async () => {
  const { ruko } = scripted(new Response("<html>", { status: 403, statusText: "Forbidden" }));
  const refused = await ruko.get("/api/v1/plans").catch((error: unknown) => error);
  assert.ok(refused instanceof RukoError);
  assert.deepEqual([refused.status, refused.code], [403, "UNREADABLE"]);
});

test("a call can be broken off while it waits", async () => {
  const { ruko } = scripted(problem(429, { "retry-after": "20" }), ok());
  const signal = AbortSignal.timeout(20);
  await assert.rejects(ruko.get("/api/v1/plans", { signal }), { name: "TimeoutError" });
});
