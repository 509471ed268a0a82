import t from 'tap';
import { compilePolicySet } from './compile-policy-set.js';
import type { PolicyDocument } from './document.js';
import type { PolicySet } from './policy-set.js';
import { API_VERSION } from './resources/resource.js';

type Changes = Record<string, unknown>;

/** Each document denies one tool, so a decision tells which version of which document is in force. */
function policy(origin: string, name: string, { tool, ...changes }: Changes): PolicyDocument {
  return {
    origin,
    value: {
      apiVersion: API_VERSION,
      kind: 'ToolPolicy',
      metadata: { name, namespace: 'production' },
      spec: { selector: { registry: 'r', tools: [tool] }, rules: [{ name: 'r', deny: denyAll }] },
      ...changes,
    },
  };
}

const denyAll = { cel: 'true', message: 'm' };
const broken = { spec: { selector: { registry: 'r', tools: ['other'] }, rules: [] } };
const nameless = { metadata: { namespace: 'production' } };

const load = (documents: PolicyDocument[], previous?: PolicySet): PolicySet =>
  compilePolicySet(documents, { revision: '1', ...(previous && { previous }) });

/** Names of the policies that decide a call of the tool; with `!` those that count as failures. */
const deciding = (set: PolicySet, tool: string, namespace = 'production'): string[] =>
  set.toolPolicies(namespace, 'r', tool).map(({ ref, broken }) => `${ref.name}${broken ? '!' : ''}`);

const states = ({ entries }: PolicySet): string[] =>
  entries.map(({ origin, name, enforced, problems }) =>
    [origin, name, enforced, ...problems.map(({ code }) => code)].join(' '),
  );

t.test('of two files with one name, a broken document stands for its own', (t) => {
  const good = load([policy('a', 'k', { tool: 'of-a' }), policy('b', 'k', { tool: 'of-b' })]);
  const brokenB = policy('b', 'k', { tool: 'of-b', ...broken });
  const both = load([policy('a', 'k', { tool: 'of-a' }), brokenB], good);
  t.same(deciding(both, 'of-a'), ['k']);
  t.same(deciding(both, 'of-b'), ['k']);
  for (const before of [good, both]) {
    const alone = load([brokenB], before);
    t.same(deciding(alone, 'of-b'), ['k']);
    t.same(deciding(alone, 'of-a'), ['k'], 'the deleted one may have moved to b');
    t.same(states(alone), ['b k last-good out-of-bounds']);
    t.same(deciding(load([policy('b', 'k', { tool: 'of-b' })], alone), 'of-a'), [], 'it had not');
  }
  t.end();
});

t.test('one deleted and one without its name: none is lost', (t) => {
  const good = load([policy('f', 'aa', { tool: 'a' }), policy('f#2', 'bb', { tool: 'b' })]);
  for (const metadata of [nameless.metadata, { name: 7, namespace: 'production' }, 5]) {
    const set = load([policy('f', 'bb', { tool: 'b', metadata })], good);
    t.same(deciding(set, 'b'), ['bb']);
    t.same(deciding(set, 'a'), ['aa']);
    t.match(states(set).slice(1), ['f aa last-good not-removed', 'f bb last-good not-removed']);
    const mended = load([policy('f', 'bb', { tool: 'b' })], set);
    t.same(deciding(mended, 'b'), ['bb']);
    t.same(deciding(mended, 'a'), [], 'gone when the file is whole');
  }
  t.end();
});

t.test('a mistake in name or namespace refuses nothing that was not refused before', (t) => {
  const good = load([policy('f', 'p', { tool: 't' }), policy('f#2', 'q', { tool: 'u' })]);
  for (const metadata of [
    { name: 'p', namespace: 'Production' },
    { name: 'p', namepsace: 'production' },
    { name: 'P', namespace: 'production' },
  ]) {
    const set = load([policy('f', 'p', { tool: 't', metadata }), policy('f#2', 'q', { tool: 'u' })], good);
    t.same(deciding(set, 't'), ['p']);
    t.same(deciding(set, 't', 'staging'), []);
    t.same(deciding(set, 't', 'default'), []);
    t.match(states(set)[0], 'last-good');
  }
  t.end();
});

t.test('a broken document more than there were good ones was never good', (t) => {
  const good = load([policy('f', 'p', { tool: 't' })]);
  const set = load(
    [policy('f', 'p', { tool: 't', ...nameless }), policy('f#2', 'q', { tool: 'u', ...nameless })],
    good,
  );
  t.same(deciding(set, 't').sort(), ['!', 'p']);
  t.same(deciding(set, 'u'), ['!']);
  t.end();
});

t.test('good edits count beside a broken document, deletions wait', (t) => {
  const good = load([
    policy('f', 'p', { tool: 'old' }),
    policy('f#2', 'q', { tool: 'u' }),
    policy('f#3', 'r', { tool: 'v' }),
  ]);
  const set = load([policy('f', 'p', { tool: 'new' }), policy('f#2', 'q', { tool: 'u', ...broken })], good);
  t.same(
    ['old', 'new', 'u', 'v'].map((tool) => deciding(set, tool)),
    [[], ['p'], ['q'], ['r']],
  );
  t.same(states(set), ['f p current', 'f#2 q last-good out-of-bounds', 'f r last-good not-removed']);
  t.end();
});

t.test('moved to another file and broken there', (t) => {
  const good = load([policy('f', 'p', { tool: 't' })]);
  const moved = load([policy('g', 'p', { tool: 't', ...broken })], good);
  t.same(deciding(moved, 't'), ['p']);
  const again = load([policy('h', 'p', { tool: 't', ...broken })], moved);
  t.same(deciding(again, 't'), ['p'], 'twice');
  const unnamed = load([policy('h', 'p', { tool: 't', ...nameless })], again);
  t.same(deciding(unnamed, 't'), ['p'], 'and then without its name');
  t.same(deciding(load([policy('h', 'q', { tool: 'u' })], unnamed), 't'), [], 'until that file is whole');
  t.end();
});

t.test('copied to another file and broken there', (t) => {
  const good = load([policy('f', 'p', { tool: 't' })]);
  const copied = load([policy('f', 'p', { tool: 't' }), policy('g', 'p', { tool: 't', ...broken })], good);
  t.same(deciding(copied, 'other'), [], 'the policy of this name is in force');
  t.same(states(copied), ['f p current', 'g p last-good out-of-bounds duplicate']);
  t.same(deciding(load([policy('g', 'p', { tool: 't', ...broken })], copied), 't'), ['p']);
  t.end();
});

t.test('another kind in its place', (t) => {
  const good = load([policy('f', 'p', { tool: 't' })]);
  const list = { origin: 'f', value: { apiVersion: 'v1', kind: 'List', items: [] } };
  t.same(deciding(load([list], good), 't'), ['p']);
  t.match(states(load([list], good))[0], /last-good/);
  for (const value of [undefined, null, 5, [], {}]) {
    t.same(deciding(load([{ origin: 'f', value }], good), 't'), ['p']);
  }
  t.end();
});

t.test('the same name twice in one file', (t) => {
  const good = load([policy('f', 'k', { tool: 'a' }), policy('f#2', 'k', { tool: 'b' })]);
  const set = load([policy('f', 'k', { tool: 'a', ...nameless }), policy('f#2', 'k', { tool: 'b' })], good);
  t.same(deciding(set, 'a'), ['k']);
  t.same(deciding(set, 'b'), ['k'], 'once');
  t.same(deciding(load([policy('f', 'k', { tool: 'a' })], set), 'b'), []);
  t.end();
});
