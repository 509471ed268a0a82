import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { ApiServer } from './api-server.js';

/** What the API server makes of an object, without storing it. */
export interface DryRunAnswer {
  readonly isAccepted: boolean;
  /** With the server's defaults; undefined if it was refused. */
  readonly spec: unknown;
  /** Why it was refused; empty if it was not. */
  readonly message: string;
}

export interface DryRun {
  /** As kubectl sends it: fields that the schema does not know are refused. */
  create(plural: string, object: unknown): Promise<DryRunAnswer>;
  close(): void;
}

/** Objects go to this namespace. Much faster than running kubectl for each. */
export function dryRunIn(server: ApiServer, namespace: string): DryRun {
  const agent = new Agent({ keepAlive: true, ca: readFileSync(server.caFile), maxSockets: 4 });
  const headers = { authorization: `Bearer ${server.adminToken}`, 'content-type': 'application/json' };
  return {
    async create(plural, object) {
      const path = `/apis/omnia.altairalabs.ai/v1alpha1/namespaces/${namespace}/${plural}`;
      const asked = request(`${server.url}${path}?dryRun=All&fieldValidation=Strict`, {
        ...{ method: 'POST', agent, headers },
      });
      const body = new Promise<string>((resolve, reject) => {
        asked.on('response', (response) => {
          resolve(text(response));
        });
        asked.on('error', reject);
      });
      asked.end(JSON.stringify(object));
      return toAnswer(JSON.parse(await body));
    },
    close: () => {
      agent.destroy();
    },
  };
}

function toAnswer(answer: unknown): DryRunAnswer {
  const { kind, code, spec, message } = answer as Record<string, unknown>;
  if (kind !== 'Status') return { isAccepted: true, spec, message: '' };
  // Anything else is not what the object deserves, such as a kind that is not served yet.
  if (code !== 422 && code !== 400) throw new Error(JSON.stringify(answer));
  return { isAccepted: false, spec: undefined, message: String(message) };
}
