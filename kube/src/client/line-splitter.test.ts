import t from 'tap';
import { createLineSplitter } from './line-splitter.js';

t.test('lines are the same in whatever pieces they come', (t) => {
  const bytes = Buffer.from('{"a":"ü€😀"}\n\n{"b":1}\r\n{"c":2}\nnot ended');
  for (let size = 1; size <= bytes.length; size++) {
    const lines: string[] = [];
    const split = createLineSplitter((line) => lines.push(line));
    for (let start = 0; start < bytes.length; start += size) split(bytes.subarray(start, start + size));
    t.strictSame(lines, ['{"a":"ü€😀"}', '{"b":1}\r', '{"c":2}'], `pieces of ${size}`);
  }
  t.end();
});
