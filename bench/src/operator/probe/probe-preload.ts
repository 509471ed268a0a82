// Loaded into the operator and ext-authz before their own code: tells what can't be seen from outside.
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { createServer } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  PROBE_FOLDER_VARIABLE,
  probeSocket,
  type ProbeAnswer,
  type ProbeQuestion,
} from './probe-protocol.js';

/** Delays are measured by a timer of this period, which is in them. */
const TIMER_MS = 1;

const folder = process.env[PROBE_FOLDER_VARIABLE];
const isOurs = /omnia-operator|ext-authz/.test(process.argv[1] ?? '');
if (folder !== undefined && isOurs) listen(probeSocket(folder, process.pid));

function listen(path: string): void {
  const session = new Session();
  const delay = monitorEventLoopDelay({ resolution: TIMER_MS });
  const answers: Readonly<
    Record<ProbeQuestion['ask'], (file: string) => Promise<ProbeAnswer> | ProbeAnswer>
  > = {
    memory: () => {
      const { rss: residentBytes, heapUsed: heapBytes } = process.memoryUsage();
      collectGarbage();
      return { residentBytes, heapBytes, liveBytes: process.memoryUsage().heapUsed };
    },
    watchLoop: () => {
      delay.reset();
      delay.enable();
      return {};
    },
    longestBlock: () => {
      delay.disable();
      return { blockMs: Math.max(0, delay.max / 1e6 - TIMER_MS) };
    },
    startProfile: async () => {
      session.connect();
      await session.post('Profiler.enable');
      await session.post('Profiler.start');
      return {};
    },
    stopProfile: async (file) => {
      const { profile } = await session.post('Profiler.stop');
      session.disconnect();
      writeFileSync(file, JSON.stringify(profile));
      return {};
    },
  };
  const server = createServer((socket) => {
    createInterface({ input: socket }).on('line', (line) => {
      const { ask, file = '' } = JSON.parse(line) as ProbeQuestion;
      void Promise.resolve(answers[ask](file)).then((answer) => socket.end(`${JSON.stringify(answer)}\n`));
    });
    socket.on('error', () => undefined);
  });
  server.listen(path);
  // The process ends when its own work does.
  server.unref();
}

let collect: (() => void) | undefined;

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  collect ??= runInNewContext('gc') as () => void;
  collect();
}
