import { createFilePolicySource, type Logger } from '@omnia-policy/service';
import type { LoadedSource } from './loaded-source.js';
import type { LoadMetrics } from './metrics.js';

export function folderSource(folder: string, logger: Logger, metrics: LoadMetrics): LoadedSource {
  const source = createFilePolicySource({
    folder,
    logger,
    onLoad({ files }, policySet) {
      const ofEntries = (policySet?.entries ?? []).flatMap(({ problems }) => problems);
      metrics.problems(files.length + ofEntries.length);
      if (policySet !== undefined) metrics.loaded(policySet, Date.now());
    },
  });
  return {
    start: (onChange, signal) => source.start(onChange, signal),
    report: () => source.report(),
    locate: source.locate,
    noteInForce: () => undefined,
    close: () => Promise.resolve(),
  };
}
