import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { parseUpstream } from '@omnia-policy/envoy';
import type { LocalRunSettings, Upstream } from '@omnia-policy/envoy';
import { flagOf, formatListenAddress, ServiceError } from '@omnia-policy/service';
import type { ListenAddress } from '@omnia-policy/service';
import { claimAddresses } from '../processes/claim-addresses.js';
import { acceptsDevelopmentKey } from '../token/key-files.js';
import type { RunSettings } from './run-settings.js';
import { copyWasmModule, writeTrustedCas } from './work-folder.js';

/** How long one call may wait for its decision. */
const DECISION_TIMEOUT_MS = 1000;

export type Addresses = Readonly<Record<'listen' | 'envoyAdmin' | 'extAuthz' | 'ops', ListenAddress>> & {
  /** Absent when the tool service is somebody else's. */
  readonly demoTools?: ListenAddress;
};

/** @throws ServiceError when an address is busy, naming its flag */
export async function claimRunAddresses(settings: RunSettings): Promise<Addresses> {
  const { listen, envoyAdmin, extAuthz, ops, demoTools } = settings;
  const claimed = await claimAddresses({
    [flagOf('listen')]: listen,
    [flagOf('envoyAdmin')]: envoyAdmin,
    [flagOf('extAuthz')]: extAuthz,
    [flagOf('ops')]: ops,
    ...(settings.upstream === undefined ? { [flagOf('demoTools')]: demoTools } : {}),
  });
  const of = (key: string, wanted: ListenAddress): ListenAddress => claimed[flagOf(key)] ?? wanted;
  return {
    listen: of('listen', listen),
    envoyAdmin: of('envoyAdmin', envoyAdmin),
    extAuthz: of('extAuthz', extAuthz),
    ops: of('ops', ops),
    ...(settings.upstream === undefined ? { demoTools: of('demoTools', demoTools) } : {}),
  };
}

/**
 * Everybody can sign tokens with the development key, so other machines must not reach a listener that accepts it.
 *
 * @throws ServiceError `conflicting-settings`
 */
export async function refuseOpenDevelopmentKey(listen: ListenAddress, keySet: string): Promise<void> {
  if (isLoopback(listen.host) || !(await acceptsDevelopmentKey(keySet))) return;
  throw new ServiceError(
    'conflicting-settings',
    `--listen ${formatListenAddress(listen)} is reached by other machines, and --jwks accepts the public development ` +
      'key, with which anybody can sign any claims. Listen on 127.0.0.1, or name the key set of your issuer with --jwks.',
  );
}

export interface RunParts {
  readonly settings: RunSettings;
  readonly addresses: Addresses;
  readonly keySet: string;
  readonly workFolder: string;
}

/** @throws ServiceError when the tool service's URL or a file can't be used */
export async function localRunSettings({
  settings,
  addresses,
  keySet,
  workFolder,
}: RunParts): Promise<LocalRunSettings> {
  const { issuer, audience, jwt, maxRequestBytes } = settings;
  return {
    listen: addresses.listen,
    admin: addresses.envoyAdmin,
    upstream: await upstreamOf(settings, addresses, workFolder),
    jwt: { issuer, audience, jwks: keySet, requirement: jwt },
    wasmModule: { filename: await copyWasmModule(workFolder) },
    extAuthz: { address: addresses.extAuthz, timeoutMs: DECISION_TIMEOUT_MS, maxRequestBytes },
    filterFolder: join(workFolder, 'filters'),
  };
}

async function upstreamOf(
  settings: RunSettings,
  addresses: Addresses,
  workFolder: string,
): Promise<Upstream> {
  const { upstream: url } = settings;
  if (url === undefined) return { ...(addresses.demoTools ?? settings.demoTools), protocol: 'http1' };
  const trustedCaFile = await writeTrustedCas(workFolder, process.env.NODE_EXTRA_CA_CERTS);
  const result = parseUpstream(url, trustedCaFile);
  if (result.ok) return result.upstream;
  throw new ServiceError('invalid-setting', `--upstream: ${result.message}.`);
}

function isLoopback(host: string): boolean {
  return isIPv6(host) ? host === '::1' || host.startsWith('::ffff:127.') : host.startsWith('127.');
}
