import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { bootstrap } from '@omnia-policy/envoy';
import type { LocalRunSettings, Upstream } from '@omnia-policy/envoy';
import { compilePolicySet } from '@omnia-policy/policy';
import type { MeshNeeds, PolicySet } from '@omnia-policy/policy';
import t from 'tap';
import { acquireEnvoy } from '../acquire-envoy/acquire-envoy.js';
import { developmentIssuer } from '../development-issuer.js';
import { copyWasmModule } from '../run/work-folder.js';
import { readSigningKey } from '../token/key-files.js';
import { signToken } from '../token/sign-token.js';

const anyPort = { host: '127.0.0.1', port: 0 };
const { issuer, audience } = developmentIssuer;

/** For an Envoy without a policy service: only needs that fail open let a call pass. */
export async function bareSettings(upstream: Upstream): Promise<LocalRunSettings> {
  const folder = mkdtempSync(join(tmpdir(), 'omnia-bare-envoy-'));
  return {
    ...{ listen: anyPort, admin: anyPort, upstream },
    jwt: {
      ...{ issuer, audience, requirement: 'required' },
      jwks: readFileSync(developmentIssuer.jwksFile, 'utf8'),
    },
    wasmModule: { filename: await copyWasmModule(folder) },
    extAuthz: { address: { host: '127.0.0.1', port: 1 }, timeoutMs: 1000, maxRequestBytes: 65_536 },
    filterFolder: join(folder, 'filters'),
  };
}

/** The set of no policies, with these needs. */
export function policySet(revision: string, needs: Partial<MeshNeeds>): PolicySet {
  const empty = compilePolicySet([], { revision });
  return { ...empty, needs: { ...empty.needs, ...needs } };
}

/**
 * Starts Envoy on the filters' files that are there, and resolves when it is live. It ends with the test, and its folder with it.
 *
 * @param change of the bootstrap's text.
 * @returns the URL of its administration.
 */
export async function startBareEnvoy(
  settings: LocalRunSettings,
  change: (bootstrap: string) => string = (text) => text,
): Promise<string> {
  const folder = join(settings.filterFolder, '..');
  const binary = await acquireEnvoy({ env: process.env, report: () => undefined });
  const path = join(folder, 'bootstrap.json');
  writeFileSync(path, change(JSON.stringify(bootstrap(settings))));
  const addressFile = join(folder, 'admin-address');
  const args = ['--disable-hot-restart', '--concurrency', '1', '--log-level', 'off', '-c', path];
  const envoy = spawn(binary.path, [...args, '--admin-address-path', addressFile], { stdio: 'ignore' });
  t.teardown(async () => {
    envoy.kill('SIGKILL');
    if (envoy.exitCode === null && envoy.signalCode === null) await once(envoy, 'close');
    rmSync(folder, { recursive: true });
  });
  while (!existsSync(addressFile) || readFileSync(addressFile, 'utf8') === '') await delay(10);
  const admin = `http://${readFileSync(addressFile, 'utf8')}`;
  while ((await (await fetch(`${admin}/ready`)).text()).trim() !== 'LIVE') await delay(10);
  return admin;
}

/** Where it takes calls. */
export async function listenerUrl(admin: string): Promise<string> {
  const listeners = (await (await fetch(`${admin}/listeners?format=json`)).json()) as {
    listener_statuses: { local_address: { socket_address: { port_value: number } } }[];
  };
  const port = listeners.listener_statuses[0]?.local_address.socket_address.port_value ?? 0;
  return `http://127.0.0.1:${port}`;
}

/** The header of a user with these claims. */
export async function authorization(claims: Readonly<Record<string, unknown>>): Promise<string> {
  const key = await readSigningKey(developmentIssuer.privateKeyFile);
  return `Bearer ${await signToken(claims, { key, issuer, audience, expiresInMs: 600_000 })}`;
}
