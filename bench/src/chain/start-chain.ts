import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startChild, type Child, type EnvoyBinary } from '@omnia-policy/cli';
import type { Address } from '@omnia-policy/envoy';
import { extAuthzNodeFlags, extAuthzPath } from '@omnia-policy/ext-authz';
import type { JsonObject } from '@omnia-policy/policy';
import { freePorts } from '@omnia-policy/test/free-ports.js';
import { benchJwt, FILTER_MODULE } from './bench-filters.js';
import { benchNeeds } from './bench-needs.js';
import { benchPolicies } from './bench-policies.js';
import { chainBootstrap, MAX_REQUEST_BYTES } from './chain-bootstrap.js';
import { pidOf, startEnvoy } from './start-envoy.js';
import { untilAnswered, untilListening } from './until-answered.js';
import type { Service, Variant } from './variant.js';

/** A running Envoy with a variant's filters, and the service that it asks. */
export interface Chain {
  readonly address: Address;
  readonly envoyPid: number;
  readonly servicePid: number | undefined;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const STOP_GRACE_MS = 3000;

/** @throws Error with the child's last words when a part does not come up */
export async function startChain(variant: Variant, envoy: EnvoyBinary): Promise<Chain> {
  const folder = await mkdtemp(join(tmpdir(), 'omnia-bench-'));
  const children: Child[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(children.map((child) => child.stop(STOP_GRACE_MS)));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const ports = await freePorts(4);
    const [listen, admin, grpc, ops] = ports.map((port) => ({ host: HOST, port }));
    if (!listen || !admin || !grpc || !ops) throw new Error('no free ports');
    const service = variant.service && (await startService(variant.service, { folder, grpc, ops }));
    if (service) children.push(service);
    // A variant without policies is configured as with ten, so that what Envoy does for it is the same.
    const needs = benchNeeds(variant.service?.kind === 'ours' ? variant.service.policies : 10);
    const bootstrap = chainBootstrap({ listen, admin, ...filtersOf(variant, grpc), needs });
    const envoyProcess = await startEnvoy(envoy, bootstrap, folder);
    children.push(envoyProcess);
    await untilAnswered(`http://${HOST}:${admin.port}/ready`);
    if (service) await untilListening(grpc);
    if (variant.service?.kind === 'ours') await untilAnswered(`http://${HOST}:${ops.port}/readyz`);
    return { address: listen, envoyPid: pidOf(envoyProcess), servicePid: service && pidOf(service), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function filtersOf(
  variant: Variant,
  grpc: Address,
): Pick<Parameters<typeof chainBootstrap>[0], 'jwt' | 'claims' | 'extAuthz'> {
  return {
    ...(variant.jwt ? { jwt: benchJwt('required') } : {}),
    ...(variant.claims ? { claims: FILTER_MODULE } : {}),
    ...(variant.service ? { extAuthz: { address: grpc, wasmModule: FILTER_MODULE } } : {}),
  };
}

interface ServicePlace {
  readonly folder: string;
  readonly grpc: Address;
  readonly ops: Address;
}

async function startService(service: Service, { folder, grpc, ops }: ServicePlace): Promise<Child> {
  const address = `${HOST}:${grpc.port}`;
  if (service.kind === 'immediate-ok') {
    return startProgram([fileURLToPath(new URL('../immediate-ok-main.js', import.meta.url)), address]);
  }
  const policies = join(folder, 'policies');
  await mkdir(policies);
  await writePolicies(policies, benchPolicies(service.policies));
  // As `omnia-policy run` starts it.
  return startProgram([
    ...extAuthzNodeFlags,
    extAuthzPath,
    ...['--policies', policies, '--listen', address, '--ops', `${HOST}:${ops.port}`],
    ...['--max-request-bytes', String(MAX_REQUEST_BYTES)],
  ]);
}

/** One file per registry; JSON documents are YAML too. */
async function writePolicies(folder: string, policies: readonly JsonObject[]): Promise<void> {
  const files = new Map<string, string[]>();
  for (const policy of policies) {
    const { registry } = (policy.spec as JsonObject).selector as JsonObject;
    const name = typeof registry === 'string' ? registry : 'agents';
    files.set(name, [...(files.get(name) ?? []), JSON.stringify(policy, null, 2)]);
  }
  for (const [name, texts] of files) await writeFile(join(folder, `${name}.yaml`), texts.join('\n---\n'));
}

function startProgram(args: readonly string[]): Child {
  return startChild({
    command: process.execPath,
    args,
    env: process.env,
    stdout: 'ignore',
    onLine: (line) => process.stderr.write(`service: ${line}\n`),
  });
}
