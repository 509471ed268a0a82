import t from 'tap';
import {
  resolvePrivacyPolicy,
  type PrivacyAnswer,
  type PrivacyChoice,
  type PrivacyQuestion,
  type PrivacyWorkspace,
} from './resolve-privacy-policy.js';

const agent = (privacyPolicy?: string, serviceGroup = 'default'): PrivacyChoice => ({
  privacyPolicy,
  serviceGroup,
});

const workspace = (
  name: string,
  groups: Readonly<Record<string, string | undefined>>,
  namespace = 'shop',
): PrivacyWorkspace => ({
  ref: { name },
  namespace,
  services: Object.entries(groups).map(([group, privacyPolicy]) => ({ name: group, privacyPolicy })),
});

/** @param stored `namespace/name` of the policies that there are */
function ask(
  changes: Partial<PrivacyQuestion<string>>,
  stored: readonly string[] = ['shop/strict', 'shop/normal', 'omnia-system/default'],
): PrivacyAnswer<string> {
  return resolvePrivacyPolicy({
    namespace: 'shop',
    agent: agent(),
    workspaces: [],
    systemNamespace: 'omnia-system',
    find: ({ namespace, name }) => stored.find((one) => one === `${namespace}/${name}`),
    ...changes,
  });
}

t.test("an agent's own reference goes before everything else", (t) => {
  const workspaces = [workspace('w', { default: 'normal' })];
  t.strictSame(ask({ agent: agent('strict'), workspaces }), {
    kind: 'resolved',
    source: 'agent',
    ref: { namespace: 'shop', name: 'strict' },
    policy: 'shop/strict',
  });
  t.end();
});

t.test('then the service group, of the Workspace that owns the namespace', (t) => {
  const workspaces = [
    workspace('other', { default: 'strict' }, 'elsewhere'),
    workspace('w', { default: 'normal', batch: 'strict' }),
  ];
  const normal = {
    kind: 'resolved',
    source: 'serviceGroup',
    ref: { namespace: 'shop', name: 'normal' },
    policy: 'shop/normal',
  };
  t.strictSame(ask({ workspaces }), normal);
  t.strictSame(ask({ workspaces, agent: undefined }), normal, 'an unknown agent is in the group default');
  t.match(ask({ workspaces, agent: agent(undefined, 'batch') }), { policy: 'shop/strict' });
  t.end();
});

t.test('then the policy default of the system namespace', (t) => {
  const expected = {
    kind: 'resolved',
    source: 'globalDefault',
    ref: { namespace: 'omnia-system', name: 'default' },
    policy: 'omnia-system/default',
  };
  t.strictSame(ask({}), expected, 'no Workspace');
  t.strictSame(ask({ workspaces: [workspace('w', { default: undefined })] }), expected, 'no reference');
  t.strictSame(ask({ workspaces: [workspace('w', { batch: 'strict' })] }), expected, 'no such group');
  t.strictSame(ask({ agent: agent('') }), expected, 'an empty reference is none');
  t.end();
});

t.test('then none', (t) => {
  t.strictSame(ask({}, []), { kind: 'none' });
  t.strictSame(ask({}, ['shop/default']), { kind: 'none' }, 'a policy default elsewhere is for nobody');
  t.end();
});

t.test('a reference that leads nowhere does not fall through to another policy', (t) => {
  const workspaces = [workspace('w', { default: 'gone', batch: 'normal' })];
  t.strictSame(ask({ workspaces, agent: agent('missing', 'batch') }), {
    kind: 'not-found',
    source: 'agent',
    ref: { namespace: 'shop', name: 'missing' },
  });
  t.strictSame(ask({ workspaces }), {
    kind: 'not-found',
    source: 'serviceGroup',
    ref: { namespace: 'shop', name: 'gone' },
  });
  t.end();
});

t.test('a policy of another namespace is not found', (t) => {
  t.match(ask({ agent: agent('strict') }, ['omnia-system/strict', 'elsewhere/strict']), {
    kind: 'not-found',
  });
  t.end();
});

t.test('two Workspaces with one namespace must agree', (t) => {
  const one = workspace('b', { default: 'normal' });
  t.match(ask({ workspaces: [one, workspace('a', { default: 'normal' })] }), { policy: 'shop/normal' });
  const expected = { kind: 'ambiguous', workspaces: ['a', 'b'] };
  t.strictSame(ask({ workspaces: [one, workspace('a', { default: 'strict' })] }), expected);
  t.strictSame(ask({ workspaces: [one, workspace('a', {})] }), expected, 'one names none');
  t.end();
});
