import { acquireEnvoy, developmentIssuer, startChild, startDemoTools, type Child } from '@omnia-policy/cli';
import { extAuthzPath } from '@omnia-policy/ext-authz';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { freePorts } from '../free-ports.js';
import type { Answer } from '../send.js';
import { ROOT } from '../stack.js';
import { until } from '../until.js';
import { meshBootstrap, type MeshPorts, type MeshSettings } from './mesh-bootstrap.js';
import { authority, workloadCertificate, type Pem } from './mesh-certificates.js';

/** A real Envoy with the proxies of a mesh, the policy service that knows agents by their principals, and a tool. */
export interface MeshEnvoy {
  readonly ports: MeshPorts;
  /** Signs the certificates of the mesh. */
  readonly ca: Pem;
  readonly call: (call: MeshCall) => Promise<Answer>;
  readonly stop: () => Promise<void>;
}

export interface MeshCall {
  readonly to: 'mtls' | 'optional' | 'tunnel' | 'agent';
  /** Absent: none. */
  readonly certificate?: Pem;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

export interface MeshOptions extends Pick<
  MeshSettings,
  'trustedPeers' | 'registries' | 'tunnelPeer' | 'label'
> {
  readonly policies: string;
}

const GRACE_MS = 5000;

export async function startMeshEnvoy(options: MeshOptions): Promise<MeshEnvoy> {
  const folder = mkdtempSync(join(tmpdir(), 'omnia-mesh-envoy-'));
  const ca = await authority('mesh');
  const files = await writeServerFiles(folder, ca);
  const [admin = 0, mtls = 0, optional = 0, tunnel = 0, agent = 0, extAuthz = 0, ops = 0] =
    await freePorts(7);
  const tools = await startDemoTools({ host: '127.0.0.1', port: 0 });
  const ports = { admin, mtls, optional, tunnel, agent, extAuthz, tools: tools.address.port };
  const { jwksFile, issuer, audience } = developmentIssuer;
  const settings: MeshSettings = {
    ...options,
    ...{ ports, files, wasmModule: join(ROOT, 'wasm-filter/build/omnia-filter.wasm') },
    jwt: { issuer, audience, jwks: readFileSync(jwksFile, 'utf8'), requirement: 'optional' },
  };
  const log: string[] = [];
  const children: Child[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(children.map((child) => child.stop(GRACE_MS)));
    await tools.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    children.push(startExtAuthz(folder, { policies: options.policies, extAuthz, ops, log }));
    children.push(await startEnvoy(folder, settings, log));
    const details = (): string => log.slice(-20).join('\n');
    await until(() => isReady(ops, '/readyz'), { what: 'ext-authz is ready', details });
    await until(() => isReady(admin, '/ready'), { what: 'Envoy is ready', details });
  } catch (error) {
    await stop();
    throw error;
  }
  return { ports, ca, stop, call: (call) => send(ports[call.to], call) };
}

async function writeServerFiles(folder: string, ca: Pem): Promise<MeshSettings['files']> {
  const server = await workloadCertificate(ca, 'spiffe://cluster.local/ns/production/sa/tools');
  const files = { ca: join(folder, 'ca.pem'), cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  writeFileSync(files.ca, ca.cert);
  writeFileSync(files.cert, server.cert);
  writeFileSync(files.key, server.private);
  return files;
}

interface ExtAuthzStart {
  readonly policies: string;
  readonly extAuthz: number;
  readonly ops: number;
  readonly log: string[];
}

function startExtAuthz(folder: string, { policies, extAuthz, ops, log }: ExtAuthzStart): Child {
  mkdirSync(join(folder, 'policies'));
  writeFileSync(join(folder, 'policies/a.yaml'), policies);
  return startChild({
    command: process.execPath,
    args: [
      extAuthzPath,
      ...['--policies', join(folder, 'policies'), '--agent-identity', 'principal'],
      ...['--listen', `127.0.0.1:${extAuthz}`, '--ops', `127.0.0.1:${ops}`],
    ],
    env: process.env,
    stdout: 'ignore',
    onLine: (line) => log.push(line),
  });
}

async function startEnvoy(folder: string, settings: MeshSettings, log: string[]): Promise<Child> {
  const binary = await acquireEnvoy({ env: process.env, report: (line) => log.push(line) });
  const file = join(folder, 'bootstrap.json');
  writeFileSync(file, JSON.stringify(meshBootstrap(settings), null, 2));
  return startChild({
    command: binary.path,
    args: ['--config-path', file, '--use-dynamic-base-id', '--concurrency', '1', '--log-level', 'warning'],
    env: process.env,
    stdout: 'ignore',
    onLine: (line) => log.push(line),
  });
}

async function isReady(port: number, path: string): Promise<boolean> {
  return (await fetch(`http://127.0.0.1:${port}${path}`)).status === 200;
}

/** One request on a connection of its own. Rejects when there is no answer, as without a certificate that must be there. */
function send(port: number, { to, certificate, headers }: MeshCall): Promise<Answer> {
  const isTls = to === 'mtls' || to === 'optional';
  const options = {
    ...{ host: '127.0.0.1', port, agent: false as const, method: 'POST', path: '/v1/call' },
    headers: [['host', 'tools'], ['content-length', '2'], ...headers].flat(),
  };
  const tls = {
    rejectUnauthorized: false,
    ...(certificate && { cert: certificate.cert, key: certificate.private }),
  };
  return new Promise((resolve, reject) => {
    const outgoing = isTls ? httpsRequest({ ...options, ...tls }) : httpRequest(options);
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      const { statusCode = 0, headers: answered } = incoming;
      text(incoming).then((body) => {
        resolve({ status: statusCode, headers: answered, text: body });
      }, reject);
    });
    outgoing.end('{}');
  });
}
