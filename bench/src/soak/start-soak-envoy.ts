import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EnvoyBinary } from '@omnia-policy/cli';
import type { Address, WasmModule } from '@omnia-policy/envoy';
import { freePorts } from '@omnia-policy/test/free-ports.js';
import { benchJwt } from '../chain/bench-filters.js';
import { pidOf, startEnvoy } from '../chain/start-envoy.js';
import { benchNeeds } from '../chain/bench-needs.js';
import { untilAnswered } from '../chain/until-answered.js';
import { soakBootstrap } from './soak-bootstrap.js';

/** A running Envoy with both roles of the filter. */
export interface SoakEnvoyProcess {
  readonly address: Address;
  readonly admin: Address;
  readonly pid: number;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const STOP_GRACE_MS = 3000;

/** @throws Error when Envoy does not come up */
export async function startSoakEnvoy(envoy: EnvoyBinary, wasmModule: WasmModule): Promise<SoakEnvoyProcess> {
  const [listenPort = 0, adminPort = 0] = await freePorts(2);
  const listen = { host: HOST, port: listenPort };
  const admin = { host: HOST, port: adminPort };
  const jwt = benchJwt('optional');
  const folder = await mkdtemp(join(tmpdir(), 'omnia-soak-'));
  const bootstrap = soakBootstrap({ listen, admin, jwt, wasmModule, needs: benchNeeds(1) });
  const child = await startEnvoy(envoy, bootstrap, folder);
  const stop = async (): Promise<void> => {
    await child.stop(STOP_GRACE_MS);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await untilAnswered(`http://${HOST}:${adminPort}/ready`);
    return { address: listen, admin, pid: pidOf(child), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
