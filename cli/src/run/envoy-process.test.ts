import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { LocalRunSettings } from '@omnia-policy/envoy';
import { compilePolicySet } from '@omnia-policy/policy';
import type { ListenAddress } from '@omnia-policy/service';
import t from 'tap';
import { acquireEnvoy } from '../acquire-envoy/acquire-envoy.js';
import { developmentIssuer } from '../development-issuer.js';
import { claimAddresses } from '../processes/claim-addresses.js';
import { createCleanup } from '../processes/cleanup.js';
import { startEnvoy } from './envoy-process.js';
import { createFilterFiles } from './filter-files.js';
import { copyWasmModule } from './work-folder.js';

const binary = await acquireEnvoy({ env: process.env, report: () => undefined });
const anyPort = { host: '127.0.0.1', port: 0 };
const { first, second, admin, otherAdmin } = await claimAddresses({
  first: anyPort,
  second: anyPort,
  admin: anyPort,
  otherAdmin: anyPort,
});
const cleanup = createCleanup();
t.teardown(() => cleanup.run());

async function start(
  listen: ListenAddress,
  envoyAdmin: ListenAddress,
): Promise<{ readonly failed: Promise<never> }> {
  const workFolder = mkdtempSync(join(tmpdir(), 'omnia-envoy-'));
  cleanup.add({
    end: () => {
      rmSync(workFolder, { recursive: true });
    },
  });
  const settings: LocalRunSettings = {
    listen,
    admin: envoyAdmin,
    upstream: { host: '127.0.0.1', port: 1, protocol: 'http1' },
    jwt: {
      issuer: developmentIssuer.issuer,
      audience: developmentIssuer.audience,
      jwks: readFileSync(developmentIssuer.jwksFile, 'utf8'),
      requirement: 'required',
    },
    wasmModule: { filename: await copyWasmModule(workFolder) },
    extAuthz: { address: { host: '127.0.0.1', port: 1 }, timeoutMs: 1000, maxRequestBytes: 65_536 },
    filterFolder: join(workFolder, 'filters'),
  };
  await (await createFilterFiles(settings, workFolder)).follow(compilePolicySet([], { revision: '1' }));
  return startEnvoy({
    binary,
    settings,
    concurrency: 1,
    workFolder,
    report: () => undefined,
    onLine: () => undefined,
    cleanup,
  });
}

/** Envoy needs a moment before it listens; while it does not, a second one would not meet it. */
async function untilLive({ host, port }: ListenAddress): Promise<void> {
  const isLive = (): Promise<boolean> =>
    fetch(`http://${host}:${port}/ready`).then(
      ({ status }) => status === 200,
      () => false,
    );
  while (!(await isLive())) await delay(20);
}

t.test('an address that was taken since it was tried is named, with the flag that chooses it', async (t) => {
  await start(first, admin);
  await untilLive(admin);
  const sameListener = await start(first, otherAdmin);
  await t.rejects(sameListener.failed, {
    code: 'address-in-use',
    message: new RegExp(`port ${first.port} is busy.*--listen`),
  });
  const sameAdmin = await start(second, admin);
  await t.rejects(sameAdmin.failed, {
    code: 'address-in-use',
    message: new RegExp(`port ${admin.port} is busy.*--envoy-admin`),
  });
});
