import type { Readable } from 'node:stream';
import { createInterface } from 'node:readline';

/** Everything that a stream has said, line by line, and a way to wait for what it will say. */
export interface Lines {
  readonly all: readonly string[];
  /** Resolves with the first line, from `from` on, that the predicate takes; rejects after `timeoutMs` or at the end. */
  waitFor(
    predicate: (line: string) => boolean,
    options?: { from?: number; timeoutMs?: number },
  ): Promise<string>;
}

interface Collected {
  readonly all: string[];
  /** Called whenever there is a new line, and at the end. */
  readonly waiting: Set<() => void>;
  ended: boolean;
}

export function collectLines(stream: Readable): Lines {
  const collected: Collected = { all: [], waiting: new Set(), ended: false };
  const wake = (): void => {
    for (const check of [...collected.waiting]) check();
  };
  const reader = createInterface({ input: stream });
  reader.on('line', (line) => {
    collected.all.push(line);
    wake();
  });
  reader.on('close', () => {
    collected.ended = true;
    wake();
  });
  return {
    all: collected.all,
    waitFor: (predicate, { from = 0, timeoutMs = 20_000 } = {}) =>
      waitFor(collected, (lines) => lines.slice(from).find(predicate), timeoutMs),
  };
}

function waitFor(
  collected: Collected,
  find: (lines: readonly string[]) => string | undefined,
  timeoutMs: number,
): Promise<string> {
  const { all, waiting } = collected;
  let forget = (): void => undefined;
  return new Promise<string>((resolve, reject) => {
    const fail = (why: string): void => {
      reject(new Error(`${why}; the last lines: ${all.slice(-5).join('\n')}`));
    };
    const check = (): void => {
      const found = find(all);
      if (found !== undefined) resolve(found);
      else if (collected.ended) fail('the stream ended');
    };
    const timer = setTimeout(() => {
      fail(`no such line within ${timeoutMs} ms`);
    }, timeoutMs);
    forget = () => {
      clearTimeout(timer);
      waiting.delete(check);
    };
    waiting.add(check);
    check();
  }).finally(() => {
    forget();
  });
}
