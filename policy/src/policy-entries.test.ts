import t from 'tap';
import { compilePolicySet } from './compile-policy-set.js';
import type { PolicyDocument } from './document.js';
import type { PolicySet } from './policy-set.js';
import { rule } from './testing/decisions.js';
import { apiObject } from './testing/mesh-calls.js';

const good = { selector: { registry: 'tools' }, rules: [rule('never', 'false')] };
const bad = { ...good, rules: [rule('never', 'fals')] };

function stored(spec: Record<string, unknown>, generation: number): PolicyDocument {
  const { origin, value } = apiObject('ToolPolicy', 'north/p', spec);
  const metadata = { name: 'p', namespace: 'north', generation };
  return { origin, value: { ...(value as object), metadata } };
}

function load(documents: PolicyDocument[], previous?: PolicySet): PolicySet {
  return compilePolicySet(documents, { revision: '1', ...(previous && { previous }) });
}

t.test('an entry says which generation is stored and which one decides', (t) => {
  const shown = (set: PolicySet) =>
    set.entries.map(({ enforced, generation, enforcedGeneration }) => [
      enforced,
      generation,
      enforcedGeneration,
    ]);
  const first = load([stored(good, 3)]);
  t.strictSame(shown(first), [['current', 3, 3]]);
  const broken = load([stored(bad, 4)], first);
  t.strictSame(shown(broken), [['last-good', 4, 3]]);
  const again = load([stored(bad, 5)], broken);
  t.strictSame(shown(again), [['last-good', 5, 3]]);
  const mended = load([stored(good, 6)], again);
  t.strictSame(shown(mended), [['current', 6, 6]]);
  t.strictSame(shown(load([stored(bad, 1)])), [['failure', 1, undefined]]);
  t.end();
});

t.test('a document of a file has no generation', (t) => {
  const [entry] = load([apiObject('ToolPolicy', 'north/p', good)]).entries;
  t.ok(entry);
  t.notOk(Object.keys(entry ?? {}).some((key) => key.toLowerCase().includes('generation')));
  t.end();
});
