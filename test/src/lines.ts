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

export function collectLines(stream: Readable): Lines {
  const all: string[] = [];
  const waiting = new Set<() => void>();
  let ended = false;
  const wake = (): void => {
    for (const check of [...waiting]) check();
  };
  const reader = createInterface({ input: stream });
  reader.on('line', (line) => {
    all.push(line);
    wake();
  });
  reader.on('close', () => {
    ended = true;
    wake();
  });
  return {
    all,
    waitFor: (predicate, { from = 0, timeoutMs = 20_000 } = {}) =>
      new Promise((resolve, reject) => {
        const finish = (settle: () => void): void => {
          waiting.delete(check);
          clearTimeout(timer);
          settle();
        };
        const fail = (why: string): void => {
          finish(() => {
            reject(new Error(`${why}; the last lines: ${all.slice(-5).join('\n')}`));
          });
        };
        const check = (): void => {
          const found = all.slice(from).find(predicate);
          if (found !== undefined) {
            finish(() => {
              resolve(found);
            });
          } else if (ended) fail('the stream ended');
        };
        const timer = setTimeout(() => {
          fail(`no such line within ${timeoutMs} ms`);
        }, timeoutMs);
        waiting.add(check);
        check();
      }),
  };
}
