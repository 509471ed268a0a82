import { createServer } from 'node:net';
import t from 'tap';
import { freePorts } from './free-ports.js';

/** The lowest port that a system with default settings takes for an outgoing connection (Linux; others begin higher). */
const FIRST_OUTGOING_PORT = 32_768;

t.test('as many as a bench of every chain at once needs: different, and below outgoing ports', async (t) => {
  const ports = await freePorts(80);
  t.equal(new Set(ports).size, 80);
  t.ok(ports.every((port) => port > 1024 && port < FIRST_OUTGOING_PORT));
});

t.test('a port that somebody listens on is not handed out', async (t) => {
  const [taken = 0] = await freePorts(1);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(taken, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  t.notOk((await freePorts(80)).includes(taken));
});
