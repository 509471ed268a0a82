import { request } from 'node:http';

export interface Call {
  readonly method?: string;
  readonly path?: string;
  /** Sent as given: order, case and repetition are kept. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: string | Uint8Array;
  /** Sent in this many chunks instead of with a content-length. */
  readonly chunks?: number;
  readonly trailers?: readonly (readonly [name: string, value: string])[];
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** One request on a connection of its own, nothing tidied up on the way. */
export function send(url: string, call: Call): Promise<Answer> {
  const { hostname, port } = new URL(url);
  const body = Buffer.from(call.body ?? '');
  const chunked = call.chunks !== undefined || call.trailers !== undefined;
  const framing: [string, string][] = chunked
    ? [['transfer-encoding', 'chunked']]
    : [['content-length', String(body.length)]];
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: hostname,
        port,
        method: call.method ?? 'POST',
        path: call.path ?? '/v1/refund',
        agent: false,
        // Node takes a flat list as raw headers, repeated names and all.
        headers: [['host', 'tools.test'], ...framing, ...call.headers].flat(),
      },
      (incoming) => {
        const parts: Buffer[] = [];
        incoming.on('data', (part: Buffer) => parts.push(part));
        incoming.on('error', reject);
        incoming.on('end', () => {
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            text: Buffer.concat(parts).toString(),
          });
        });
      },
    );
    outgoing.on('error', reject);
    const size = Math.max(1, Math.ceil(body.length / (call.chunks ?? 1)));
    for (let start = 0; start < body.length; start += size)
      outgoing.write(body.subarray(start, start + size));
    if (call.trailers)
      outgoing.addTrailers(call.trailers.map(([name, value]): [string, string] => [name, value]));
    outgoing.end();
  });
}
