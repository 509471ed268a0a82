import { startChild } from '@omnia-policy/cli';
import { extAuthzPath } from '@omnia-policy/ext-authz';
import {
  createCheckClient,
  metadataOf,
  toolRequest,
  type ToolRequest,
} from '@omnia-policy/ext-authz/testing';
import { freePorts } from '../free-ports.js';
import { until } from '../until.js';

/** ext-authz in cluster mode, as a process of its own. */
export interface ExtAuthzProcess {
  /** The rule that refuses such a call, else `allowed`; on a connection that each question shares. */
  decide(call: ToolRequest): Promise<string>;
  get(path: string): Promise<{ readonly status: number; readonly text: string }>;
  untilReady(): Promise<void>;
  /** /readyz answers, ready or not. */
  untilListening(): Promise<void>;
  /** SIGTERM. */
  stop(): Promise<void>;
}

export interface ExtAuthzProcessOptions {
  readonly kubeconfig: string;
  /** More flags. */
  readonly flags?: readonly string[];
  readonly teardown: (end: () => Promise<void>) => unknown;
}

const GRACE_MS = 15_000;

/** Does not wait until it is ready, or even listens. */
export async function startExtAuthz({
  kubeconfig,
  flags = [],
  teardown,
}: ExtAuthzProcessOptions): Promise<ExtAuthzProcess> {
  const [port = 0, ops = 0] = await freePorts(2);
  const complaints: string[] = [];
  const child = startChild({
    command: process.execPath,
    args: [
      ...[extAuthzPath, '--kubernetes', '--kubeconfig', kubeconfig],
      ...['--listen', `127.0.0.1:${port}`, '--ops', `127.0.0.1:${ops}`, ...flags],
    ],
    env: process.env,
    stdout: 'ignore',
    onLine: (line) => complaints.push(line),
  });
  const client = createCheckClient(port);
  const stop = async (): Promise<void> => {
    client.close();
    await child.stop(GRACE_MS);
  };
  teardown(stop);
  const get: ExtAuthzProcess['get'] = async (path) => {
    const answer = await fetch(`http://127.0.0.1:${ops}${path}`);
    return { status: answer.status, text: await answer.text() };
  };
  const untilReadyz = async (status: readonly number[], what: string): Promise<void> => {
    const details = (): string => complaints.join('\n');
    await until(async () => status.includes((await get('/readyz')).status), { what, details });
  };
  return {
    get,
    stop,
    async decide(call) {
      const result = await client.check(toolRequest(call));
      const { outcome, rule = '' } = metadataOf(result);
      return outcome === 'denied' ? rule : (outcome ?? result.error?.message ?? '');
    },
    untilReady: () => untilReadyz([200], 'ext-authz is ready'),
    untilListening: () => untilReadyz([200, 503], 'ext-authz listens'),
  };
}
