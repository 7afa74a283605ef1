// @copilotkit/aimock, a mock of language models that others wrote, for our adapters: it says its address when it is ready.
"use strict";

const { LLMock } = require("@copilotkit/aimock");

const mock = new LLMock({ port: Number(process.argv[2]), host: "127.0.0.1" });
const weather = { toolCalls: [{ name: "get_weather", arguments: '{"city":"Jakarta"}' }] };
// The answer of a tool comes with the words before it.
mock.addFixture({ match: { userMessage: "weather", hasToolResult: true }, response: { content: "31 degrees" } });
mock.onMessage("weather", weather);
mock.onMessage("halo", { content: "Halo juga, dunia!" });
mock.onMessage("busy", { error: { message: "slow down", type: "rate_limit_error" }, status: 429 });
mock.onMessage("cut", { content: "one two three four five six seven eight nine ten" }, { chunkSize: 4, truncateAfterChunks: 5, latency: 20 });
mock.onEmbedding("halo", { embedding: [0.5, -0.25] });
mock.start().then(() => process.stdout.write("ready\n"));
