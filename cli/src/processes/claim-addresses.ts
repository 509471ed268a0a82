import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { listenError } from '@omnia-policy/service';
import type { ListenAddress } from '@omnia-policy/service';

/**
 * Makes sure that every address can be listened on, before anything is started. Names become IP addresses, and port 0
 * becomes a free port. All are held until all were tried, so two flags with the same port are found as well.
 *
 * @param wanted flag (for messages) → address
 * @throws ServiceError `address-in-use` or `address-unavailable`, naming address and flag
 */
export async function claimAddresses<Flag extends string>(
  wanted: Readonly<Record<Flag, ListenAddress>>,
): Promise<Readonly<Record<Flag, ListenAddress>>> {
  const servers: Server[] = [];
  const claimed: Partial<Record<Flag, ListenAddress>> = {};
  try {
    for (const flag of Object.keys(wanted) as Flag[]) {
      const server = createServer();
      claimed[flag] = await listen(server, flag, wanted[flag]);
      servers.push(server);
    }
  } finally {
    await Promise.all(servers.map(closed));
  }
  return claimed as Record<Flag, ListenAddress>;
}

function listen(server: Server, flag: string, { host, port }: ListenAddress): Promise<ListenAddress> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(listenError(flag, { host, port }, cause));
    });
    server.listen({ host, port, exclusive: true }, () => {
      const { address, port: bound } = server.address() as AddressInfo;
      resolve({ host: address, port: bound });
    });
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}
