import t from 'tap';
import { objectName, ownerText, parseOwner } from './names.js';

t.test('a name is made of its parts', (t) => {
  t.equal(
    objectName(['support-agent-policy', 'customer-tools']),
    'omnia-support-agent-policy-customer-tools',
  );
  t.end();
});

t.test('a long name is cut to what Istio takes, and stays one of its own', (t) => {
  const long = 'x'.repeat(60);
  const names = [objectName([long, 'a']), objectName([long, 'b']), objectName([`${long}-a`, 'b'])];
  for (const name of names) {
    t.ok(name.length <= 63);
    t.match(name, /^omnia-x+-[0-9a-f]{8}$/);
  }
  t.equal(new Set(names).size, names.length);
  t.end();
});

t.test('what tells two objects of one name apart is in the hash', (t) => {
  t.not(objectName(['p', 's'], 'production'), objectName(['p', 's'], 'staging'));
  t.match(objectName(['p', 's'], 'production'), /^omnia-p-s-[0-9a-f]{8}$/);
  t.end();
});

t.test('a name is never cut so that it ends with a dot or a dash', (t) => {
  for (let length = 40; length < 60; length++) {
    t.match(objectName([`${'x'.repeat(length)}.-y`, 'service-of-some-length']), /[0-9a-z]-[0-9a-f]{8}$/);
  }
  t.end();
});

t.test('an owner is read as it was written', (t) => {
  const ref = { namespace: 'production', name: 'support-agent.v2' };
  t.strictSame(parseOwner(ownerText('AgentPolicy', ref)), { kind: 'AgentPolicy', ref });
  for (const text of ['', 'AgentPolicy/production', 'Pod/a/b', 'Agent/a/b/c', 'Agent//b']) {
    t.equal(parseOwner(text), undefined, text);
  }
  t.end();
});
