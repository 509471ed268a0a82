import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listenError } from '@omnia-policy/service';
import type { ListenAddress } from '@omnia-policy/service';

export interface DemoTools {
  readonly address: ListenAddress;
  readonly close: () => Promise<void>;
}

/** More than Envoy passes on (60 KiB); Node's own limit, 16 KiB, would answer 431 to what the policies allowed. */
const MAX_HEADER_BYTES = 64 * 1024;
/** A longer body is answered with 413. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

/**
 * A tool service that answers any call with what it received, as JSON: `method`, `path` (with query), `headers` (names
 * in lower case; a repeated one is an array of its values) and `body`: the value when it is JSON, whatever the content
 * type says, else the text, null when there is none.
 *
 * @throws ServiceError when it can't listen; `flag` is named in the message.
 */
export async function startDemoTools(address: ListenAddress, flag = '--demo-tools'): Promise<DemoTools> {
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (request, response) => {
    answer(request, response).catch(() => {
      // The caller went away while its body was read: nobody is left to answer.
      response.destroy();
    });
  });
  // Envoy keeps its connections for an hour; closing them earlier would cost it a failed call now and then.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(listenError(flag, address, cause));
    });
    server.listen({ host: address.host, port: address.port }, resolve);
  });
  const { address: host, port } = server.address() as AddressInfo;
  return {
    address: { host, port },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const bytes = await readBody(request);
  if (bytes === undefined) {
    send(response, 413, { error: 'body_too_large', maxBytes: MAX_BODY_BYTES });
    return;
  }
  send(response, 200, {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: receivedHeaders(request.rawHeaders),
    body: bytes.length === 0 ? null : jsonOrText(bytes.toString('utf8')),
  });
}

function send(response: ServerResponse, status: number, value: unknown): void {
  const body = Buffer.from(`${JSON.stringify(value)}\n`);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
}

/** Undefined when it is too large; it is read to its end all the same, so that the connection stays usable. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= MAX_BODY_BYTES) chunks.push(chunk);
    else chunks.length = 0;
  }
  return length <= MAX_BODY_BYTES ? Buffer.concat(chunks) : undefined;
}

/** From the raw list, since Node joins or drops repeated headers. */
function receivedHeaders(raw: readonly string[]): Record<string, string | readonly string[]> {
  const headers = new Map<string, string[]>();
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] ?? '').toLowerCase();
    const values = headers.get(name) ?? [];
    values.push(raw[index + 1] ?? '');
    headers.set(name, values);
  }
  return Object.fromEntries(
    [...headers].map(([name, [first = '', ...more]]) => [name, more.length === 0 ? first : [first, ...more]]),
  );
}

function jsonOrText(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    // A value that was nested too deep to be written again is shown as it came.
    JSON.stringify(value);
    return value;
  } catch {
    return text;
  }
}
