import { formatListenAddress, type ListenAddress } from './configuration/listen-address.js';
import { errorText, ServiceError } from './errors.js';

/** Node says the one, other programs what the system calls it. */
const BUSY = /EADDRINUSE|address already in use/i;

/** Turns what a server said when it could not listen into an error that names address, port and flag. */
export function listenError(flag: string, address: ListenAddress, cause: unknown): ServiceError {
  const where = formatListenAddress(address);
  if (BUSY.test(errorText(cause))) {
    return new ServiceError(
      'address-in-use',
      `port ${address.port} is busy: another process listens on ${where}. Stop it, or choose another address with ${flag}.`,
      { cause },
    );
  }
  return new ServiceError(
    'address-unavailable',
    `can not listen on ${where} (${errorText(cause)}). Choose an address of this machine with ${flag}.`,
    { cause },
  );
}
