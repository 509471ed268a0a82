import { connect, type Socket } from 'node:net';
import { readAnswer, type HttpAnswer } from './read-answer.js';

/** What became of one request; `failure` is a word for the table of errors. */
export type Exchange =
  { readonly answer: HttpAnswer } | { readonly answer?: never; readonly failure: string };

/** One keep-alive connection that carries one request at a time, and connects again when it was closed. */
export interface HttpConnection {
  send(request: Buffer, done: (exchange: Exchange) => void): void;
  close(): void;
}

export interface ConnectionOptions {
  readonly host: string;
  readonly port: number;
  readonly answerTimeoutMs: number;
}

export function createHttpConnection({ host, port, answerTimeoutMs }: ConnectionOptions): HttpConnection {
  let socket: Socket | undefined;
  let received: Buffer = Buffer.alloc(0);
  let waiting: ((exchange: Exchange) => void) | undefined;

  const finish = (exchange: Exchange, keep: boolean): void => {
    if (!keep) {
      socket?.destroy();
      socket = undefined;
    }
    received = Buffer.alloc(0);
    const done = waiting;
    waiting = undefined;
    done?.(exchange);
  };
  const onData = (chunk: Buffer): void => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const answer = readAnswer(received);
    if (answer === 'malformed') finish({ failure: 'no HTTP answer' }, false);
    else if (answer) finish({ answer }, answer.keepAlive);
  };
  const open = (): Socket => {
    const opened = connect({ host, port, noDelay: true });
    // Events of a socket that was given up must not end the request that its successor carries.
    const current = (handle: () => void) => (): void => {
      if (opened === socket) handle();
    };
    opened.setTimeout(answerTimeoutMs);
    opened.on('data', (chunk) => {
      if (opened === socket) onData(chunk);
    });
    opened.on(
      'timeout',
      current(() => {
        finish({ failure: 'timeout' }, false);
      }),
    );
    opened.on('error', (error: NodeJS.ErrnoException) => {
      current(() => {
        finish({ failure: failureOf(error) }, false);
      })();
    });
    opened.on(
      'close',
      current(() => {
        finish({ failure: 'connection closed' }, false);
      }),
    );
    return opened;
  };
  return {
    send(request, done) {
      waiting = done;
      socket ??= open();
      socket.write(request);
    },
    close() {
      socket?.destroy();
      socket = undefined;
    },
  };
}

function failureOf({ code }: NodeJS.ErrnoException): string {
  if (code === 'ECONNREFUSED') return 'connection refused';
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'connection reset';
  return code ?? 'connection error';
}
