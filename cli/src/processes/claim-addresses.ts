import { lookup } from 'node:dns/promises';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { listenError, ServiceError } from '@omnia-policy/service';
import type { ListenAddress } from '@omnia-policy/service';

/**
 * Makes sure that every address can be listened on, before anything is started. Names become IP addresses, and port 0
 * becomes a free port. All are held until all were tried, so two flags never get the same free port.
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
      await refuseSame(flag, wanted[flag], claimed);
      const server = createServer();
      claimed[flag] = await listen(server, flag, wanted[flag]);
      servers.push(server);
    }
  } finally {
    await Promise.all(servers.map(closed));
  }
  return claimed as Record<Flag, ListenAddress>;
}

/** The system would only say that the port is busy, as if another process had it. */
async function refuseSame(
  flag: string,
  { host, port }: ListenAddress,
  claimed: Readonly<Record<string, ListenAddress | undefined>>,
): Promise<void> {
  // A name that can not be looked up is refused when it is listened on.
  const { address } = await lookup(host).catch(() => ({ address: host }));
  for (const [other, held] of Object.entries(claimed)) {
    if (held?.port !== port || !(held.host === address || isAnyHost(held.host) || isAnyHost(address)))
      continue;
    throw new ServiceError(
      'address-in-use',
      `${other} and ${flag} both ask for port ${port}. Choose another address with one of them.`,
    );
  }
}

function isAnyHost(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
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
