import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { developmentIssuer, startChild, type Child } from '@omnia-policy/cli';
import { extAuthzPath } from '@omnia-policy/ext-authz';
import { parseAllDocuments } from 'yaml';
import { installCrds } from '../cluster/crds.js';
import { freePorts } from '../free-ports.js';
import { ROOT } from '../stack.js';
import { until } from '../until.js';
import { startMesh, type Mesh, type MeshOptions } from './mesh.js';

/** A mesh with this project in it: its kinds, the operator and ext-authz, each with no more rights than the chart gives. */
export interface GovernedMesh extends Mesh {
  readonly extAuthz: Program;
  readonly operator: Program;
}

/** One of our programs, as a process. */
export interface Program {
  /** Of its ops pages. */
  readonly opsUrl: string;
  /** Of the process that runs now, or ran last. */
  readonly pid: number;
  /** Lines of JSON as it logged them; those of former processes too. */
  readonly log: readonly string[];
  /** SIGKILL, and nothing in its place until `start`. */
  kill(): Promise<void>;
  /** SIGTERM, and nothing in its place until `start`. */
  stop(): Promise<void>;
  /** Resolves when it is ready. */
  start(): Promise<void>;
}

const SYSTEM_NAMESPACE = 'omnia-system';
const OPERATOR = join(ROOT, 'operator/bin/omnia-operator.js');

/** A tap test will do as options: all is ended with it. */
export async function startGovernedMesh(options: MeshOptions): Promise<GovernedMesh> {
  const mesh = await startMesh(options);
  await installCrds(mesh.apiServer, join(ROOT, 'manifests/crds'));
  await mesh.apiServer.createNamespace(SYSTEM_NAMESPACE);
  await mesh.apiServer.apply(rightsOfTheChart());
  const [answers = 0, extAuthzOps = 0, operatorOps = 0] = await freePorts(3);
  const cluster = { mesh, options };
  const extAuthz = await startProgram(cluster, {
    ...{ account: 'omnia-ext-authz', path: extAuthzPath, opsPort: extAuthzOps },
    flags: ['--kubernetes', '--listen', `127.0.0.1:${answers}`, '--report-namespace', SYSTEM_NAMESPACE],
  });
  const operator = await startProgram(cluster, {
    ...{ account: 'omnia-operator', path: OPERATOR, opsPort: operatorOps },
    flags: ['--ext-authz-address', `127.0.0.1:${answers}`, ...userTokens()],
  });
  return { ...mesh, extAuthz, operator };
}

function userTokens(): string[] {
  const { issuer, audience, jwksFile } = developmentIssuer;
  return ['--jwt-issuer', issuer, '--jwt-audiences', audience, '--jwks', jwksFile];
}

const RIGHTS = ['ServiceAccount', 'ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'];

function rightsOfTheChart(): object[] {
  const text = readFileSync(join(ROOT, 'manifests/install/omnia-policy.yaml'), 'utf8');
  const objects = parseAllDocuments(text).map((document) => document.toJS() as { kind?: string } | null);
  return objects.flatMap((object) => (object && RIGHTS.includes(object.kind ?? '') ? [object] : []));
}

interface Cluster {
  readonly mesh: Mesh;
  readonly options: MeshOptions;
}

interface ProgramCommand {
  readonly account: string;
  readonly path: string;
  readonly opsPort: number;
  readonly flags: readonly string[];
}

/** In a full cluster there is much to read first. */
const READY_MS = 120_000;

async function startProgram({ mesh, options }: Cluster, command: ProgramCommand): Promise<Program> {
  const { account, path, opsPort, flags } = command;
  const token = await mesh.apiServer.tokenFor({ namespace: SYSTEM_NAMESPACE, name: account });
  const kubeconfig = mesh.apiServer.kubeconfigWith(token);
  const opsUrl = `http://127.0.0.1:${opsPort}`;
  const log: string[] = [];
  let child: Child | undefined;
  const start = async (): Promise<void> => {
    const args = [path, '--kubeconfig', kubeconfig, '--ops', `127.0.0.1:${opsPort}`, ...flags];
    child = startChild({
      // The log is on stdout, and a child's stderr is read.
      ...{ command: '/bin/sh', args: ['-c', 'exec "$0" "$@" 1>&2', process.execPath, ...args] },
      ...{ env: process.env, stdout: 'ignore', onLine: (line) => log.push(line) },
    });
    await until(async () => (await fetch(`${opsUrl}/readyz`)).ok, {
      what: `${account} is ready`,
      timeoutMs: READY_MS,
      details: () => log.slice(-20).join('\n'),
    });
  };
  const stop = async (): Promise<void> => child?.stop(10_000);
  options.teardown?.(stop);
  await start();
  const kill = async (): Promise<void> => {
    child?.kill();
    await child?.ended;
  };
  return {
    ...{ opsUrl, log, start, stop, kill },
    get pid() {
      return child?.pid ?? 0;
    },
  };
}
