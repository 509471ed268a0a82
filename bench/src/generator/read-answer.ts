export interface HttpAnswer {
  readonly status: number;
  readonly body: Buffer;
  /** False: the server closes the connection after this answer. */
  readonly keepAlive: boolean;
}

/**
 * Reads one HTTP/1.1 answer, with a content-length or chunked, from all bytes received so far.
 *
 * @returns undefined while some of it is missing; 'malformed' when it will never be one.
 */
export function readAnswer(bytes: Buffer): HttpAnswer | 'malformed' | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = bytes.toString('latin1', 0, headEnd).toLowerCase();
  const status = Number(/^http\/1\.1 (\d{3})/.exec(head)?.[1]);
  if (Number.isNaN(status)) return 'malformed';
  const keepAlive = !/\r\nconnection: *close/.test(head);
  const rest = bytes.subarray(headEnd + 4);
  if (/\r\ntransfer-encoding: *chunked/.test(head)) {
    const body = readChunks(rest);
    return body === undefined || body === 'malformed' ? body : { status, body, keepAlive };
  }
  const length = Number(/\r\ncontent-length: *(\d+)/.exec(head)?.[1] ?? 0);
  return rest.length < length ? undefined : { status, body: rest.subarray(0, length), keepAlive };
}

function readChunks(bytes: Buffer): Buffer | 'malformed' | undefined {
  const chunks: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    if (Number.isNaN(size)) return 'malformed';
    const next = lineEnd + 2 + size + 2;
    if (bytes.length < next) return undefined;
    if (size === 0) return Buffer.concat(chunks);
    chunks.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = next;
  }
}
