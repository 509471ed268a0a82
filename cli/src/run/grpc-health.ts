import { connect } from 'node:http2';
import type { ClientHttp2Session } from 'node:http2';
import { formatListenAddress } from '@omnia-policy/service';
import type { ListenAddress } from '@omnia-policy/service';

/** A gRPC message: not compressed, length, bytes. The request is empty: it asks about the server as a whole. */
const REQUEST = Buffer.from([0, 0, 0, 0, 0]);
/** `status: SERVING`, the field 1 with the value 1. */
const SERVING = Buffer.from([0, 0, 0, 0, 2, 8, 1]);

/**
 * Asks the policy service as Envoy will: gRPC without TLS (the standard health service). Undefined when it serves,
 * else what came instead.
 */
export async function grpcHealth(address: ListenAddress, timeoutMs: number): Promise<string | undefined> {
  const session = connect(`http://${formatListenAddress(address)}`);
  try {
    const answer = await ask(session, timeoutMs);
    return answer.equals(SERVING) ? undefined : `its gRPC health is ${answer.toString('hex') || 'unknown'}`;
  } finally {
    session.destroy();
  }
}

function ask(session: ClientHttp2Session, timeoutMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    session.on('error', reject);
    session.on('close', () => {
      reject(new Error('the connection was closed'));
    });
    session.setTimeout(timeoutMs, () => {
      reject(new Error('no answer to a gRPC health check'));
    });
    const stream = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const parts: Buffer[] = [];
    stream.on('error', reject);
    stream.on('data', (part: Buffer) => parts.push(part));
    stream.on('end', () => {
      resolve(Buffer.concat(parts));
    });
    stream.end(REQUEST);
  });
}
