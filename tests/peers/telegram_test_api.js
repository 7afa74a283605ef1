// A Telegram that others wrote, on the port that it is told; it ends with the standard input.
const TelegramServer = require("telegram-test-api");

const server = new TelegramServer({ port: Number(process.argv[2]), host: "127.0.0.1" });
server.start().then(() => console.log("ready"));
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
