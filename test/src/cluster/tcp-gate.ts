import { connect, createServer, type Socket } from 'node:net';
import { portOf } from '../free-ports.js';

/** A forwarder between a client and a server, so that a network can fail between two processes of one machine. */
export interface TcpGate {
  readonly port: number;
  /** Ends all connections and takes none. */
  readonly cut: () => void;
  /** Connections stay and new ones are taken, but nothing passes and nobody is told. */
  readonly silence: () => void;
  /** Lets pass again. What was silenced never comes through; those connections stay dead. */
  readonly open: () => void;
  readonly close: () => void;
}

type State = 'open' | 'cut' | 'silent';

/** Forwards to a port of loopback. */
export async function startTcpGate(targetPort: number): Promise<TcpGate> {
  let state: State = 'open';
  const sockets = new Set<Socket>();
  const track = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    return socket;
  };
  const server = createServer((client) => {
    track(client);
    if (state === 'cut') client.destroy();
    if (state !== 'open') return;
    const target = track(connect(targetPort, '127.0.0.1'));
    client.pipe(target).pipe(client);
    client.on('close', () => target.destroy());
    target.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const destroyAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: portOf(server),
    cut() {
      state = 'cut';
      destroyAll();
    },
    silence() {
      state = 'silent';
      for (const socket of sockets) socket.unpipe().pause();
    },
    open() {
      state = 'open';
    },
    close() {
      server.close();
      destroyAll();
    },
  };
}
