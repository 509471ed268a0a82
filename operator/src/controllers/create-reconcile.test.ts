import { TOOL_POLICIES, type ObjectRef } from '@omnia-policy/kube';
import { compilePolicySet } from '@omnia-policy/policy';
import t from 'tap';
import type { World } from '../model/world.js';
import type { ApplyOutcome, DesiredStatus, Plan } from '../plan/plan.js';
import { createMemoryCaches } from '../testing/memory-caches.js';
import { createClusterView } from './cluster-view.js';
import type { Controller } from './controller.js';
import { createReconcile } from './create-reconcile.js';
import { KEY_KINDS, type KeyKind } from './key.js';

const ref = { namespace: 'production', name: 'support' };

function plan(outcome: ApplyOutcome): Plan {
  return { objects: [], status: { kind: TOOL_POLICIES, ref, status: { outcome: outcome.kind } } };
}

function start(outcome: ApplyOutcome, planned: (outcome: ApplyOutcome) => Plan | undefined = plan) {
  const view = createClusterView(createMemoryCaches());
  const done: unknown[] = [];
  const controller: Controller = {
    plan: (_world: World, _ref: ObjectRef, result) => {
      done.push(`plan ${result.kind}`);
      return planned(result);
    },
    stored: () => ({ status: 'stored' }),
  };
  const controllers = Object.fromEntries(KEY_KINDS.map((kind) => [kind, controller])) as Record<
    KeyKind,
    Controller
  >;
  const reconcile = createReconcile({
    controllers,
    world: view.world,
    applier: {
      apply: (owner: string) => {
        done.push(`apply ${owner}`);
        return Promise.resolve(outcome);
      },
    },
    noteOutcome: (key, result) => {
      done.push(`note ${key.kind} ${result.kind}`);
    },
    writeStatus: (desired: DesiredStatus, stored: { readonly status: unknown } | undefined) => {
      done.push([desired.status.outcome, stored?.status]);
      return Promise.resolve();
    },
  });
  const fill = (): void => {
    view.setPolicySet(compilePolicySet([], { revision: '' }));
  };
  return { reconcile, done, fill };
}

t.test('nothing is done before there is a world, nor for what is no key', async (t) => {
  const { reconcile, done, fill } = start({ kind: 'applied' });
  await reconcile('AgentPolicy/production/support');
  fill();
  await reconcile('Nonsense/production/support');
  t.strictSame(done, []);
});

t.test('a plan that is applied is made once', async (t) => {
  const { reconcile, done, fill } = start({ kind: 'applied' });
  fill();
  await reconcile('AgentPolicy/production/support');
  t.strictSame(done, [
    'plan applied',
    'apply AgentPolicy/production/support',
    'note AgentPolicy applied',
    ['applied', 'stored'],
  ]);
});

t.test('what could not be applied is told in the status, and tried again', async (t) => {
  const { reconcile, done, fill } = start({ kind: 'name-clash', object: 'EnvoyFilter a/b' });
  fill();
  await t.rejects(reconcile('AgentPolicy/production/support'), {
    code: 'not-applied',
    message: /EnvoyFilter a\/b belongs to somebody else/,
  });
  t.strictSame(done.slice(2), ['note AgentPolicy name-clash', 'plan name-clash', ['name-clash', 'stored']]);
});

t.test('Istio that is missing is waited for, not asked for again and again', async (t) => {
  const { reconcile, done, fill } = start({ kind: 'istio-missing', resource: 'EnvoyFilter' });
  fill();
  await reconcile('AgentPolicy/production/support');
  t.strictSame(done.at(-1), ['istio-missing', 'stored']);
});

t.test('what can not be told yet changes nothing', async (t) => {
  const { reconcile, done, fill } = start({ kind: 'applied' }, () => undefined);
  fill();
  await reconcile('AgentPolicy/production/support');
  t.strictSame(done, ['plan applied']);
});
