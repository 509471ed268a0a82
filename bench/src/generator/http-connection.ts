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

export function createHttpConnection(options: ConnectionOptions): HttpConnection {
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
  const onEvent = (from: Socket, event: SocketEvent): void => {
    // Events of a socket that was given up must not end the request that its successor carries.
    if (from !== socket) return;
    if (typeof event === 'string') {
      finish({ failure: event }, false);
      return;
    }
    received = received.length === 0 ? event : Buffer.concat([received, event]);
    const answer = readAnswer(received);
    if (answer === 'malformed') finish({ failure: 'no HTTP answer' }, false);
    else if (answer) finish({ answer }, answer.keepAlive);
  };
  return {
    send(request, done) {
      waiting = done;
      socket ??= openSocket(options, onEvent);
      socket.write(request);
    },
    close() {
      socket?.destroy();
      socket = undefined;
    },
  };
}

/** Bytes that came, or why no more will come; failures may come more than once. */
type SocketEvent = Buffer | string;

function openSocket(
  { host, port, answerTimeoutMs }: ConnectionOptions,
  onEvent: (from: Socket, event: SocketEvent) => void,
): Socket {
  const socket = connect({ host, port, noDelay: true });
  socket.setTimeout(answerTimeoutMs);
  socket.on('data', (chunk) => {
    onEvent(socket, chunk);
  });
  socket.on('timeout', () => {
    onEvent(socket, 'timeout');
  });
  socket.on('error', (error) => {
    onEvent(socket, failureOf(error));
  });
  socket.on('close', () => {
    onEvent(socket, 'connection closed');
  });
  return socket;
}

function failureOf({ code }: NodeJS.ErrnoException): string {
  if (code === 'ECONNREFUSED') return 'connection refused';
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'connection reset';
  return code ?? 'connection error';
}
