import { rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { listPolicyFiles } from './policy-files.js';

const faults = async (folder: string, known: readonly string[] = []) => {
  const { files } = await listPolicyFiles(folder, known);
  return [...files.values()].map(({ name, fault }) => [name, fault]);
};

t.test('lists files, and what has the name of one but can not be read', async (t) => {
  const folder = t.testdir({
    'a.yaml': 'a: 1',
    'b.yaml': t.fixture('symlink', 'nowhere'),
    'c.json': t.fixture('symlink', 'c.json'),
    'd.yml': { 'inside.yaml': 'a: 1' },
    below: { 'e.yaml': 'a: 1' },
    'lost+found': { 'f.yaml': 'a: 1' },
    elsewhere: t.fixture('symlink', 'nowhere'),
    'f.txt': t.fixture('symlink', 'nowhere'),
  });
  t.match(await faults(folder), [
    ['a.yaml', undefined],
    ['b.yaml', /a link that leads nowhere/],
    ['below/e.yaml', undefined],
    ['c.json', /can not be read: ELOOP/],
    ['d.yml', /a folder has the name of a policy file; rename it/],
  ]);
});

t.test('files that are known below a link that leads nowhere now are still there', async (t) => {
  const folder = t.testdir({ mount: { 'a.yaml': 'a: 1' }, policies: {} });
  const policies = join(folder, 'policies');
  await symlink('../mount', join(policies, 'team'));
  const { files } = await listPolicyFiles(policies);
  t.strictSame([...files.keys()], ['team/a.yaml']);
  await rename(join(folder, 'mount'), join(folder, 'away'));
  t.match(await faults(policies, ['team/a.yaml', 'gone.yaml', 'teams.yaml']), [
    ['team/a.yaml', /team can not be read: it is a link that leads nowhere/],
  ]);
});

t.test('of the folder around it, only its own name matters', async (t) => {
  const folder = t.testdir({
    policies: { 'a.yaml': t.fixture('symlink', '../real/a.yaml') },
    real: { 'a.yaml': 'a: 1' },
  });
  const { folders } = await listPolicyFiles(join(folder, 'policies'));
  t.strictSame(
    [...folders].map(([path, { names }]) => [path, names && [...names]]),
    [
      [folder, ['policies']],
      [join(folder, 'policies'), undefined],
      [join(folder, 'real'), ['a.yaml']],
    ],
  );
});
