// Midtrans' own client for Node against the Midtrans fake: one JSON request per line on standard input, one answer per line.
"use strict";

const readline = require("node:readline");
const config = require("midtrans-client/lib/apiConfig");
const midtrans = require("midtrans-client");

const [base, key] = process.argv.slice(2);
config.CORE_SANDBOX_BASE_URL = base;
config.SNAP_SANDBOX_BASE_URL = `${base}/snap/v1`;
const options = { isProduction: false, serverKey: key, clientKey: "SB-Mid-client-peers" };
const core = new midtrans.CoreApi(options);
const snap = new midtrans.Snap(options);

const jobs = {
  page: ({ given }) => snap.createTransaction(given),
  charge: ({ given }) => core.charge(given),
  status: ({ id }) => core.transaction.status(id),
  capture: ({ given }) => core.capture(given),
  approve: ({ id }) => core.transaction.approve(id),
  cancel: ({ id }) => core.transaction.cancel(id),
  refund: ({ id, given }) => core.transaction.refund(id, given),
  // Reads a notification and asks whether it is so.
  hear: ({ given }) => core.transaction.notification(given),
};

readline.createInterface({ input: process.stdin }).on("line", async (line) => {
  const { job, ...rest } = JSON.parse(line);
  let answer;
  try {
    answer = { ok: await jobs[job](rest) };
  } catch (error) {
    answer = { error: error.name, status: Number(error.httpStatusCode), said: error.ApiResponse };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
});
