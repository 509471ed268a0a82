import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild, type Child } from '@omnia-policy/cli';
import { freePorts } from '../free-ports.js';
import { requireTool } from '../tools/find-tool.js';
import { until } from '../until.js';
import { kubeconfigText, writeApiServerFiles, type ApiServerFiles } from './api-server-files.js';
import { startEtcd, type Etcd } from './etcd.js';
import { runKubectl, type KubectlResult } from './kubectl.js';

/** The two processes of a cluster without nodes. */
export type ClusterProcess = 'etcd' | 'kube-apiserver';

/**
 * A real kube-apiserver with RBAC and its default admission, and nothing else: there are no controllers. So nobody
 * collects objects whose owner is gone, finishes the deletion of a namespace, makes ReplicaSets of Deployments,
 * endpoints of Services, or ServiceAccounts `default` (see {@link ApiServer.createNamespace}).
 */
export interface ApiServer {
  readonly url: string;
  /** PEM file of the CA of the server's certificate. */
  readonly caFile: string;
  readonly adminToken: string;
  /** File; the user may do everything. */
  readonly kubeconfig: string;
  readonly pids: Readonly<Record<ClusterProcess, number>>;
  kubectl(args: readonly string[], stdin?: string): Promise<KubectlResult>;
  /** Server-side apply of YAML, or of objects in this order. Throws what kubectl says when it fails. */
  apply(manifests: string | readonly object[]): Promise<void>;
  /** With the ServiceAccount `default`, as a cluster's controllers would make it. */
  createNamespace(name: string, labels?: Readonly<Record<string, string>>): Promise<void>;
  /** A token of a ServiceAccount, from its TokenRequest. */
  tokenFor(account: ServiceAccountName, audience?: string): Promise<string>;
  /** Writes a kubeconfig for this token; the path. */
  kubeconfigWith(token: string): string;
  /** Ends kube-apiserver and starts it again on its port; what is stored stays. */
  restart(whileDown?: () => Promise<void>): Promise<void>;
  /**
   * Makes etcd forget all history. kube-apiserver itself remembers some of it: only after a restart is a watch from an
   * earlier version answered 410.
   */
  compact(): Promise<void>;
  /** Stops a process without ending it: connections stay open, nothing is answered. */
  freeze(process: ClusterProcess): void;
  thaw(process: ClusterProcess): void;
  stop(): Promise<void>;
}

export interface ServiceAccountName {
  readonly namespace: string;
  readonly name: string;
}

/** A tap test will do as options: all is ended with it. */
export interface ApiServerOptions {
  teardown?(end: () => Promise<void>): unknown;
  /** More flags for kube-apiserver. */
  readonly flags?: readonly string[];
}

/** Starts etcd and kube-apiserver on free ports of loopback. They end with this process at the latest. */
export async function startApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  const folder = mkdtempSync(join(tmpdir(), 'omnia-cluster-'));
  const log: string[] = [];
  const onLine = (line: string): void => {
    log.push(line);
  };
  const [port = 0] = await freePorts(1);
  const files = writeApiServerFiles(folder);
  const etcd = await startEtcd(folder, onLine);
  const args = [...apiServerArgs({ port, etcd, files }), ...(options.flags ?? [])];
  const start = (): Child =>
    startChild({
      ...{ command: requireTool('kube-apiserver'), args, env: process.env },
      ...{ stdout: 'ignore', onLine },
    });
  const running: Running = { folder, files, etcd, start, log, apiServer: start(), kubeconfigs: 0 };
  const server = apiServer(running, `https://127.0.0.1:${port}`);
  options.teardown?.(() => server.stop());
  try {
    await untilReady(running, server);
    await server.apply([serviceAccount('default')]);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

interface Running {
  readonly folder: string;
  readonly files: ApiServerFiles;
  readonly etcd: Etcd;
  readonly start: () => Child;
  readonly log: string[];
  apiServer: Child;
  kubeconfigs: number;
}

function apiServerArgs({ port, etcd, files }: { port: number; etcd: Etcd; files: ApiServerFiles }): string[] {
  return [
    ...[`--etcd-servers=${etcd.url}`, `--secure-port=${port}`, '--bind-address=127.0.0.1'],
    ...[`--cert-dir=${files.certFolder}`, `--token-auth-file=${files.tokens}`, '--authorization-mode=RBAC'],
    `--service-account-key-file=${files.publicKey}`,
    `--service-account-signing-key-file=${files.signingKey}`,
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    '--service-cluster-ip-range=10.96.0.0/16',
    // A Service `kubernetes` with a loopback endpoint is refused; nothing here calls through it.
    '--endpoint-reconciler-type=none',
    // Else it waits for its watches to end when it is told to.
    '--shutdown-watch-termination-grace-period=0s',
  ];
}

function apiServer(running: Running, url: string): ApiServer {
  const { folder, files, etcd } = running;
  const kubeconfigWith = (token: string): string => {
    const path = join(folder, `kubeconfig-${running.kubeconfigs++}`);
    writeFileSync(path, kubeconfigText({ url, caFile: files.caFile, token }), { mode: 0o600 });
    return path;
  };
  const kubeconfig = kubeconfigWith(files.adminToken);
  const cacheFolder = join(folder, 'kubectl');
  mkdirSync(cacheFolder);
  const kubectl: ApiServer['kubectl'] = (args, stdin) => runKubectl({ kubeconfig, cacheFolder }, args, stdin);
  const must = async (args: readonly string[], stdin?: string): Promise<string> => {
    const { code, stdout, stderr } = await kubectl(args, stdin);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  const apply: ApiServer['apply'] = async (manifests) => {
    const text =
      typeof manifests === 'string'
        ? manifests
        : JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests });
    await must(['apply', '--server-side', '--force-conflicts', '-f', '-'], text);
  };
  const child = (process: ClusterProcess): Child => (process === 'etcd' ? etcd.child : running.apiServer);
  const server: ApiServer = {
    ...{ url, kubeconfig, kubectl, apply, kubeconfigWith },
    ...{ caFile: files.caFile, adminToken: files.adminToken },
    get pids() {
      return { etcd: pidOf(etcd.child), 'kube-apiserver': pidOf(running.apiServer) };
    },
    createNamespace: (name, labels = {}) => apply(namespaceObjects(name, labels)),
    tokenFor: async ({ namespace, name }, audience) => {
      const forAudience = audience === undefined ? [] : ['--audience', audience];
      return (await must(['create', 'token', name, '-n', namespace, ...forAudience])).trim();
    },
    async restart(whileDown) {
      await running.apiServer.stop(GRACE_MS);
      await whileDown?.();
      running.apiServer = running.start();
      await untilReady(running, server);
    },
    compact: etcd.compact,
    freeze: (name) => process.kill(pidOf(child(name)), 'SIGSTOP'),
    thaw: (name) => process.kill(pidOf(child(name)), 'SIGCONT'),
    stop: () => stop(running),
  };
  return server;
}

/** A server that was told to end waits for requests under way; a frozen one never ends. */
const GRACE_MS = 2_000;

async function stop({ apiServer, etcd, folder }: Running): Promise<void> {
  await apiServer.stop(GRACE_MS);
  await etcd.child.stop(GRACE_MS);
  rmSync(folder, { recursive: true, force: true });
}

async function untilReady({ files, apiServer, log }: Running, { url }: ApiServer): Promise<void> {
  let end: string | undefined;
  void apiServer.ended.then(({ description }) => {
    end = description;
  });
  const details = (): string => log.slice(-20).join('\n');
  await until(
    async () => {
      if (end !== undefined) return true;
      return (await readyStatus(`${url}/readyz`, files)) === 200;
    },
    { what: 'kube-apiserver is ready', timeoutMs: 60_000, details },
  );
  if (end !== undefined) throw new Error(`kube-apiserver ${end}\n${details()}`);
}

function readyStatus(url: string, { caFile, adminToken }: ApiServerFiles): Promise<number | undefined> {
  const options = { ca: readFileSync(caFile), headers: { authorization: `Bearer ${adminToken}` } };
  return new Promise((resolve, reject) => {
    const asked = get(url, { ...options, agent: false, timeout: 2_000 }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.on('timeout', () => asked.destroy(new Error('no answer from kube-apiserver')));
    asked.on('error', reject);
  });
}

function pidOf({ pid }: Child): number {
  if (pid === undefined) throw new Error('the process was never started');
  return pid;
}

function namespaceObjects(name: string, labels: Readonly<Record<string, string>>): object[] {
  return [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }, serviceAccount(name)];
}

function serviceAccount(namespace: string): object {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } };
}
