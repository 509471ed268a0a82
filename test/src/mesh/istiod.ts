import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from '@omnia-policy/cli';
import type { ApiServer } from '../cluster/api-server.js';
import { installCrds, istioCrds } from '../cluster/crds.js';
import { freePorts } from '../free-ports.js';
import { requireTool } from '../tools/find-tool.js';
import { until } from '../until.js';

/** A stock istiod that reads its configuration from an API server and gives workloads their certificates. */
export interface Istiod {
  /** host:port with TLS: configuration and certificates. */
  readonly address: string;
  /** host:port without TLS: configuration for whom it takes at its word. */
  readonly plaintextAddress: string;
  /** Of its debug pages. */
  readonly debugUrl: string;
  /** PEM of the mesh's root certificate. */
  readonly rootCertificate: string;
  /** What it has logged. */
  readonly log: readonly string[];
  stop(): Promise<void>;
}

export interface IstiodOptions {
  readonly apiServer: ApiServer;
  teardown?(end: () => Promise<void>): unknown;
  /** Laid over what is set here. */
  readonly env?: Readonly<Record<string, string>>;
}

export const ROOT_NAMESPACE = 'istio-system';

/** The certificate of istiod's own port is for this name. */
export const ISTIOD_HOST = `istiod.${ROOT_NAMESPACE}.svc`;

/** Installs Istio's definitions into the API server and starts istiod on free ports of loopback. */
export async function startIstiod(options: IstiodOptions): Promise<Istiod> {
  const { apiServer } = options;
  await installCrds(apiServer, istioCrds());
  await apiServer.createNamespace(ROOT_NAMESPACE);
  const folder = mkdtempSync(join(tmpdir(), 'omnia-istiod-'));
  const [secure = 0, plaintext = 0, http = 0, monitoring = 0, introspection = 0] = await freePorts(5);
  const ports = { secure, plaintext, http, monitoring, introspection };
  const log: string[] = [];
  // It keeps its own certificate in folders relative to its working directory.
  const child = startChild({
    command: '/bin/sh',
    args: [
      '-c',
      'cd "$0" && exec "$@"',
      folder,
      requireTool('pilot-discovery'),
      ...discoveryArgs(folder, ports, apiServer),
    ],
    env: { ...process.env, ...ISTIOD_ENV, ...options.env },
    stdout: 'ignore',
    onLine: (line) => log.push(line),
  });
  const stop = async (): Promise<void> => {
    await child.stop(2_000);
    rmSync(folder, { recursive: true, force: true });
  };
  options.teardown?.(stop);
  const debugUrl = `http://127.0.0.1:${http}`;
  const details = (): string => log.slice(-20).join('\n');
  try {
    await until(async () => (await statusOf(`${debugUrl}/ready`)) === 200, {
      what: 'istiod is ready',
      details,
    });
    const rootCertificate = await until(() => rootCertificateIn(apiServer), {
      what: 'the CA of istiod',
      details,
    });
    return {
      ...{ address: `127.0.0.1:${secure}`, plaintextAddress: `127.0.0.1:${plaintext}` },
      ...{ debugUrl, rootCertificate, log, stop },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const ISTIOD_ENV = {
  ...{ POD_NAME: 'istiod-0', POD_NAMESPACE: ROOT_NAMESPACE, CLUSTER_ID: 'Kubernetes' },
  ...{ ENABLE_CA_SERVER: 'true', PILOT_CERT_PROVIDER: 'istiod' },
  // There are no pods to inject into, and the webhooks' configurations belong to Istio's chart.
  ...{ INJECT_ENABLED: 'false', VALIDATION_WEBHOOK_CONFIG_NAME: '', INJECTION_WEBHOOK_CONFIG_NAME: '' },
  // Filters that only Istio's own build of Envoy has.
  ...{ PILOT_ENABLE_METADATA_EXCHANGE: 'false', PILOT_ENABLE_ALPN_FILTER: 'false' },
  ...{ PILOT_ENABLE_GATEWAY_API: 'false', PILOT_ENABLE_GATEWAY_API_STATUS: 'false' },
  PILOT_ENABLE_GATEWAY_API_DEPLOYMENT_CONTROLLER: 'false',
};

type Ports = Readonly<Record<'secure' | 'plaintext' | 'http' | 'monitoring' | 'introspection', number>>;

function discoveryArgs(folder: string, ports: Ports, { kubeconfig }: ApiServer): string[] {
  const mesh = join(folder, 'mesh.yaml');
  writeFileSync(mesh, JSON.stringify(meshConfig(ports)));
  return [
    ...['discovery', `--kubeconfig=${kubeconfig}`, `--meshConfig=${mesh}`, '--networksConfig=/nonexistent'],
    ...[`--secureGRPCAddr=127.0.0.1:${ports.secure}`, `--grpcAddr=127.0.0.1:${ports.plaintext}`],
    ...[
      `--httpAddr=127.0.0.1:${ports.http}`,
      '--httpsAddr=',
      `--monitoringAddr=127.0.0.1:${ports.monitoring}`,
    ],
    ...['--ctrlz_address=127.0.0.1', `--ctrlz_port=${ports.introspection}`, '--shutdownDuration=1s'],
    '--log_target=stderr',
  ];
}

/** Without metrics of Istio's own: their filter is not in every Envoy either. */
function meshConfig({ secure }: Ports): object {
  return {
    ...{ trustDomain: 'cluster.local', rootNamespace: ROOT_NAMESPACE },
    ...{ enableAutoMtls: true, enablePrometheusMerge: false, defaultProviders: {} },
    defaultConfig: { discoveryAddress: `127.0.0.1:${secure}` },
  };
}

async function rootCertificateIn(apiServer: ApiServer): Promise<string | undefined> {
  const path = 'jsonpath={.data.root-cert\\.pem}';
  const args = ['get', 'configmap', 'istio-ca-root-cert', '-n', ROOT_NAMESPACE, '-o', path];
  const { code, stdout } = await apiServer.kubectl(args);
  return code === 0 && stdout !== '' ? stdout : undefined;
}

function statusOf(url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject);
  });
}
