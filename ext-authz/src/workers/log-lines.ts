import { Transform } from 'node:stream';

/**
 * Passes on whole lines only. Several processes share one stdout, and the system keeps only short writes together:
 * each worker therefore writes to a pipe of its own, and one process writes the lines.
 */
export function wholeLines(): Transform {
  let rest: Buffer = Buffer.alloc(0);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const end = chunk.lastIndexOf(0x0a);
      if (end === -1) {
        rest = Buffer.concat([rest, chunk]);
        done();
        return;
      }
      const lines = Buffer.concat([rest, chunk.subarray(0, end + 1)]);
      rest = Buffer.from(chunk.subarray(end + 1));
      done(null, lines);
    },
    flush(done) {
      done(null, rest.length === 0 ? undefined : rest);
    },
  });
}
