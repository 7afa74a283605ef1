// Stripe's own client for Node against the Stripe fake: one JSON request per line on standard input, one answer per line.
"use strict";

const readline = require("node:readline");
const Stripe = require("stripe");

const [base, key] = process.argv.slice(2);
const { hostname, port } = new URL(base);
const stripe = new Stripe(key, { host: hostname, port, protocol: "http", maxNetworkRetries: 0 });

const jobs = {
  // What Stripe's library signs, which our own signatures are held to.
  sign: async ({ payload, secret, timestamp }) =>
    stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp }),
  verify: async ({ payload, header, secret }) => stripe.webhooks.constructEvent(payload, header, secret).type,
  charge: async ({ params, idempotencyKey }) => {
    const made = await stripe.paymentIntents.create(params, { idempotencyKey });
    return { id: made.id, status: made.status, amount: made.amount, metadata: made.metadata };
  },
  refund: async ({ params }) => (await stripe.refunds.create(params)).status,
};

readline.createInterface({ input: process.stdin }).on("line", async (line) => {
  const { job, ...given } = JSON.parse(line);
  let answer;
  try {
    answer = { ok: await jobs[job](given) };
  } catch (error) {
    answer = { error: error.type || error.name, code: error.code, declineCode: error.decline_code, said: error.message };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
});
