// OpenAI's own client for Node against our gateway: one JSON request per line on standard input, one answer per line.
"use strict";

const readline = require("node:readline");
const OpenAI = require("openai");

const [base, key] = process.argv.slice(2);
const client = new OpenAI({ baseURL: `${base}/api/v1/ai`, apiKey: key, maxRetries: 0 });

const jobs = {
  chat: async (body) => {
    const { data, response } = await client.chat.completions.create(body).withResponse();
    return { said: data.choices[0].message.content, cost: response.headers.get("x-cost") };
  },
  stream: async (body) => {
    let said = "";
    let usage = null;
    for await (const chunk of await client.chat.completions.create({ ...body, stream: true })) {
      said += chunk.choices[0]?.delta?.content ?? "";
      usage = chunk.usage ?? usage;
    }
    return { said, tokens: usage?.total_tokens ?? null };
  },
  embed: async (body) => (await client.embeddings.create(body)).data[0].embedding.length,
  models: async () => (await client.models.list()).data.map((model) => model.id),
};

readline.createInterface({ input: process.stdin }).on("line", async (line) => {
  const { job, key: other, ...given } = JSON.parse(line);
  if (other) client.apiKey = other;
  let answer;
  try {
    answer = { ok: await jobs[job](given) };
  } catch (error) {
    answer = { error: error.constructor.name, status: error.status ?? null, code: error.code ?? null, type: error.type ?? null };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
});
