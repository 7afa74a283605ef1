// The library of Standard Webhooks for Node as the judge of what we sign: one JSON request per line on standard input, one
// answer per line.
"use strict";

const readline = require("node:readline");
const { Webhook } = require("standardwebhooks");

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const { payload, headers, secret } = JSON.parse(line);
  let answer;
  try {
    answer = { ok: new Webhook(secret).verify(payload, headers) };
  } catch (error) {
    answer = { error: error.message };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
});
