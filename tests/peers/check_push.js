// web-push for Node against the push fake: one JSON request per line on standard input, one answer per line.
"use strict";

const readline = require("node:readline");
const webPush = require("web-push");

const [base] = process.argv.slice(2);
const keys = webPush.generateVAPIDKeys();

const jobs = {
  // It calls over TLS alone, so that what it would send is sent from here. Its signature is for the fake's own time.
  send: async ({ subscription, payload, now }) => {
    const vapidDetails = { subject: "https://peers.example", ...keys };
    const details = webPush.generateRequestDetails(subscription, payload, { vapidDetails: null, TTL: 60 });
    const { origin } = new URL(base);
    const signed = webPush.getVapidHeaders(origin, vapidDetails.subject, keys.publicKey, keys.privateKey, "aes128gcm", now + 3600);
    const headers = { ...details.headers, ...signed };
    delete headers["Content-Length"];
    const answer = await fetch(details.endpoint, { method: "POST", headers, body: details.body });
    return answer.status;
  },
};

readline.createInterface({ input: process.stdin }).on("line", async (line) => {
  const { job, ...given } = JSON.parse(line);
  let answer;
  try {
    answer = { ok: await jobs[job](given) };
  } catch (error) {
    answer = { error: error.name, said: error.message };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
});
