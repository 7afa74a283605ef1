// rate-limiter-flexible with its DynamoDB store, against the store whose URL is the first argument: decisions one after the
// other, then the calls that 64 callers at once get through. One line of JSON.
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { RateLimiterDynamo } from 'rate-limiter-flexible';

const [endpoint, table, times, callers, calls, limit] = process.argv.slice(2);
const client = new DynamoDB({
  endpoint,
  region: 'ap-southeast-3',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});
let writes = 0;
client.middlewareStack.add((next) => (call) => { writes += 1; return next(call); }, { step: 'initialize' });

const limiter = (points, keyPrefix) => new Promise((resolve, reject) => {
  const made = new RateLimiterDynamo(
    { storeClient: client, tableName: table, points, duration: 60, keyPrefix },
    (error) => (error ? reject(error) : resolve(made)),
  );
});

const one = await limiter(1e9, 'rate');
for (let n = 0; n < 200; n += 1) await one.consume('warm');
writes = 0;
const begun = process.hrtime.bigint();
for (let n = 0; n < Number(times); n += 1) await one.consume('caller');
const micros = Number((process.hrtime.bigint() - begun) / 1000n);
const perDecision = writes / Number(times);

const exact = await limiter(Number(limit), 'exact');
let passed = 0;
await Promise.all(Array.from({ length: Number(callers) }, async () => {
  for (let n = 0; n < Number(calls); n += 1) {
    try { await exact.consume('caller'); passed += 1; } catch (refused) { if (refused instanceof Error) throw refused; }
  }
}));
console.log(JSON.stringify({ micros, perDecision, passed }));
