import { once } from 'node:events';
import { request as http1Request } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { startStack } from '../stack.js';
import { toolCall } from '../tool-call.js';

const POLICY = `
apiVersion: omnia.altairalabs.ai/v1alpha1
kind: ToolPolicy
metadata: { name: limits, namespace: production }
spec:
  selector: { registry: customer-tools, tools: [process_refund] }
  rules:
    - name: max-amount
      deny: { cel: 'has(body.amount) && double(body.amount) > 500.0', message: Too much }
`;
const LIMIT_BYTES = 65_536;

const { headers } = toolCall({ contentType: 'application/x-www-form-urlencoded' });

/** A body in two parts: Envoy has handed on or judged the first before the second is sent. */
interface SplitBody {
  readonly first: string;
  readonly second: string;
  /** Undefined: the length is not declared. */
  readonly contentLength?: number | undefined;
}
type Send = (url: string, body: SplitBody) => Promise<Reply>;

interface Reply {
  /** 0 when Envoy broke the call off. */
  readonly status: number;
  /** What the tool received, if it was asked. */
  readonly text: string;
}

/** A form whose first part has this many bytes. */
function form(bytes: number): string {
  return 'amount=1&pad='.padEnd(bytes, 'x');
}

/** Only so that the mistake would show: the answer must be the same without it. */
const pauseMs = 300;

const overHttp1: Send = (url, { first, second, contentLength }) =>
  new Promise((resolve, reject) => {
    const framing =
      contentLength === undefined
        ? ['transfer-encoding', 'chunked']
        : ['content-length', String(contentLength)];
    const outgoing = http1Request(url, {
      method: 'POST',
      agent: false,
      headers: ['host', 'tools.test', ...framing, ...headers.flat()],
    });
    outgoing.on('error', reject).on('response', (incoming) => {
      text(incoming).then((received) => {
        resolve({ status: incoming.statusCode ?? 0, text: received });
      }, reject);
    });
    outgoing.write(first);
    void delay(pauseMs).then(() => outgoing.end(second));
  });

const overHttp2: Send = async (url, { first, second, contentLength }) => {
  const session = connectHttp2(url);
  const stream = session.request({
    ':method': 'POST',
    ':path': '/v1/refund',
    ...(contentLength !== undefined && { 'content-length': contentLength }),
    ...Object.fromEntries(headers),
  });
  // An answer can come before the end of the request, which Envoy then does not want to see.
  const closed = once(stream, 'close').catch(() => undefined);
  const reply = { status: 0, text: '' };
  stream.on('response', (received) => (reply.status = received[':status'] ?? 0));
  stream.on('data', (part: Buffer) => (reply.text += part.toString()));
  stream.write(first);
  await delay(pauseMs);
  if (stream.writable) stream.end(second);
  await closed;
  session.destroy();
  return reply;
};

t.test('what comes after the bytes that Envoy holds can not slip past the policies', async (t) => {
  const stack = await startStack({ policies: { 'limits.yaml': POLICY } });
  t.teardown(() => stack.stop());
  for (const [protocol, sendBody] of [
    ['HTTP/1', overHttp1],
    ['HTTP/2', overHttp2],
  ] as const) {
    for (const bytes of [LIMIT_BYTES - 1, LIMIT_BYTES, LIMIT_BYTES + 1]) {
      const split = { first: form(bytes), second: '&amount=600' };
      t.equal((await sendBody(stack.url, split)).status, 403, `${protocol}, more after ${bytes} bytes`);
    }
    for (const [bytes, status] of [
      [LIMIT_BYTES - 1, 200],
      [LIMIT_BYTES, 200],
      [LIMIT_BYTES + 1, 403],
    ] as const) {
      const whole = { first: form(bytes), second: '', contentLength: bytes };
      t.equal((await sendBody(stack.url, whole)).status, status, `${protocol}, ${bytes} bytes as declared`);
    }
  }
  for (const [first, second] of [
    [form(LIMIT_BYTES), '&amount=600'],
    [`${form(LIMIT_BYTES)}&amount=600`, ''],
  ] as const) {
    const reply = await overHttp2(stack.url, { first, second, contentLength: LIMIT_BYTES });
    t.notMatch(reply.text, 'amount=600', `HTTP/2, more than declared, after ${first.length} bytes`);
  }
});
