import { API_VERSION, compilePolicySet, type PolicySet } from '@omnia-policy/policy';
import t from 'tap';
import { enforcedPolicies } from './enforced-policies.js';

function policy(kind: string, [name, generation]: [string, number], isGood: boolean) {
  const rules = [{ name: 'r', deny: { cel: isGood ? 'false' : 'fals', message: 'm' } }];
  const ofKind =
    kind === 'ToolPolicy' ? { selector: { registry: 'r' }, rules } : { mode: isGood ? 'enforce' : 'x' };
  return {
    origin: `${kind}/n/${name}`,
    value: { apiVersion: API_VERSION, kind, metadata: { name, namespace: 'n', generation }, spec: ofKind },
  };
}

function load(documents: Parameters<typeof compilePolicySet>[0], previous?: PolicySet): PolicySet {
  return compilePolicySet(documents, { revision: '1', ...(previous && { previous }) });
}

t.test('the report names the ToolPolicies of which another version is in force', (t) => {
  const good = load([policy('ToolPolicy', ['a', 1], true), policy('ToolPolicy', ['b', 7], true)]);
  t.strictSame(enforcedPolicies(good, '12'), { resourceVersion: '12', lagging: {} });
  const broken = load(
    [
      policy('ToolPolicy', ['a', 2], true),
      policy('ToolPolicy', ['b', 8], false),
      policy('ToolPolicy', ['c', 1], false),
      policy('AgentPolicy', ['d', 1], false),
    ],
    good,
  );
  t.strictSame(enforcedPolicies(broken, '13'), { resourceVersion: '13', lagging: { 'n/b': 7, 'n/c': 0 } });
  t.end();
});
