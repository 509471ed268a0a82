import type { PolicySet } from '@omnia-policy/policy';
import { mkdir, mkdtemp, rename, rm, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { ServiceError } from '../errors.js';
import type { Logger } from '../logger.js';
import { createFilePolicySource, type FolderReport } from './file-policy-source.js';

function policy(name: string, cel = '1 == 2'): string {
  return [
    'apiVersion: omnia.altairalabs.ai/v1alpha1',
    'kind: ToolPolicy',
    `metadata: {name: ${name}, namespace: production}`,
    'spec:',
    '  selector: {registry: tools}',
    '  rules:',
    '    - name: rule',
    '      deny:',
    `        cel: ${cel}`,
    '        message: no',
    '',
  ].join('\n');
}

/** A source on a folder of its own, and everything that it said. */
async function started(
  t: Test,
  files: Readonly<Record<string, string>>,
  onLoad: () => void = () => undefined,
) {
  const folder = await mkdtemp(join(tmpdir(), 'omnia-policies-'));
  const path = (name: string) => join(folder, name);
  for (const [name, text] of Object.entries(files)) await writeFile(path(name), text);
  const sets: PolicySet[] = [];
  const reports: FolderReport[] = [];
  const lines: { message: string; fields: Readonly<Record<string, unknown>> }[] = [];
  const note = (fields: Readonly<Record<string, unknown>>, message: string): void => {
    lines.push({ message, fields });
  };
  const logger: Logger = { debug: note, info: note, warn: note, error: note };
  const source = createFilePolicySource({
    folder,
    logger,
    onLoad(report) {
      reports.push(report);
      onLoad();
    },
  });
  const ending = new AbortController();
  t.teardown(async () => {
    ending.abort();
    await rm(folder, { recursive: true, force: true });
  });
  const first = source.start((set) => sets.push(set), ending.signal);
  const names = () =>
    sets
      .at(-1)
      ?.entries.map(({ name }) => name)
      .sort();
  return { folder, path, source, sets, reports, lines, first, names };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await delay(20);
}

const equal = (a: readonly string[] | undefined, b: readonly string[]) =>
  JSON.stringify(a) === JSON.stringify(b);

t.test('the first set holds every document of every file', async (t) => {
  const { first, sets, source } = await started(t, {
    'a.yaml': `${policy('a1')}---\n${policy('a2')}`,
    'b.yml': policy('b'),
    'c.json': JSON.stringify({ kind: 'ToolPolicy' }),
    'd.txt': 'not: read',
    '.e.yaml': 'not: read',
  });
  await first;
  t.strictSame(sets[0]?.entries.map(({ origin }) => origin).sort(), [
    'a.yaml',
    'a.yaml#2',
    'b.yml',
    'c.json',
  ]);
  t.equal(sets[0]?.revision, '1');
  t.match(source.report(), { complete: true, files: [] });
});

t.test('an empty folder is a complete load of nothing', async (t) => {
  const { first, sets } = await started(t, {});
  await first;
  t.strictSame(sets[0]?.entries, []);
});

t.test('added, changed, renamed, replaced and deleted files are followed', async (t) => {
  const { first, path, names, sets } = await started(t, { 'a.yaml': policy('a') });
  await first;
  await writeFile(path('b.yaml'), policy('b'));
  await until(() => equal(names(), ['a', 'b']));
  await writeFile(path('b.yaml'), policy('changed'));
  await until(() => equal(names(), ['a', 'changed']));
  await rename(path('b.yaml'), path('moved.yaml'));
  await until(() => sets.at(-1)?.entries.some(({ origin }) => origin === 'moved.yaml') ?? false);
  await writeFile(path('.new'), policy('replaced'));
  await rename(path('.new'), path('moved.yaml'));
  await until(() => equal(names(), ['a', 'replaced']));
  await unlink(path('moved.yaml'));
  await until(() => equal(names(), ['a']));
  await mkdir(path('below/deep'), { recursive: true });
  await writeFile(path('below/deep/c.yaml'), policy('c'));
  await until(() => equal(names(), ['a', 'c']));
  await rm(path('below'), { recursive: true });
  await until(() => equal(names(), ['a']));
  t.strictSame(
    sets.map(({ revision }) => Number(revision)),
    sets.map((_, index) => index + 1),
  );
});

t.test('files that change together come in one set', async (t) => {
  const { first, path, sets, names } = await started(t, { 'a.yaml': policy('a'), 'b.yaml': policy('b') });
  await first;
  await Promise.all(['a', 'b', 'c'].map((name) => writeFile(path(`${name}.yaml`), policy(`${name}2`))));
  await until(() => sets.length > 1);
  t.strictSame(names(), ['a2', 'b2', 'c2']);
});

t.test('a file that is truncated and written anew is never taken for a deletion', async (t) => {
  const { first, path, sets, names } = await started(t, { 'a.yaml': policy('a'), 'b.yaml': policy('b') });
  await first;
  for (let round = 0; round < 5; round += 1) {
    await writeFile(path('a.yaml'), '');
    await delay(100);
    await writeFile(path('a.yaml'), policy(`a${round}`));
  }
  await until(() => equal(names(), ['a4', 'b']));
  t.ok(sets.every(({ entries }) => entries.length === 2));
});

t.test(
  'a file that is not YAML any more keeps its last good documents, and says where it broke',
  async (t) => {
    const { first, path, sets, names, reports, lines, source } = await started(t, {
      'a.yaml': policy('a'),
      'b.yaml': policy('b'),
    });
    await first;
    await writeFile(path('a.yaml'), 'kind: ToolPolicy\nspec: [1\n');
    await until(() => lines.at(-1)?.message === 'policy problem');
    t.match(source.report(), {
      complete: true,
      files: [{ file: 'a.yaml', keptDocuments: 1, problem: { code: 'invalid-yaml', line: 3, column: 1 } }],
    });
    t.strictSame(names(), ['a', 'b']);
    t.match(lines.at(-1), {
      message: 'policy problem',
      fields: { file: 'a.yaml', line: 3, keptDocuments: 1 },
    });
    await writeFile(path('b.yaml'), policy('b2'));
    await until(() => equal(names(), ['a', 'b2']));
    await writeFile(path('a.yaml'), policy('a2'));
    await until(() => equal(names(), ['a2', 'b2']));
    t.strictSame(source.report().files, []);
    t.equal(lines.filter(({ message }) => message === 'policy problem').length, 1, 'logged once');
    t.equal(reports.length, sets.length);
  },
);

t.test(
  'a policy that does not compile is reported with its place, and the last good version enforced',
  async (t) => {
    const { first, path, sets, source, lines } = await started(t, { 'a.yaml': policy('a') });
    await first;
    await writeFile(path('a.yaml'), `# moved down\n${policy('a', '"nonsense == 1"')}`);
    await until(() => sets.length === 2);
    const entry = sets[1]?.entries[0];
    t.match(entry, { phase: 'Error', enforced: 'last-good' });
    const [problem] = entry?.problems ?? [];
    if (problem === undefined) throw new Error('no problem');
    t.match(source.locate('a.yaml', problem), { code: 'invalid-cel', line: 10, column: 15 });
    t.match(lines.at(-1), { message: 'policy problem', fields: { file: 'a.yaml', line: 10, column: 15 } });
  },
);

for (const [what, text] of [
  ['truncated', ''],
  ['reduced to comments', '# nothing left\n---\n# nor here\n'],
] as const) {
  t.test(`a file that is ${what} keeps its policies until it is deleted`, async (t) => {
    const { first, path, names, lines, source } = await started(t, {
      'a.yaml': policy('a'),
      'empty.yaml': text,
    });
    await first;
    t.strictSame(source.report().files, [], 'a file that was empty all the time has no policies to lose');
    await writeFile(path('a.yaml'), text);
    await until(() => lines.at(-1)?.message === 'policy problem');
    t.match(source.report().files, [
      { file: 'a.yaml', keptDocuments: 1, problem: { message: /empty now.*Delete the file/ } },
    ]);
    await writeFile(path('b.yaml'), policy('b'));
    await until(() => equal(names(), ['a', 'b']));
    await writeFile(path('a.yaml'), policy('a2'));
    await until(() => equal(names(), ['a2', 'b']));
    await writeFile(path('a.yaml'), text);
    await until(() => source.report().files.length === 1);
    await unlink(path('a.yaml'));
    await until(() => equal(names(), ['b']));
    t.strictSame(source.report().files, []);
  });
}

t.test('a file that is renamed and broken keeps its policies until all is readable', async (t) => {
  const { first, path, names, lines, source } = await started(t, {
    'old.yaml': policy('a'),
    'other.yaml': policy('other'),
  });
  await first;
  await writeFile(path('new.yaml'), 'a: [\n');
  await unlink(path('old.yaml'));
  await until(() => source.report().files.length === 2);
  t.match(source.report().files, [
    { file: 'new.yaml', keptDocuments: 0 },
    { file: 'old.yaml', keptDocuments: 1, problem: { message: /is gone.*stay in force/ } },
  ]);
  t.match(
    lines.filter(({ message }) => message === 'policy problem').map(({ fields }) => fields.file),
    ['new.yaml', 'old.yaml'],
  );
  await unlink(path('other.yaml'));
  await until(() => source.report().files.length === 3);
  t.strictSame(names(), ['a', 'other']);
  await writeFile(path('new.yaml'), policy('b'));
  await until(() => equal(names(), ['b']));
  t.strictSame(source.report().files, []);
});

t.test('a file that could never be read and is deleted lets the other deletions take effect', async (t) => {
  const { first, path, names, source } = await started(t, { 'old.yaml': policy('a'), 'b.yaml': policy('b') });
  await first;
  await writeFile(path('new.yaml'), 'a: [\n');
  await until(() => source.report().files.length === 1);
  await unlink(path('old.yaml'));
  await until(() => source.report().files.length === 2);
  await unlink(path('new.yaml'));
  await until(() => equal(names(), ['b']));
  t.strictSame(source.report().files, []);
});

t.test('until every file could be read once there is no set', async (t) => {
  const { first, path, sets, source } = await started(t, { 'a.yaml': policy('a'), 'b.yaml': 'x: [' });
  await until(() => source.report().files.length === 1);
  await writeFile(path('a.yaml'), policy('a2'));
  await delay(500);
  t.strictSame(sets, []);
  t.match(source.report(), { complete: false });
  await writeFile(path('b.yaml'), policy('b'));
  await first;
  t.strictSame(
    sets[0]?.entries.map(({ name }) => name),
    ['a2', 'b'],
  );
});

t.test('a mounted ConfigMap: links to a hidden folder that is swapped', async (t) => {
  const { first, path, names } = await started(t, {});
  await first;
  const version = async (name: string, files: Readonly<Record<string, string>>): Promise<void> => {
    await mkdir(path(name));
    for (const [file, text] of Object.entries(files)) await writeFile(path(`${name}/${file}`), text);
    await symlink(name, path('..data_tmp'));
    await rename(path('..data_tmp'), path('..data'));
  };
  await version('..2025_01', { 'a.yaml': policy('a'), 'b.yaml': policy('b') });
  for (const file of ['a.yaml', 'b.yaml']) await symlink(`..data/${file}`, path(file));
  await until(() => equal(names(), ['a', 'b']));
  await version('..2025_02', { 'a.yaml': policy('a2'), 'b.yaml': policy('b2') });
  await rm(path('..2025_01'), { recursive: true });
  await until(() => equal(names(), ['a2', 'b2']));
});

t.test('links in a circle end, and a file reached twice is read once', async (t) => {
  const { folder, path, first, names } = await started(t, { 'a.yaml': policy('a') });
  await symlink(folder, path('circle'));
  await symlink('a.yaml', path('again.yaml'));
  await first;
  await writeFile(path('b.yaml'), policy('b'));
  await until(() => equal(names(), ['a', 'b']));
});

t.test('a change behind a link to another folder is seen', async (t) => {
  const elsewhere = await mkdtemp(join(tmpdir(), 'omnia-elsewhere-'));
  t.teardown(() => rm(elsewhere, { recursive: true }));
  await writeFile(join(elsewhere, 'real.yaml'), policy('a'));
  const { first, path, names } = await started(t, {});
  await first;
  await symlink(join(elsewhere, 'real.yaml'), path('link.yaml'));
  await until(() => equal(names(), ['a']));
  await writeFile(join(elsewhere, 'real.yaml'), policy('a2'));
  await until(() => equal(names(), ['a2']));
});

t.test('a link that leads nowhere any more keeps its policies', async (t) => {
  const { path, first, names, source } = await started(t, {});
  await first;
  await writeFile(path('real.txt'), policy('a'));
  await symlink('real.txt', path('link.yaml'));
  await until(() => equal(names(), ['a']));
  await rename(path('real.txt'), path('away.txt'));
  await until(() => source.report().files.length === 1);
  t.match(source.report().files, [
    { file: 'link.yaml', keptDocuments: 1, problem: { message: /a link that leads nowhere/ } },
  ]);
  await writeFile(path('b.yaml'), policy('b'));
  await until(() => equal(names(), ['a', 'b']));
  await unlink(path('link.yaml'));
  await until(() => equal(names(), ['b']));
});

t.test('a file from the future, of the same size and time, or touched is read right', async (t) => {
  const { first, path, names, sets } = await started(t, { 'a.yaml': policy('aa') });
  await first;
  const future = new Date(Date.now() + 3_600_000);
  await writeFile(path('a.yaml'), policy('bb'));
  await utimes(path('a.yaml'), future, future);
  await until(() => equal(names(), ['bb']));
  await writeFile(path('a.yaml'), policy('cc'));
  await utimes(path('a.yaml'), future, future);
  await until(() => equal(names(), ['cc']));
  const count = sets.length;
  await utimes(path('a.yaml'), new Date(), new Date());
  await writeFile(path('b.yaml'), policy('b'));
  await until(() => equal(names(), ['b', 'cc']));
  t.equal(sets.length, count + 1, 'the touch alone made no set');
});

t.test('a file that is too large is a problem', async (t) => {
  const { source } = await started(t, { 'a.yaml': `# ${'x'.repeat(256 * 1024)}\n` });
  await until(() => source.report().files.length === 1);
  t.match(source.report().files[0]?.problem.message, /larger than 262144 bytes/);
});

t.test('a folder that vanishes deletes nothing', async (t) => {
  const { folder, first, names, source } = await started(t, { 'a.yaml': policy('a') });
  await first;
  await rename(folder, `${folder}-away`);
  await until(() => source.report().unreadable !== undefined);
  t.strictSame(names(), ['a']);
  await rename(`${folder}-away`, folder);
  await writeFile(join(folder, 'b.yaml'), policy('b'));
  await until(() => equal(names(), ['a', 'b']));
  t.equal(source.report().unreadable, undefined);
});

t.test(
  'an error while a change is taken is logged once, and the change is taken by a later look',
  async (t) => {
    const failing = { looks: 0 };
    const { first, path, names, sets, lines, source } = await started(t, { 'a.yaml': policy('a') }, () => {
      if (failing.looks === 0) return;
      failing.looks -= 1;
      throw new Error('out of order');
    });
    await first;
    failing.looks = 2;
    await writeFile(path('b.yaml'), policy('b'));
    await until(() => source.report().unreadable === 'out of order');
    t.equal(sets.length, 1, 'what was in force stays');
    await until(() => equal(names(), ['a', 'b']));
    await until(() => source.report().unreadable === undefined);
    t.strictSame(
      lines.filter(({ message }) => message === 'policy change not taken').map(({ fields }) => fields.reason),
      ['out of order'],
    );
    await writeFile(path('b.yaml'), policy('b2'));
    await until(() => equal(names(), ['a', 'b2']));
  },
);

t.test('a missing folder is a ServiceError', async (t) => {
  const source = createFilePolicySource({
    folder: '/nowhere/at/all',
    logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  await t.rejects(
    source.start(() => undefined, new AbortController().signal),
    {
      name: ServiceError.name,
      code: 'policies-unreadable',
      message: /\/nowhere\/at\/all.*--policies/,
    },
  );
});
