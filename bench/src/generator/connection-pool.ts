import {
  createHttpConnection,
  type ConnectionOptions,
  type Exchange,
  type HttpConnection,
} from './http-connection.js';

/** At most so many connections; what finds none free waits its turn. */
export interface ConnectionPool {
  send(request: Buffer, done: (exchange: Exchange) => void): void;
  close(): void;
}

export function createConnectionPool(options: ConnectionOptions, maxConnections: number): ConnectionPool {
  interface Job {
    readonly request: Buffer;
    readonly done: (exchange: Exchange) => void;
  }
  const connections: HttpConnection[] = [];
  const idle: HttpConnection[] = [];
  const queue: Job[] = [];
  const open = (): HttpConnection | undefined => {
    if (connections.length >= maxConnections) return undefined;
    const connection = createHttpConnection(options);
    connections.push(connection);
    return connection;
  };
  const carry = (connection: HttpConnection, { request, done }: Job): void => {
    connection.send(request, (exchange) => {
      done(exchange);
      const next = queue.shift();
      if (next) carry(connection, next);
      else idle.push(connection);
    });
  };
  return {
    send(request, done) {
      const connection = idle.pop() ?? open();
      if (connection) carry(connection, { request, done });
      else queue.push({ request, done });
    },
    close() {
      for (const connection of connections) connection.close();
    },
  };
}
