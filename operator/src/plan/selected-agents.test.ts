import { AGENT_RUNTIMES } from '@omnia-policy/kube';
import t from 'tap';
import { projectAgent } from '../model/project-agent.js';
import { clusterObject } from '../testing/cluster-objects.js';
import { principalsOf } from './selected-agents.js';

function principalsFor(...accounts: readonly unknown[]): readonly string[] {
  const agents = accounts.map((serviceAccountName, index) =>
    projectAgent(
      clusterObject(AGENT_RUNTIMES, `a${index}`, { spec: { podOverrides: { serviceAccountName } } }),
    ),
  );
  return principalsOf(agents, 'cluster.local');
}

t.test('an agent is its account, the usual one unless it names another', (t) => {
  t.strictSame(principalsFor('robots', undefined, 'robots'), [
    'cluster.local/ns/production/sa/a1-facade',
    'cluster.local/ns/production/sa/robots',
  ]);
  t.end();
});

t.test('what can be no account stands for nobody: not for all accounts, and it spoils no filter', (t) => {
  const others = ['*', 'a*', 'robots\n', 'a\u0001b', '../../other/sa/robots', 'A', 'x'.repeat(254)];
  t.strictSame(principalsFor(...others), []);
  t.end();
});
