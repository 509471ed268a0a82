import t from 'tap';
import type { IntervalTally } from '../generator/tally.js';
import { summarise } from '../generator/summarise.js';
import { loadPlot } from './load-plot.js';
import { linearScale, logScale, stepScale } from './scale.js';
import { element, text } from './svg.js';

/** Every tag is closed by its own kind, and every `&` begins an entity. */
function faults(svg: string): string[] {
  const found = [...svg.matchAll(/&(?!(amp|lt|gt|quot);)/g)].map(({ index }) => `a bare & at ${index}`);
  const open: string[] = [];
  for (const [tag, slash, name, , selfClosed] of svg.matchAll(/<(\/?)(\w+)((?: [\w:-]+="[^"<]*")*)(\/?)>/g)) {
    if (slash === '/' && open.pop() !== name) found.push(`${tag} closes something else`);
    if (slash === '' && selfClosed === '' && name !== undefined) open.push(name);
  }
  const bare = svg.replaceAll(/<\/?\w+(?: [\w:-]+="[^"<]*")*\/?>/g, '');
  if (/[<>]/.test(bare)) found.push('a bracket outside of tags');
  return [...found, ...open.map((name) => `${name} is not closed`)];
}

const interval = (fromMs: number, outcome: string): IntervalTally => ({
  fromMs,
  toMs: fromMs + 500,
  outcomes: [[outcome, 10]],
  latencies: outcome === 'as expected' ? [[200, 10]] : [],
  lateness: [],
});

t.test('a plot is well-formed, also with gaps and with odd names', (t) => {
  const intervals = [interval(0, 'as expected'), interval(500, 'status 503'), interval(1000, 'as expected')];
  const svg = loadPlot({
    title: 'A <b> & "c"',
    notes: ["it's"],
    ramp: [{ connections: 1, summary: summarise(intervals) }],
    steady: {
      ratePerSecond: 20,
      intervals,
      usage: [{ atMs: 500, role: 'a&b', cpuPercent: 12, residentBytes: 1e7 }],
      faults: [{ label: 'killed <here>', fromMs: 500, toMs: 1000 }],
    },
  });
  t.same(faults(svg), []);
  t.notMatch(svg, /NaN|undefined|Infinity/);
  t.match(svg, 'killed &lt;here&gt;');
  t.end();
});

t.test('a plot of nothing at all is well-formed too', (t) => {
  const steady = { ratePerSecond: 0, intervals: [], usage: [], faults: [] };
  const svg = loadPlot({ title: '', notes: [], ramp: [], steady });
  t.same(faults(svg), []);
  t.notMatch(svg, /NaN|undefined|Infinity/);
  t.end();
});

t.test('texts and attributes are escaped', (t) => {
  t.equal(text('a < b', { x: 1.26 }).svg, '<text x="1.3">a &lt; b</text>');
  t.equal(element('g', { id: '"&' }).svg, '<g id="&quot;&amp;"/>');
  t.end();
});

t.test('ticks are round and cover the values', (t) => {
  const labels = ({ ticks }: ReturnType<typeof linearScale>): string[] => ticks.map(({ label }) => label);
  t.same(labels(linearScale(487)), ['0', '100', '200', '300', '400', '500']);
  t.same(labels(linearScale(16, { count: 12, endsAtValue: true })), [
    '0',
    '2',
    '4',
    '6',
    '8',
    '10',
    '12',
    '14',
    '16',
  ]);
  t.same(labels(logScale(0.3, 45)), ['0.1', '0.2', '0.5', '1', '2', '5', '10', '20', '50', '100']);
  t.same(labels(stepScale([1, 2, 64])), ['1', '2', '64']);
  t.equal(logScale(1, 100).place(10), 0.5);
  t.equal(linearScale(500).place(250), 0.5);
  t.end();
});
