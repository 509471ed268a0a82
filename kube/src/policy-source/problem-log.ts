import type { PolicyEntry } from '@omnia-policy/policy';
import type { Logger } from '@omnia-policy/service';

/** Logs the problems of policies when they turn up, not each time that they are still there. */
export interface ProblemLog {
  log(entries: readonly PolicyEntry[]): void;
}

export function createProblemLog(logger: Logger): ProblemLog {
  let reported: ReadonlySet<string> = new Set();
  return {
    log(entries) {
      const lines = entries.flatMap(({ origin, enforced, problems }) =>
        problems.map(({ message, ...rest }) => ({ origin, ...rest, problem: message, enforced })),
      );
      const texts = lines.map((line) => JSON.stringify(line));
      lines.forEach((line, index) => {
        if (!reported.has(texts[index] ?? '')) logger.error(line, 'policy problem');
      });
      reported = new Set(texts);
    },
  };
}
