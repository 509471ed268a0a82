import t from 'tap';
import { mergeStatus } from './merge-status.js';

const nowMs = Date.parse('2026-02-03T04:05:06.789Z');
const ready = {
  type: 'Ready',
  status: 'True',
  reason: 'PolicyApplied',
  message: 'Istio AuthorizationPolicy created',
  observedGeneration: 1,
};
const desired = { phase: 'Active', observedGeneration: 1, conditions: [ready] };
const earlier = '2026-01-01T00:00:00Z';
const stored = { ...desired, conditions: [{ ...ready, lastTransitionTime: earlier }] };

function merge(storedStatus: unknown, desiredStatus: Record<string, unknown>, isSoleWriter = true) {
  return mergeStatus({ stored: storedStatus, desired: desiredStatus, nowMs, isSoleWriter });
}

t.test('a first status gets the time of now, to the second', (t) => {
  t.match(merge(undefined, desired), { conditions: [{ lastTransitionTime: '2026-02-03T04:05:06Z' }] });
  t.end();
});

t.test('the same status is not written', (t) => {
  t.equal(merge(stored, desired), undefined);
  t.end();
});

t.test('the time stays while the status of the condition does', (t) => {
  const reworded = { ...desired, conditions: [{ ...ready, message: 'other' }] };
  t.match(merge(stored, reworded), { conditions: [{ message: 'other', lastTransitionTime: earlier }] });
  const turned = { ...desired, conditions: [{ ...ready, status: 'False' }] };
  t.match(merge(stored, turned), { conditions: [{ lastTransitionTime: '2026-02-03T04:05:06Z' }] });
  t.end();
});

t.test('conditions and fields of other writers are left alone', (t) => {
  const shared = {
    ...stored,
    keyRotation: { currentKeyVersion: '1' },
    conditions: [{ type: 'Other', status: 'True' }, ...stored.conditions],
  };
  t.equal(merge(shared, desired, false), undefined);
  const changed = merge(shared, { ...desired, phase: 'Error' }, false);
  t.strictSame(Object.keys(changed ?? {}).sort(), ['conditions', 'observedGeneration', 'phase']);
  t.end();
});

t.test('what the only writer no longer says is written away', (t) => {
  t.ok(merge({ ...stored, matchedAgents: 3 }, desired));
  t.ok(merge({ ...stored, conditions: [...stored.conditions, { type: 'Conflict' }] }, desired));
  t.end();
});
