import { StringDecoder } from 'node:string_decoder';

/** Gives every complete line of a stream of bytes, in whatever pieces they come; empty lines are left out. */
export function createLineSplitter(onLine: (line: string) => void): (bytes: Buffer) => void {
  const decoder = new StringDecoder('utf8');
  // Pieces of one line are joined once: an object of a megabyte comes in many.
  let pieces: string[] = [];
  return (bytes) => {
    const parts = decoder.write(bytes).split('\n');
    const rest = parts.pop() ?? '';
    for (const part of parts) {
      const line = pieces.length === 0 ? part : [...pieces, part].join('');
      pieces = [];
      if (line !== '') onLine(line);
    }
    if (rest !== '') pieces.push(rest);
  };
}
