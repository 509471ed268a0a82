import { request } from 'node:http';
import type { ClientRequest } from 'node:http';
import { text } from 'node:stream/consumers';

export interface Call {
  readonly method?: string;
  readonly path?: string;
  readonly host?: string;
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
  const outgoing = request({
    ...{ host: hostname, port, agent: false },
    method: call.method ?? 'POST',
    path: call.path ?? '/v1/refund',
    // Node takes a flat list as raw headers, repeated names and all.
    headers: [['host', call.host ?? 'tools.test'], ...framing, ...call.headers].flat(),
  });
  const size = Math.max(1, Math.ceil(body.length / (call.chunks ?? 1)));
  for (let start = 0; start < body.length; start += size) outgoing.write(body.subarray(start, start + size));
  if (call.trailers)
    outgoing.addTrailers(call.trailers.map(([name, value]): [string, string] => [name, value]));
  outgoing.end();
  return answerTo(outgoing);
}

function answerTo(outgoing: ClientRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      const { statusCode = 0, headers } = incoming;
      text(incoming).then((body) => {
        resolve({ status: statusCode, headers, text: body });
      }, reject);
    });
  });
}
