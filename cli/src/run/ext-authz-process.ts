import { setTimeout as delay } from 'node:timers/promises';
import { extAuthzNodeFlags, extAuthzPath } from '@omnia-policy/ext-authz';
import { formatListenAddress, outputClosedExitCode, ServiceError } from '@omnia-policy/service';
import type { ListenAddress } from '@omnia-policy/service';
import type { Cleanup } from '../processes/cleanup.js';
import { startChild } from '../processes/start-child.js';
import type { Child } from '../processes/start-child.js';
import type { RunSettings } from './run-settings.js';

export interface ExtAuthzStart {
  readonly settings: RunSettings;
  readonly grpc: ListenAddress;
  readonly ops: ListenAddress;
  readonly report: (line: string) => void;
  /** Called when it ended because nobody reads its stdout, which is ours. */
  readonly onOutputClosed: () => void;
  readonly cleanup: Cleanup;
}

export interface ExtAuthzProcess {
  /** Call once it served: from then on it is started again whenever it ends. */
  wasReady(): void;
  /** Rejects with a ServiceError when it ends before it was ready. */
  readonly failed: Promise<never>;
}

const STOP_GRACE_MS = 10_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;
/** After serving this long, the next end counts as the first one. */
const STEADY_MS = 10_000;

/** Starts the policy service as a process of its own. Its stdout, the decision log, is ours. */
export function startExtAuthz(start: ExtAuthzStart): ExtAuthzProcess {
  const { cleanup, report } = start;
  let ready = false;
  const stopping = new AbortController();
  let child: Child | undefined;
  cleanup.add({
    async end() {
      stopping.abort();
      await child?.stop(STOP_GRACE_MS);
    },
    endAtOnce: () => child?.kill(),
  });
  const keepRunning = async (): Promise<never> => {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      const startedMs = performance.now();
      child = startOnce(start);
      const { code, description } = await child.ended;
      if (code === outputClosedExitCode) start.onOutputClosed();
      if (stopping.signal.aborted || code === outputClosedExitCode) return new Promise(() => undefined);
      if (!ready)
        throw new ServiceError('not-ready', `the policy service ${description} before it was ready.`);
      if (performance.now() - startedMs > STEADY_MS) pauseMs = FIRST_PAUSE_MS;
      report(`the policy service ${description}; calls are refused until it is back, in ${pauseMs} ms`);
      await delay(pauseMs, undefined, { signal: stopping.signal });
    }
  };
  return {
    wasReady() {
      ready = true;
    },
    // The pause before a new start ends with an AbortError when all is being stopped: no failure.
    failed: keepRunning().catch((error: unknown) => {
      if (stopping.signal.aborted) return new Promise<never>(() => undefined);
      throw error;
    }),
  };
}

/** Room beside the body for headers and claims; the policy service asks for 128 KiB at least. */
const MESSAGE_HEADROOM_BYTES = 256 * 1024;
const MIN_MESSAGE_BYTES = 4 * 1024 * 1024;

function startOnce({ settings, grpc, ops, report }: ExtAuthzStart): Child {
  const messageBytes = Math.max(MIN_MESSAGE_BYTES, settings.maxRequestBytes + MESSAGE_HEADROOM_BYTES);
  const child = startChild({
    command: process.execPath,
    args: [
      // Its workers are started with the same flags.
      ...extAuthzNodeFlags,
      extAuthzPath,
      ...['--policies', settings.policies],
      ...['--listen', formatListenAddress(grpc)],
      ...['--ops', formatListenAddress(ops)],
      ...['--unmatched', settings.unmatched],
      ...['--mcp-denial', settings.mcpDenial],
      ...['--max-request-bytes', String(settings.maxRequestBytes)],
      ...['--grpc-max-receive-bytes', String(messageBytes)],
      ...['--workers', String(settings.workers)],
    ],
    env: childEnvironment(process.env),
    stdout: 'forward',
    onLine: (line) => {
      report(`ext-authz: ${line}`);
    },
  });
  report(`the policy service started (pid ${child.pid ?? 'none'})`);
  return child;
}

/** Without the program's own variables: TLS, for one, would leave Envoy, which connects without, outside. */
function childEnvironment(own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(own).filter(([name]) => !name.startsWith('OMNIA_EXT_AUTHZ_')));
}
