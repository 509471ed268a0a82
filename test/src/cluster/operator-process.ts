import { startChild, type Child } from '@omnia-policy/cli';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../free-ports.js';
import { ROOT } from '../stack.js';
import { until } from '../until.js';
import type { ApiServer } from './api-server.js';

/** The operator as a process of its own. */
export interface OperatorProcess {
  readonly pid: number;
  readonly opsUrl: string;
  readonly webhookUrl: string;
  /** Lines of its log so far. */
  log(): readonly Readonly<Record<string, unknown>>[];
  untilReady(): Promise<void>;
  /** Resolves when it wrote a line with this message; to the line. */
  untilLogged(message: string, count?: number): Promise<Readonly<Record<string, unknown>>>;
  ready(): Promise<{ readonly status: number; readonly text: string }>;
  metrics(): Promise<string>;
  /** SIGTERM; resolves to how it ended. */
  stop(): Promise<string>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

export interface OperatorProcessOptions {
  readonly server: ApiServer;
  /** Instead of the administrator's. */
  readonly kubeconfig?: string;
  /** More flags. */
  readonly flags?: readonly string[];
  teardown(end: () => Promise<void>): unknown;
}

/** Starts the operator with its webhook on loopback. Does not wait until it is ready. */
export async function startOperator(options: OperatorProcessOptions): Promise<OperatorProcess> {
  const { server, flags = [], kubeconfig = server.kubeconfig } = options;
  const [ops = 0, webhook = 0] = await freePorts(2);
  const folder = mkdtempSync(join(tmpdir(), 'omnia-operator-'));
  const logFile = join(folder, 'log');
  const complaints: string[] = [];
  const child = startChild({
    command: '/bin/sh',
    args: [
      ...['-c', 'exec "$@" >"$LOG"', 'sh', process.execPath, join(ROOT, 'operator/bin/omnia-operator.js')],
      ...[`--kubeconfig=${kubeconfig}`, `--ops=127.0.0.1:${ops}`, `--webhook=127.0.0.1:${webhook}`],
      ...['--webhook-hosts=127.0.0.1', '--log-level=debug', ...flags],
    ],
    env: { ...process.env, LOG: logFile },
    stdout: 'ignore',
    onLine: (line) => complaints.push(line),
  });
  closeSync(openSync(logFile, 'a'));
  options.teardown(async () => {
    await child.stop(2_000);
    rmSync(folder, { recursive: true, force: true });
  });
  return operatorProcess({ child, logFile, complaints, ops, webhook });
}

interface Started {
  readonly child: Child;
  readonly logFile: string;
  readonly complaints: readonly string[];
  readonly ops: number;
  readonly webhook: number;
}

function operatorProcess({ child, logFile, complaints, ops, webhook }: Started): OperatorProcess {
  const opsUrl = `http://127.0.0.1:${ops}`;
  const details = (): string => [...complaints, readFileSync(logFile, 'utf8').slice(-3000)].join('\n');
  const operator: OperatorProcess = {
    pid: child.pid ?? -1,
    opsUrl,
    webhookUrl: `https://127.0.0.1:${webhook}/validate`,
    log: () => parseLines(readFileSync(logFile, 'utf8')),
    async untilReady() {
      await until(async () => (await operator.ready()).status === 200, {
        what: 'the operator is ready',
        details,
      });
    },
    untilLogged: (message, count = 1) =>
      until(() => operator.log().filter(({ msg }) => msg === message)[count - 1], {
        what: `"${message}" in the log of the operator`,
        details,
      }),
    async ready() {
      const response = await fetch(`${opsUrl}/readyz`);
      return { status: response.status, text: await response.text() };
    },
    metrics: async () => (await fetch(`${opsUrl}/metrics`)).text(),
    async stop() {
      await child.stop(12_000);
      return (await child.ended).description;
    },
    async kill() {
      child.kill();
      await child.ended;
    },
  };
  return operator;
}

/** The last line may be half written. */
function parseLines(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
