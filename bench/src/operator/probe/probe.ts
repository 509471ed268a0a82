import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { PROBE_FOLDER_VARIABLE, probeSocket } from './probe-protocol.js';
import type { ProbeAnswer, ProbeQuestion, ProcessMemory } from './probe-protocol.js';

/** Looks into the Node processes that are started while it is there. */
export interface Probe {
  memory(pid: number): Promise<ProcessMemory>;
  /** The longest time that the process did not get to anything else while `during` ran, in milliseconds. */
  longestBlockMs(pid: number, during: () => Promise<void>): Promise<number>;
  startProfile(pid: number): Promise<void>;
  stopProfile(pid: number, file: string): Promise<void>;
  close(): void;
}

/**
 * Processes of ours that are started from now on can be asked.
 *
 * @param flags more flags of Node for them
 */
export function startProbe(flags: readonly string[]): Probe {
  const folder = mkdtempSync(join(tmpdir(), 'omnia-probe-'));
  const preload = new URL('probe-preload.js', import.meta.url).href;
  process.env.NODE_OPTIONS = [process.env.NODE_OPTIONS ?? '', ...flags, '--import', preload].join(' ').trim();
  process.env[PROBE_FOLDER_VARIABLE] = folder;
  const ask = (pid: number, question: ProbeQuestion): Promise<ProbeAnswer> =>
    askOne(probeSocket(folder, pid), question);
  return {
    async memory(pid) {
      const { residentBytes = 0, heapBytes = 0, liveBytes = 0 } = await ask(pid, { ask: 'memory' });
      return { residentBytes, heapBytes, liveBytes };
    },
    async longestBlockMs(pid, during) {
      await ask(pid, { ask: 'watchLoop' });
      await during();
      return (await ask(pid, { ask: 'longestBlock' })).blockMs ?? 0;
    },
    async startProfile(pid) {
      await ask(pid, { ask: 'startProfile' });
    },
    async stopProfile(pid, file) {
      await ask(pid, { ask: 'stopProfile', file });
    },
    close() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function askOne(path: string, question: ProbeQuestion): Promise<ProbeAnswer> {
  const socket = connect(path);
  socket.write(`${JSON.stringify(question)}\n`);
  return JSON.parse(await text(socket)) as ProbeAnswer;
}
