import { formatListenAddress } from '@omnia-policy/service';
import type { ListenAddress } from '@omnia-policy/service';

export const REQUEST_TIMEOUT_MS = 2000;

/** Asks a part of the run over HTTP. Rejects when it can't be reached or does not answer in time. */
export async function httpGet(
  address: ListenAddress,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly text: string }> {
  const where = `http://${formatListenAddress(reachable(address))}`;
  const response = await fetch(where + path, { headers, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
  return { status: response.status, text: await response.text() };
}

/** Where something that listens on every interface is reached from here. */
export function reachable({ host, port }: ListenAddress): ListenAddress {
  if (host === '0.0.0.0') return { host: '127.0.0.1', port };
  return host === '::' ? { host: '::1', port } : { host, port };
}
