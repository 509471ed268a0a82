import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Answer, Call } from '../send.js';

/** An agent's own program: whoever asks it for a tool gets the tool's answer. */
export interface AgentProgram {
  readonly port: number;
  /** How its calls leave; to be said before the first user comes. */
  leaveThrough(send: (call: Omit<Call, 'host'>) => Promise<Answer>): void;
  close(): Promise<void>;
}

export interface AgentProgramOptions {
  readonly name: string;
  readonly namespace: string;
  readonly registry: string;
}

/** The header in which a user of the tests says which tool the agent shall call. */
export const WANTED_TOOL = 'x-wanted-tool';

/**
 * Passes on what the platform's agents pass on: who the user is (`x-omnia-claim-*`, `x-omnia-user-*`) as it arrived, and
 * which call it is. Not the user's token.
 */
export async function startAgentProgram(options: AgentProgramOptions): Promise<AgentProgram> {
  let send: ((call: Omit<Call, 'host'>) => Promise<Answer>) | undefined;
  const server = createServer((request, response) => {
    void callTool(request, options)
      .then((call) => send?.(call))
      .then((answer) => {
        response.writeHead(answer?.status ?? 500, { 'content-type': 'application/json' });
        response.end(answer?.text);
      })
      .catch((error: unknown) => {
        response.writeHead(502).end(String(error));
      });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    leaveThrough(through) {
      send = through;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function callTool(
  request: IncomingMessage,
  { name, namespace, registry }: AgentProgramOptions,
): Promise<Omit<Call, 'host'>> {
  const passedOn = Object.entries(request.headers).filter(([header]) =>
    /^x-omnia-(claim|user)-/.test(header),
  );
  return {
    method: request.method ?? 'POST',
    path: request.url ?? '/',
    headers: [
      ...passedOn.map(([header, value]): [string, string] => [header, String(value)]),
      ['x-omnia-agent-name', name],
      ['x-omnia-namespace', namespace],
      ['x-omnia-tool-registry', registry],
      ['x-omnia-tool-name', String(request.headers[WANTED_TOOL])],
      ['content-type', 'application/json'],
    ],
    body: await buffer(request),
  };
}
