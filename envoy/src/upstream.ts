import type { Address } from './address.js';

/** The tool service as Envoy reaches it. */
export interface Upstream extends Address {
  readonly protocol: 'http1' | 'http2';
  /** Present for https. The file holds the CA certificates (PEM) that may have signed the service's certificate. */
  readonly tls?: { readonly trustedCaFile: string };
}

/** `message` never repeats the URL, which may hold a password. */
export type UpstreamResult =
  { readonly ok: true; readonly upstream: Upstream } | { readonly ok: false; readonly message: string };

/**
 * Reads `http://host:port` or `https://host:port`. Ports default to 80 and 443. A path, query or user is refused: calls
 * keep the path that the agent sent, and credentials do not belong into a URL.
 *
 * @param trustedCaFile used for https only.
 */
export function parseUpstream(url: URL, trustedCaFile: string): UpstreamResult {
  const secure = url.protocol === 'https:';
  if (!secure && url.protocol !== 'http:') return refused('is neither http nor https');
  if (url.username !== '' || url.password !== '') return refused('must not carry a user or a password');
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    return refused('must end after the port, since calls keep their own path');
  }
  const upstream: Upstream = {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    protocol: 'http1',
    ...(secure ? { tls: { trustedCaFile } } : {}),
  };
  return { ok: true, upstream };
}

function refused(why: string): UpstreamResult {
  return {
    ok: false,
    message: `the URL of the tool service ${why}; write for example http://127.0.0.1:8080`,
  };
}
