import { mkdir, rmdir, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { createLoadedFiles } from './loaded-files.js';
import { listPolicyFiles } from './policy-files.js';

/** A folder, and looks at it that take every change at once, at a time that the test chooses. */
async function loadedFrom(t: Test, files: Readonly<Record<string, string>>) {
  const folder = t.testdir({});
  const loaded = createLoadedFiles();
  const path = (name: string): string => join(folder, name);
  const write = async (name: string, text: string): Promise<void> => {
    await writeFile(path(name), text);
    // At rest since long.
    await utimes(path(name), 1_000, 1_000);
  };
  const look = async (nowMs: number, unsettled: readonly string[] = []): Promise<boolean> => {
    const { files } = await listPolicyFiles(folder, loaded.stamps.keys());
    const changed = [...files.values()].filter(
      ({ name, stamp }) => loaded.stamps.get(name) !== stamp && !unsettled.includes(name),
    );
    const removed = [...loaded.stamps.keys()].filter((name) => !files.has(name));
    return loaded.take({ changed, removed, present: files, nowMs });
  };
  for (const [name, text] of Object.entries(files)) await write(name, text);
  await look(-Infinity);
  return {
    path,
    write,
    look,
    remove: (name: string) => unlink(path(name)),
    origins: () => loaded.documents().map(({ origin }) => origin),
    problems: () => loaded.problems().map(({ file }) => file),
  };
}

t.test('a broken file holds up no deletion but those that came with it', async (t) => {
  const { write, look, remove, origins, problems } = await loadedFrom(t, { 'a.yaml': 'a', 'b.yaml': 'b' });
  await write('c.yaml', 'c: [');
  await remove('a.yaml');
  await look(0);
  t.strictSame(origins(), ['a.yaml', 'b.yaml']);
  t.strictSame(problems(), ['a.yaml', 'c.yaml']);
  await remove('b.yaml');
  await look(60_000);
  t.strictSame(origins(), ['a.yaml']);
  t.notOk(await look(120_000));
  await remove('c.yaml');
  t.ok(await look(120_001));
  t.strictSame(origins(), []);
  t.strictSame(problems(), []);
});

t.test('a policy that is moved into a file that is written slowly is never out of force', async (t) => {
  for (const halfWritten of ['', '# a comment\n', 'a: [']) {
    const { write, look, remove, origins, problems } = await loadedFrom(t, { 'a.yaml': 'a' });
    await remove('a.yaml');
    await write('b.yaml', halfWritten);
    await look(0, ['b.yaml']);
    t.strictSame(origins(), ['a.yaml'], 'not at rest');
    await look(500);
    t.strictSame(origins(), ['a.yaml'], 'at rest, half written');
    await write('b.yaml', 'a');
    await look(2_000, ['b.yaml']);
    t.strictSame(origins(), ['a.yaml']);
    await look(2_500);
    t.strictSame(origins(), ['b.yaml']);
    t.strictSame(problems(), []);
  }
});

t.test('a file that is gone and comes back is as it was', async (t) => {
  const { write, look, remove, origins, problems } = await loadedFrom(t, { 'a.yaml': 'a' });
  await write('c.yaml', 'c: [');
  await remove('a.yaml');
  await look(0);
  await write('a.yaml', 'a');
  await look(1);
  t.strictSame(origins(), ['a.yaml']);
  t.strictSame(problems(), ['c.yaml']);
  await remove('c.yaml');
  await look(2);
  t.strictSame(origins(), ['a.yaml']);
});

t.test('what is there and can not be read keeps its documents, until it is deleted', async (t) => {
  const { path, write, look, remove, origins, problems } = await loadedFrom(t, {
    'a.yaml': 'a',
    'b.yaml': 'b',
  });
  await remove('a.yaml');
  await symlink('nowhere', path('a.yaml'));
  await remove('b.yaml');
  await mkdir(path('b.yaml'));
  await look(0);
  t.strictSame(origins(), ['a.yaml', 'b.yaml']);
  t.strictSame(problems(), ['a.yaml', 'b.yaml']);
  await rmdir(path('b.yaml'));
  await write('nowhere', 'mended');
  await look(1);
  t.strictSame(origins(), ['a.yaml']);
  t.strictSame(problems(), []);
});

t.test(
  'a policy that is moved into a file which that breaks stays in force until the file is mended',
  async (t) => {
    const { write, look, remove, origins, problems } = await loadedFrom(t, { 'a.yaml': 'a', 'b.yaml': 'b' });
    await write('b.yaml', 'b: [');
    await remove('a.yaml');
    await look(0);
    t.strictSame(origins(), ['a.yaml', 'b.yaml']);
    t.strictSame(problems(), ['a.yaml', 'b.yaml']);
    await look(60_000);
    t.strictSame(origins(), ['a.yaml', 'b.yaml']);
    await write('b.yaml', 'b\n---\na');
    await look(60_001);
    t.strictSame(origins(), ['b.yaml', 'b.yaml#2']);
    t.strictSame(problems(), []);
  },
);

t.test('so does one that is moved into a file which was broken for long and still is', async (t) => {
  const { write, look, remove, origins } = await loadedFrom(t, {
    'a.yaml': 'a',
    'b.yaml': 'b',
    'c.yaml': 'c',
  });
  await write('b.yaml', 'b: [');
  await look(0);
  await remove('c.yaml');
  await look(60_000);
  t.strictSame(origins(), ['a.yaml', 'b.yaml'], 'nothing was moved');
  await write('b.yaml', 'b: [a');
  await remove('a.yaml');
  await look(120_000, ['b.yaml']);
  t.strictSame(origins(), ['a.yaml', 'b.yaml']);
  await look(180_000);
  t.strictSame(origins(), ['a.yaml', 'b.yaml']);
});

t.test('a broken file that is deleted beside a broken newcomer may be that one', async (t) => {
  const { write, look, remove, origins } = await loadedFrom(t, { 'a.yaml': 'a' });
  await write('a.yaml', 'a: [');
  await look(0);
  await remove('a.yaml');
  await write('b.yaml', 'a: [');
  await look(60_000);
  t.strictSame(origins(), ['a.yaml']);
});

t.test('a policy that is moved into a file which is still written is never out of force', async (t) => {
  const { write, look, remove, origins } = await loadedFrom(t, { 'a.yaml': 'a', 'b.yaml': 'b' });
  await remove('a.yaml');
  await write('b.yaml', 'b\n---\n');
  await look(500, ['b.yaml']);
  t.strictSame(origins(), ['a.yaml', 'b.yaml']);
  await write('b.yaml', 'b\n---\na');
  await look(1_500);
  t.strictSame(origins(), ['b.yaml', 'b.yaml#2']);
});

t.test('a file that is written all the time holds up a deletion for a while only', async (t) => {
  const { write, look, remove, origins } = await loadedFrom(t, { 'a.yaml': 'a', 'b.yaml': 'b' });
  await remove('a.yaml');
  for (const nowMs of [0, 1_000, 2_000, 3_000, 4_000]) {
    await write('b.yaml', `b${nowMs}`);
    await look(nowMs, ['b.yaml']);
    t.strictSame(origins(), ['a.yaml', 'b.yaml']);
  }
  await write('b.yaml', 'b-last');
  await look(5_000, ['b.yaml']);
  t.strictSame(origins(), ['b.yaml']);
});

t.test('a file that comes back slowly while its newcomer is deleted is never out of force', async (t) => {
  const { write, look, remove, origins, problems } = await loadedFrom(t, { 'a.yaml': 'a' });
  await write('b.yaml', 'a: [');
  await remove('a.yaml');
  await look(0);
  await remove('b.yaml');
  await write('a.yaml', '# a\n');
  await look(60_000, ['a.yaml']);
  t.strictSame(origins(), ['a.yaml']);
  await look(120_000, ['a.yaml']);
  t.strictSame(origins(), ['a.yaml']);
  await write('a.yaml', 'a2');
  await look(120_001);
  t.strictSame(origins(), ['a.yaml']);
  t.strictSame(problems(), []);
});
