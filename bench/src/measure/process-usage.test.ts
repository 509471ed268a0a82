import t from 'tap';
import { psTimeMicros, readProcessUsage } from './process-usage.js';

t.test('CPU time of this process grows while it works', (t) => {
  const before = readProcessUsage(process.pid);
  const { user, system } = process.cpuUsage();
  for (
    let now = process.cpuUsage();
    now.user + now.system < user + system + 100_000;
    now = process.cpuUsage()
  );
  const after = readProcessUsage(process.pid);
  t.ok((after?.cpuMicros ?? 0) - (before?.cpuMicros ?? 0) >= 50_000);
  t.ok((after?.residentBytes ?? 0) > 10_000_000);
  t.end();
});

t.test('there is nothing to say of a process that is not there', (t) => {
  t.equal(readProcessUsage(2 ** 22 + 1), undefined);
  t.end();
});

t.test('CPU time as ps writes it', (t) => {
  t.equal(psTimeMicros('00:01'), 1_000_000);
  t.equal(psTimeMicros('1:02:03'), 3_723_000_000);
  t.equal(psTimeMicros('2-01:00:00'), 176_400_000_000);
  t.equal(psTimeMicros('0:00.25'), 250_000);
  t.end();
});
