import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { startDemoTools } from './demo-tools.js';

const tools = await startDemoTools({ host: '127.0.0.1', port: 0 });
t.teardown(tools.close);

/** Sends bytes as they are, since HTTP clients tidy up headers. */
async function send(request: string): Promise<{ readonly status: string; readonly value: unknown }> {
  const socket = connect(tools.address);
  socket.end(request.replaceAll('\n', '\r\n'));
  const answer = await text(socket);
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  return { status: head.slice(9, 12), value: JSON.parse(body) as unknown };
}

t.test('a call is answered with what was received', async (t) => {
  const { status, value } = await send(
    'POST /v1/refund?x=1 HTTP/1.1\nHost: tools\nX-One: a\nX-TWO: b\nx-two: c\nConnection: close\nContent-Length: 7\n\n{"a":1}',
  );
  t.equal(status, '200');
  t.strictSame(value, {
    method: 'POST',
    path: '/v1/refund?x=1',
    headers: { host: 'tools', 'x-one': 'a', 'x-two': ['b', 'c'], connection: 'close', 'content-length': '7' },
    body: { a: 1 },
  });
});

const bodies: readonly [string, unknown][] = [
  ['', null],
  ['plain text', 'plain text'],
  ['{"a":', '{"a":'],
  ['"text"', 'text'],
  ['null', null],
  ['[1,{"__proto__":2}]', JSON.parse('[1,{"__proto__":2}]')],
  ['['.repeat(100_000) + ']'.repeat(100_000), '['.repeat(100_000) + ']'.repeat(100_000)],
];

for (const [body, seen] of bodies) {
  t.test(`the body ${body.slice(0, 20)} is shown as ${JSON.stringify(seen).slice(0, 20)}`, async (t) => {
    const url = `http://127.0.0.1:${tools.address.port}/`;
    const answer = await fetch(url, { method: 'PUT', ...(body === '' ? {} : { body }) });
    t.strictSame(((await answer.json()) as { body: unknown }).body, seen);
  });
}

t.test('as many headers are taken as Envoy passes on', async (t) => {
  const value = 'x'.repeat(60 * 1024);
  const { status, value: seen } = await send(
    `GET / HTTP/1.1\nHost: tools\nX-Long: ${value}\nConnection: close\n\n`,
  );
  t.equal(status, '200');
  t.match(seen, { headers: { 'x-long': value } });
});

t.test('a body of 8 MiB is shown, a larger one is refused', async (t) => {
  const url = `http://127.0.0.1:${tools.address.port}/`;
  const limit = 8 * 1024 * 1024;
  t.equal((await fetch(url, { method: 'POST', body: 'x'.repeat(limit) })).status, 200);
  t.equal((await fetch(url, { method: 'POST', body: 'x'.repeat(limit + 1) })).status, 413);
});
