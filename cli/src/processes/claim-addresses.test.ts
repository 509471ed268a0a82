import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { ServiceError } from '@omnia-policy/service';
import t from 'tap';
import { claimAddresses } from './claim-addresses.js';

const anyPort = { host: '127.0.0.1', port: 0 };

async function refusal(wanted: Parameters<typeof claimAddresses>[0]): Promise<ServiceError> {
  const error: unknown = await claimAddresses(wanted).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ServiceError) return error;
  throw new Error(`expected a refusal, got ${String(error)}`);
}

t.test('a busy port is named together with the flag that chooses it', async (t) => {
  const busy = createServer();
  await new Promise<void>((resolve) => busy.listen(anyPort, resolve));
  t.teardown(() => busy.close());
  const { port } = busy.address() as AddressInfo;
  const error = await refusal({ '--listen': anyPort, '--ops': { host: '127.0.0.1', port } });
  t.equal(error.code, 'address-in-use');
  t.match(error.message, `port ${port} is busy`);
  t.match(error.message, '--ops');
  t.notMatch(error.message, '--listen');
});

t.test('two flags with one port are found before anything starts, and both are named', async (t) => {
  const { free } = await claimAddresses({ free: anyPort });
  for (const host of ['127.0.0.1', '0.0.0.0']) {
    const error = await refusal({ '--listen': free, '--ops': { ...free, host } });
    t.equal(error.code, 'address-in-use');
    t.match(error.message, `--listen and --ops both ask for port ${free.port}`);
    t.notMatch(error.message, 'another process');
  }
});

t.test('an address of another machine is refused as such', async (t) => {
  const error = await refusal({ '--listen': { host: '192.0.2.77', port: 0 } });
  t.equal(error.code, 'address-unavailable');
  t.match(error.message, '--listen');
});

t.test('names become IP addresses, port 0 becomes a free port, and nothing is held afterwards', async (t) => {
  const claimed = await claimAddresses({ a: anyPort, b: { host: 'localhost', port: 0 } });
  t.match(claimed.b.host, /^(127\.0\.0\.1|::1)$/);
  t.ok(claimed.a.port > 0 && claimed.b.port > 0);
  t.strictSame(await claimAddresses(claimed), claimed);
});
