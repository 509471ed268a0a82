import { createServer, type Server } from 'node:net';

/** Below the range from which systems take ports for outgoing connections: those come and go under a running test. */
const FIRST_PORT = 20_000;
const PROCESSES = 120;
/** Enough for a bench with every chain at once. */
const PORTS_OF_A_PROCESS = 100;
let handedOut = 0;

/** Ports that were free a moment ago, all different, and different from those of most processes beside this one. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let tries = 0; ports.length < count; tries++) {
    if (tries === PORTS_OF_A_PROCESS) throw new Error(`no ${count} free ports among ${tries}`);
    const port =
      FIRST_PORT + (process.pid % PROCESSES) * PORTS_OF_A_PROCESS + (handedOut++ % PORTS_OF_A_PROCESS);
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a TCP port');
  return address.port;
}
