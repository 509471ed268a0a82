import { createMetrics, metricsText } from '@omnia-policy/service';
import { readFileSync } from 'node:fs';
import t from 'tap';
import { createKubeMetrics, type WatchEnd } from './kube-metrics.js';

const page = readFileSync(new URL('../../docs/reference/kube-metrics.md', import.meta.url), 'utf8');
// A record, so that one that is added to the type and not here does not compile.
const ends: Record<WatchEnd, true> = { ended: true, silent: true, expired: true, failed: true };

t.test('docs/reference/kube-metrics.md lists exactly the metrics that there are', async (t) => {
  const metrics = createMetrics();
  const kube = createKubeMetrics(metrics);
  kube.request('list', 'Pod');
  kube.listed('Pod');
  for (const why of Object.keys(ends)) kube.watchEnded('Pod', why as WatchEnd);
  const { text } = await metricsText([await metrics.snapshot()]);
  const real = [...text.matchAll(/^# TYPE (omnia_\w+) (\w+)\n\w+\{(.*)\}/gm)].map(
    ([, name = '', type = '', labels = '']) =>
      `| \`${name}\` | ${type} | ${[...labels.matchAll(/(\w+)="/g)].map(([, label]) => `\`${label}\``).join(', ')} |`,
  );
  const documented = [...page.matchAll(/^\| `omnia_.*?\|.*?\|.*?\|/gm)].map(([row]) => row);
  t.strictSame(documented.sort(), real.sort());
});

t.test('docs/reference/kube-metrics.md says why watches end', (t) => {
  const documented = [...page.matchAll(/^\| `([a-z]+)` \|/gm)].map(([, why]) => why);
  t.strictSame(documented.sort(), Object.keys(ends).sort());
  t.end();
});
