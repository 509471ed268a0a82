import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import type { LoadPlan } from './load-plan.js';
import { ALLOWED_CALL_REFUSED, AS_EXPECTED, DENIED_CALL_PASSED, worstFirst } from './outcome.js';
import { startGenerator } from './start-generator.js';
import { summarise } from './summarise.js';

const generator = startGenerator();
t.teardown(generator.stop);

const server = createServer((request, response) => {
  response.writeHead(request.url === '/denied' ? 403 : 200).end('{"rule":"limit"}');
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
t.teardown(() => {
  server.closeAllConnections();
  server.close();
});

const planned = (path: string, expectedStatus: number): LoadPlan['requests'][number] => ({
  text: `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}`,
  expectedStatus,
});

const plan: LoadPlan = {
  host: '127.0.0.1',
  port: (server.address() as AddressInfo).port,
  requests: [planned('/allowed', 200), planned('/denied', 403)],
  pacing: { kind: 'closed', connections: 3 },
  durationMs: 5000,
  maxRequests: 40,
  answerTimeoutMs: 5000,
  intervalMs: 1000,
};

t.test('a closed loop sends as many calls as it may and knows right answers', async (t) => {
  const { outcomes, latencies } = summarise(await generator.run(plan));
  t.same([...outcomes], [[AS_EXPECTED, 40]]);
  t.equal(latencies.count(), 40);
});

t.test('an open loop sends what is due', async (t) => {
  const pacing = { kind: 'open', ratePerSecond: 200, maxConnections: 4 } as const;
  const run = summarise(await generator.run({ ...plan, pacing, durationMs: 200, maxRequests: 1000 }));
  t.same([...run.outcomes], [[AS_EXPECTED, 40]]);
  t.equal(run.lateness.count(), 40);
});

t.test('wrong answers are told apart, the worst first', async (t) => {
  const requests = [planned('/allowed', 403), planned('/denied', 200), planned('/allowed', 404)];
  const { outcomes } = summarise(await generator.run({ ...plan, requests, maxRequests: 30 }));
  t.same(worstFirst(outcomes), [
    [DENIED_CALL_PASSED, 10],
    [ALLOWED_CALL_REFUSED, 10],
    ['status 200', 10],
  ]);
});

t.test('a server that is away', async (t) => {
  const away = createServer();
  await new Promise<void>((resolve) => away.listen(0, '127.0.0.1', resolve));
  const { port } = away.address() as AddressInfo;
  await new Promise((resolve) => away.close(resolve));
  const { outcomes } = summarise(await generator.run({ ...plan, port, maxRequests: 5 }));
  t.same([...outcomes], [['connection refused', 5]]);
});

t.test('other machines are never loaded, nor this one without bounds', (t) => {
  for (const host of ['192.0.2.1', 'tools.example', '0.0.0.0', '127.0.0.1.example'])
    t.throws(() => generator.run({ ...plan, host }), RangeError, host);
  t.throws(() => generator.run({ ...plan, durationMs: 3_600_000 }), RangeError);
  t.throws(() => generator.run({ ...plan, pacing: { kind: 'closed', connections: 5000 } }), RangeError);
  t.end();
});
