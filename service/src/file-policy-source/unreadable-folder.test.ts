import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { listPolicyFiles } from './policy-files.js';

// A file of its own: root can read everything, so the whole process gives that up.
const nobody = 65534;
const isRoot = process.geteuid?.() === 0;

t.test('a folder below that can not be read is a fault, and so is what is known to be in it', async (t) => {
  if (isRoot) process.seteuid?.(nobody);
  const folder = await mkdtemp(join(tmpdir(), 'omnia-policies-'));
  const below = join(folder, 'below');
  t.teardown(async () => {
    if (isRoot) process.seteuid?.(0);
    await chmod(below, 0o700);
    await rm(folder, { recursive: true });
  });
  await mkdir(join(below, 'deep'), { recursive: true });
  await writeFile(join(folder, 'a.yaml'), 'a: 1');
  await writeFile(join(below, 'deep/b.yaml'), 'b: 1');
  const first = await listPolicyFiles(folder);
  t.strictSame([...first.files.keys()], ['a.yaml', 'below/deep/b.yaml']);
  // 0: nothing of it can be seen; 4: names can, but not what is behind them.
  for (const mode of [0o000, 0o400]) {
    await chmod(below, mode);
    const { files } = await listPolicyFiles(folder, first.files.keys());
    t.equal(files.get('a.yaml')?.fault, undefined);
    t.match(files.get('below/deep/b.yaml')?.fault, /below.* can not be read: EACCES/);
    if (mode === 0) t.match(files.get('below')?.fault, /the folder below can not be read: EACCES/);
  }
});
