import t from 'tap';
import { memoryUnderTraffic } from './traffic.js';

void t.test('200,000 requests through both roles leave the memory as it was', (t) => {
  const { beforeBytes, afterBytes } = memoryUnderTraffic(100_000);
  t.equal(afterBytes, beforeBytes);
  t.end();
});
