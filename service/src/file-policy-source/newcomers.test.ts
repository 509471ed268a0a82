import t from 'tap';
import { createNewcomers, type Yield } from './newcomers.js';

const files = (entries: Readonly<Record<string, Yield>>, stamp = '1') =>
  new Map(Object.entries(entries).map(([name, gave]) => [name, { gave, stamp }]));

t.test('a file that can not be used may replace what went after it came, or shortly before', (t) => {
  const newcomers = createNewcomers();
  newcomers.note(files({ bad: 'unusable', good: 'documents' }), 10_000);
  t.ok(newcomers.mayReplace(9_000), 'went before it came');
  t.ok(newcomers.mayReplace(15_000));
  t.notOk(newcomers.mayReplace(15_001));
  newcomers.note(files({ bad: 'unusable' }), 60_000);
  t.ok(newcomers.mayReplace(15_000), 'as long as it is there');
  t.notOk(newcomers.mayReplace(60_000));
  newcomers.note(files({ bad: 'documents' }), 60_001);
  t.notOk(newcomers.mayReplace(15_000), 'it was mended');
  t.end();
});

t.test('a file that takes the place of another newcomer goes on for it', (t) => {
  const newcomers = createNewcomers();
  newcomers.note(files({ bad: 'unusable' }), 0);
  newcomers.note(files({ renamed: 'unusable' }), 9_000);
  t.ok(newcomers.mayReplace(1_000));
  newcomers.note(files({}), 9_001);
  t.notOk(newcomers.mayReplace(1_000));
  t.end();
});

t.test('an empty file may still be written, but not for ever', (t) => {
  const newcomers = createNewcomers();
  newcomers.note(files({ empty: 'unfinished' }), 0);
  t.ok(newcomers.mayReplace(0));
  newcomers.note(files({ empty: 'unfinished' }), 5_000);
  t.notOk(newcomers.mayReplace(0));
  newcomers.note(files({ empty: 'unusable' }), 5_001);
  t.ok(newcomers.mayReplace(0), 'it was half written');
  t.end();
});

t.test('an edit that leaves a file broken counts like its coming', (t) => {
  const newcomers = createNewcomers();
  newcomers.note(files({ bad: 'unusable' }), 0);
  newcomers.note(files({ bad: 'unusable' }), 60_000);
  t.notOk(newcomers.mayReplace(60_000));
  newcomers.note(files({ bad: 'unusable' }, '2'), 60_001);
  t.ok(newcomers.mayReplace(60_000));
  t.end();
});

t.test('what was there from the start replaces nothing', (t) => {
  const newcomers = createNewcomers();
  newcomers.note(files({ empty: 'unfinished', bad: 'unusable' }), -Infinity);
  t.notOk(newcomers.mayReplace(0));
  t.end();
});
