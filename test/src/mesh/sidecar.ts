import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { acquireEnvoy, startChild, type Child } from '@omnia-policy/cli';
import type { ApiServer } from '../cluster/api-server.js';
import { freePorts } from '../free-ports.js';
import { requireTool } from '../tools/find-tool.js';
import { until } from '../until.js';
import { ISTIOD_HOST, type Istiod } from './istiod.js';
import { sidecarBootstrap, type SidecarIdentity } from './sidecar-bootstrap.js';

/**
 * What stands beside a workload in a mesh: the real Envoy with configuration from istiod, and Istio's agent, which gets
 * its certificate `spiffe://cluster.local/ns/<namespace>/sa/<serviceAccount>` from istiod's CA.
 */
export interface Sidecar {
  readonly principal: string;
  /** Of Envoy's admin pages. */
  readonly adminUrl: string;
  /** Envoy's configuration as it has it: for example `dynamic_listeners`, `dynamic_active_clusters`. */
  configDump(resource: string): Promise<unknown>;
  /** Envoy's counters and gauges whose name the expression matches. */
  stats(filter: string): Promise<ReadonlyMap<string, number>>;
  /** What Envoy and the agent have logged. */
  readonly log: readonly string[];
  stop(): Promise<void>;
}

export interface SidecarOptions extends SidecarIdentity {
  readonly apiServer: ApiServer;
  readonly istiod: Istiod;
  teardown?(end: () => Promise<void>): unknown;
}

/** The ServiceAccount must be there. Ready as soon as Envoy has its first configuration and its certificate. */
export async function startSidecar(options: SidecarOptions): Promise<Sidecar> {
  const { apiServer, istiod, namespace, serviceAccount } = options;
  const folder = mkdtempSync(join(tmpdir(), 'omnia-sidecar-'));
  const log: string[] = [];
  const onLine = (line: string): void => {
    log.push(line);
  };
  const children: Child[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(children.map((child) => child.stop(10_000)));
    rmSync(folder, { recursive: true, force: true });
  };
  options.teardown?.(stop);
  try {
    const token = await apiServer.tokenFor({ namespace, name: serviceAccount }, 'istio-ca');
    write(join(folder, 'var/run/secrets/tokens/istio-token'), token);
    write(join(folder, 'var/run/secrets/istio/root-cert.pem'), istiod.rootCertificate);
    const [adminPort = 0] = await freePorts(1);
    children.push(await startAgent(folder, { ...options, adminPort, onLine }));
    const adminUrl = `http://127.0.0.1:${adminPort}`;
    const what = `the sidecar of ${namespace}/${options.name} is ready`;
    await until(() => isReady(adminUrl), { what, details: () => log.slice(-20).join('\n') });
    return {
      principal: `spiffe://cluster.local/ns/${namespace}/sa/${serviceAccount}`,
      ...{ adminUrl, log, stop },
      configDump: async (resource) =>
        JSON.parse(await page(`${adminUrl}/config_dump?resource=${resource}`)) as unknown,
      stats: (filter) => stats(adminUrl, filter),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

let sidecars = 0;

/** An agent that is killed, or whose stderr breaks, leaves its Envoy behind: a loop beside it ends it then. */
function envoyScript(path: string): string {
  const loop = 'while kill -0 "$1"; do sleep 1; done; kill -KILL "$2"';
  return `#!/bin/sh
sh -c '${loop}' omnia-envoy-watch "$PPID" "$$" < /dev/null > /dev/null 2>&1 &
exec '${path}' "$@"
`;
}

interface AgentOptions extends SidecarOptions {
  readonly adminPort: number;
  readonly onLine: (line: string) => void;
}

/** The agent starts Envoy, with our bootstrap. Its own paths are relative to its working directory. */
async function startAgent(folder: string, options: AgentOptions): Promise<Child> {
  const { namespace, serviceAccount, name, istiod, adminPort, onLine } = options;
  const podIp = `10.0.0.${++sidecars}`;
  const bootstrap = sidecarBootstrap({
    ...{ ...options, podIp },
    xdsSocket: join(folder, 'etc/istio/proxy/XDS'),
    sdsSocket: join(folder, 'var/run/secrets/workload-spiffe-uds/socket'),
  });
  const customConfigFile = join(folder, 'envoy.json');
  writeFileSync(customConfigFile, JSON.stringify(bootstrap));
  const envoy = await acquireEnvoy({ env: process.env, report: onLine });
  const binaryPath = join(folder, 'envoy');
  writeFileSync(binaryPath, envoyScript(envoy.path), { mode: 0o700 });
  const proxyConfig = {
    ...{ discoveryAddress: istiod.address, proxyAdminPort: adminPort, binaryPath, customConfigFile },
    ...{ concurrency: 1, terminationDrainDuration: '0s' },
    // A port that is taken: the agent then goes without its page for probes, which would be on all addresses.
    statusPort: Number(istiod.address.split(':')[1]),
  };
  const command = [requireTool('pilot-agent'), 'proxy', 'sidecar', '--log_target=stderr'];
  return startChild({
    command: '/bin/sh',
    args: ['-c', 'cd "$0" && exec "$@"', folder, ...command],
    env: {
      ...process.env,
      ...{
        PROXY_CONFIG: JSON.stringify(proxyConfig),
        ISTIOD_SAN: ISTIOD_HOST,
        TRUST_DOMAIN: 'cluster.local',
      },
      ...{
        POD_NAME: name,
        POD_NAMESPACE: namespace,
        SERVICE_ACCOUNT: serviceAccount,
        INSTANCE_IP: podIp,
      },
      ...{ ISTIO_META_CLUSTER_ID: 'Kubernetes', GRPC_XDS_BOOTSTRAP: '' },
    },
    stdout: 'ignore',
    onLine,
  });
}

/** Envoy says LIVE when it has its listeners, and a listener waits for its certificate. */
async function isReady(adminUrl: string): Promise<boolean> {
  return (await page(`${adminUrl}/ready`)).trim() === 'LIVE';
}

async function stats(adminUrl: string, filter: string): Promise<ReadonlyMap<string, number>> {
  const text = await page(`${adminUrl}/stats?filter=${encodeURIComponent(filter)}`);
  const rows = text.split('\n').map((row) => /^(.*): (\d+)$/.exec(row));
  return new Map(rows.flatMap((row) => (row ? [[String(row[1]), Number(row[2])]] : [])));
}

async function page(url: string): Promise<string> {
  const response = await fetch(url);
  const text = await response.text();
  if (!response.ok) throw new Error(`Envoy answers ${response.status} to ${url}: ${text}`);
  return text;
}

function write(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content, { mode: 0o600 });
}
