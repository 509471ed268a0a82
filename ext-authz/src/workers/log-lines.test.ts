import fc from 'fast-check';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { wholeLines } from './log-lines.js';

t.test('however the bytes come, only whole lines go out, and all of them', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: 'grapheme' })), fc.array(fc.nat(40)), async (lines, cuts) => {
      const bytes = Buffer.from(lines.map((line) => `${line.replaceAll('\n', ' ')}\n`).join(''));
      const input = new PassThrough();
      const output = wholeLines();
      const chunks: string[] = [];
      output.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
      const whole = text(input.pipe(output));
      let from = 0;
      for (const length of cuts) {
        input.write(bytes.subarray(from, from + length));
        from += length;
      }
      input.end(bytes.subarray(from));
      return (await whole) === bytes.toString() && chunks.every((chunk) => chunk.endsWith('\n'));
    }),
  );
  t.pass();
});

t.test('what a worker wrote last is not lost, even without an end of line', async (t) => {
  const output = wholeLines();
  output.end('whole\nhalf');
  t.equal(await text(output), 'whole\nhalf');
});
