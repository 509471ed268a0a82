import { watch } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { createFolderWatch } from './folder-watch.js';

t.test('what happens beside the names that matter is not told', async (t) => {
  const folder = t.testdir({ policies: {} });
  let events = 0;
  let told: () => void = () => undefined;
  const event = new Promise<void>((resolve) => (told = resolve));
  const watched = createFolderWatch(() => {
    events += 1;
    told();
  });
  watched.watchExactly(new Map([[folder, { identity: '1', names: new Set(['policies', 'one']) }]]));
  t.teardown(() => {
    watched.close();
  });
  // Watches of one folder in one process are told together, so this one says when the event has come.
  const control = watch(folder);
  const seen = new Promise<void>((resolve) => {
    control.on('change', (_event, name) => {
      if (name === 'unrelated.log') resolve();
    });
  });
  await writeFile(join(folder, 'unrelated.log'), 'x');
  await seen;
  control.close();
  t.equal(events, 0);
  await mkdir(join(folder, 'one'));
  await event;
});

t.test('every name of a folder that is read matters', async (t) => {
  const folder = t.testdir({});
  await new Promise<void>((resolve, reject) => {
    const watched = createFolderWatch(resolve);
    watched.watchExactly(new Map([[folder, { identity: '1', names: undefined }]]));
    t.teardown(() => {
      watched.close();
    });
    writeFile(join(folder, 'any'), 'x').catch(reject);
  });
});
