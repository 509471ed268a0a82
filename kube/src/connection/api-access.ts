import type { KubeConfig } from '@kubernetes/client-node';
import { errorText, ServiceError } from '@omnia-policy/service/program';
import * as http from 'node:http';
import * as https from 'node:https';
import { loadKubeConfig, type KubeConfigOptions } from './load-kube-config.js';

/** Who asks, and over which connections. */
export interface Access {
  readonly server: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Kept alive and used again. */
  readonly agent: http.Agent;
}

export interface ApiAccess {
  /** What the next request goes with. Tokens and certificates that change on disk are seen within some seconds. */
  current(): Promise<Access>;
  /** The server did not accept it: reads all of it again, now. */
  renew(): Promise<void>;
  readonly close: () => void;
}

/** How long what was read of the disk is used: a rotated token has much longer to live. */
const KEEP_MS = 10_000;

/** @throws ServiceError when there is no usable configuration */
export async function createApiAccess(options: KubeConfigOptions): Promise<ApiAccess> {
  let config = await loadKubeConfig(options);
  let access = await readAccess(config, undefined);
  let readAtMs = performance.now();
  let reading: Promise<void> | undefined;
  const read = async (reload: boolean): Promise<void> => {
    if (reload) config = await loadKubeConfig(options);
    access = await readAccess(config, access);
    readAtMs = performance.now();
  };
  // One at a time: an exec plugin must not be started by each of many requests.
  const readOnce = (reload: boolean): Promise<void> =>
    (reading ??= read(reload).finally(() => (reading = undefined)));
  return {
    async current() {
      // Files that can't be read while they are being replaced are no reason to fail: what was read is good still.
      if (performance.now() - readAtMs > KEEP_MS) await readOnce(false).catch(() => undefined);
      return access;
    },
    renew: () => readOnce(true),
    close: () => {
      access.agent.destroy();
    },
  };
}

interface KeyedAccess extends Access {
  /** Of all that a TLS connection depends on. */
  readonly key: string;
}

async function readAccess(config: KubeConfig, former: KeyedAccess | undefined): Promise<KeyedAccess> {
  const cluster = config.getCurrentCluster();
  if (!cluster) throw unusable('it has no current context, or one that names no cluster');
  if (cluster.proxyUrl) throw unusable(`proxy-url (${cluster.proxyUrl}) is not supported`);
  const options: https.RequestOptions = {};
  try {
    // The library makes a connection pool for every request, which would never use a connection again; ours is kept.
    await config.applyToHTTPSOptions(options);
  } catch (cause) {
    throw unusable(errorText(cause), cause);
  }
  const { ca, cert, key, rejectUnauthorized, servername } = options;
  const tls = { ca, cert, key, rejectUnauthorized, servername };
  const fingerprint = JSON.stringify(tls);
  const server = new URL(cluster.server);
  const isSame = former?.key === fingerprint;
  return {
    server,
    headers: headersOf(options),
    agent: isSame ? former.agent : createAgent(server, tls),
    key: fingerprint,
  };
}

function createAgent(server: URL, tls: https.AgentOptions): http.Agent {
  if (server.protocol === 'http:') return new http.Agent({ keepAlive: true });
  const given = Object.entries(tls).filter(([, value]) => value !== undefined);
  return new https.Agent({ keepAlive: true, ...Object.fromEntries(given) });
}

function headersOf({ headers = {}, auth }: https.RequestOptions): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    // A token file may end with a line feed, which no header can hold.
    if (value !== undefined) texts[name.toLowerCase()] = String(value).trim();
  }
  if (auth) texts.authorization = `Basic ${Buffer.from(auth).toString('base64')}`;
  return texts;
}

function unusable(reason: string, cause?: unknown): ServiceError {
  return new ServiceError(
    'file-unreadable',
    `the configuration of the API server can not be used: ${reason}`,
    {
      cause,
    },
  );
}
