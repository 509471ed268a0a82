import { listenError, type ListenAddress } from '@omnia-policy/service';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/**
 * Chooses the port once for all workers and their replacements, where the configuration leaves it to the system.
 *
 * @throws ServiceError when the address can't be had
 */
export async function settlePort(address: ListenAddress, flag: string): Promise<number> {
  if (address.port !== 0) return address.port;
  const server = createServer();
  try {
    server.listen({ host: address.host, port: 0 });
    await once(server, 'listening');
  } catch (error) {
    throw listenError(flag, address, error);
  }
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
