import t from 'tap';
import { compilePolicySet } from './compile-policy-set.js';
import type { PolicyDocument } from './document.js';
import type { PolicySet } from './policy-set.js';
import { API_VERSION } from './resources/resource.js';

type Json = Record<string, unknown>;

const production = (name: unknown): Json => ({ name, namespace: 'production' });
const resource = (kind: string, metadata: unknown, spec: Json): Json => ({
  apiVersion: API_VERSION,
  kind,
  metadata,
  spec,
});

/** Denies every call of a registry. */
const policy = (name: unknown, registry: unknown, changes: Json = {}): Json =>
  resource('ToolPolicy', production(name), {
    selector: { registry },
    rules: [{ name: 'r', deny: { cel: 'true', message: 'm' } }],
    ...changes,
  });
const agentPolicy = (name: unknown, agents: string[]): Json =>
  resource('AgentPolicy', production(name), { selector: { agents } });
const broken = { rules: 5 };

const file = (origin: string, ...values: unknown[]): PolicyDocument[] =>
  values.map((value, index) => ({ origin: index === 0 ? origin : `${origin}#${index + 1}`, value }));

const load = (documents: PolicyDocument[], previous?: PolicySet): PolicySet =>
  compilePolicySet(documents, { revision: '1', ...(previous && { previous }) });

/** Names of the policies that decide calls of the registry; with `!` those that count as failures. */
const deciding = (set: PolicySet, registry: string): string[] =>
  set
    .toolPolicies('production', registry, 't')
    .map(({ ref, broken }) => `${ref.name}${broken ? '!' : ''}`)
    .sort();

const states = ({ entries }: PolicySet): string[] =>
  entries.map(({ origin, name, enforced }) => `${origin} ${name} ${enforced}`);

t.test('a policy of another registry does not stand for one without a readable name', (t) => {
  const set = load(file('f', policy(7, 'r2')), load(file('f', policy('k', 'r1'))));
  t.same(deciding(set, 'r1'), ['k']);
  t.same(deciding(set, 'r2'), ['!']);
  t.same(states(set), ['f  failure', 'f k last-good']);
  t.end();
});

t.test('nor does one of another namespace', (t) => {
  const good = load(file('f', { ...policy('k', 'r'), metadata: { name: 'k', namespace: 'staging' } }));
  t.same(deciding(load(file('f', policy(7, 'r')), good), 'r'), ['!']);
  t.end();
});

t.test('one whose registry can not be read may be a policy of any', (t) => {
  const good = load(file('f', policy('k', 'r1')));
  t.same(deciding(load(file('f', policy(7, 5)), good), 'r1'), ['k']);
  t.end();
});

t.test('nor a document of another kind', (t) => {
  const good = load(file('f', resource('ToolRegistry', production('reg'), {}), agentPolicy('a', ['x'])));
  t.same(deciding(load(file('f', policy(7, 'r')), good), 'r'), ['!']);
  t.end();
});

t.test('nor a policy of other agents', (t) => {
  const good = load(file('f', agentPolicy('a', ['x', 'y'])));
  const enforced = (agents: string[]): string | undefined =>
    states(load(file('f', agentPolicy(7, agents)), good))[0];
  t.equal(enforced(['z']), 'f  failure');
  t.equal(enforced(['y', 'z']), 'f  last-good');
  t.end();
});

t.test('one former policy does not stand for two documents, whichever comes first', (t) => {
  const good = load(file('f', policy('k', 'r1'), policy('l', 'r2')));
  const two = load(file('f', policy(7, 'r1'), policy(8, 'r1'), policy(9, 'r2')), good);
  t.same(deciding(two, 'r1'), ['!', '!', 'k']);
  t.same(deciding(two, 'r2'), ['l'], 'another registry is not concerned');
  t.same(deciding(load(file('f', null, policy(7, 'r1')), load(file('f', policy('k', 'r1')))), 'r1'), [
    '!',
    'k',
  ]);
  t.end();
});

t.test('a policy of the same name in another file does not stand for one of another registry', (t) => {
  const documents = [...file('a', policy('k', 'r1')), ...file('b', policy('k', 'r2', broken))];
  const set = load(documents);
  t.same(deciding(set, 'r1'), ['k']);
  t.same(deciding(set, 'r2'), ['k!']);
  const moved = load(file('b', policy('k', 'r2', broken)), set);
  t.same(deciding(moved, 'r2'), ['k!'], 'nor when it may have been moved there');
  t.same(deciding(moved, 'r1'), ['k'], 'which keeps it in force');
  t.same(states(moved), ['b k failure', 'b k last-good']);
  t.end();
});

t.test('nor in the same file, beside the policy of that name', (t) => {
  const good = load(file('f', policy('k', 'r1')));
  const copied = load(file('f', policy('k', 'r1'), policy('k', 'r2', broken)), good);
  t.same(deciding(copied, 'r2'), ['k!']);
  const both = load(file('f', policy('k', 'r1', broken), policy('k', 'r2', broken)), good);
  t.same(deciding(both, 'r1'), ['k']);
  t.same(deciding(both, 'r2'), ['k!']);
  t.end();
});

t.test('the one policy of its name and file stands for it, whatever its registry is now', (t) => {
  const set = load(file('f', policy('k', 'r2', broken)), load(file('f', policy('k', 'r1'))));
  t.same(deciding(set, 'r1'), ['k']);
  t.same(deciding(set, 'r2'), []);
  t.same(states(set), ['f k last-good']);
  t.end();
});

const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: production('x'), data: {} };
const kustomization = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources: [] };

t.test('a document of another API keeps nothing in force, and stands beside a slip in a name', (t) => {
  for (const foreign of [config, kustomization]) {
    const good = load(file('f', foreign, policy('k', 'r')));
    t.same(deciding(load(file('f', foreign), good), 'r'), [], 'deleted beside it');
    t.same(deciding(load(file('f', foreign, policy('l', 'r')), good), 'r'), ['l'], 'renamed beside it');
    t.same(deciding(load(file('f', foreign, policy(7, 'r')), good), 'r'), ['k'], 'a slip beside it');
    t.match(states(load(file('f', foreign, policy(7, 'r')), good))[0], /nothing/);
  }
  t.end();
});

t.test('what may be a policy all the same keeps it in force', (t) => {
  const good = load(file('f', policy('k', 'r')));
  const slips = [
    { ...policy('k', 'r'), apiVersion: 'v1' },
    { ...policy('k', 'r'), kind: 'Policy' },
    { apiVersion: API_VERSION, kind: 'Policy', metadata: production('k') },
    { apiVersion: 'omnia.altairalabs.ai/v1', kind: 'Policy', metadata: production('k') },
    { kind: 'Policy', metadata: production('k') },
    { apiVersion: 'v1', metadata: production('k') },
    { apiVersion: 'v1', kind: 'List', items: [policy('k', 'r')] },
  ];
  for (const slip of slips) t.same(deciding(load(file('f', slip), good), 'r'), ['k'], JSON.stringify(slip));
  t.end();
});
