import { readFileSync } from 'node:fs';
import { errorText, ServiceError } from '@omnia-policy/service';
import type { PlannedRequest } from '../generator/load-plan.js';
import { parsePids } from './load-settings.js';
import type { SystemUnderLoad } from './system-under-load.js';

export interface RunningSystemOptions {
  readonly url: URL;
  readonly pids: string | undefined;
  readonly callsFile: string;
}

/** A system that runs already: loaded and watched, never broken on purpose. @throws ServiceError */
export function runningSystem({ url, pids, callsFile }: RunningSystemOptions): SystemUnderLoad {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const processes = pids === undefined ? new Map<string, readonly number[]>() : parsePids(pids);
  return {
    address: { host, port: url.port === '' ? 80 : Number(url.port) },
    description: `the system at ${url.host}, which ran already`,
    envoyVersion: 'of that system',
    requests: readCalls(callsFile, url.host),
    processes: () => processes,
    stop: () => Promise.resolve(),
  };
}

function readCalls(file: string, host: string): readonly PlannedRequest[] {
  let calls: unknown;
  try {
    calls = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new ServiceError('file-unreadable', `--calls ${file} can't be read: ${errorText(cause)}`, {
      cause,
    });
  }
  if (!Array.isArray(calls) || calls.length === 0) throw wrongCall(file, 'it must be a list with a call');
  return calls.map((call: unknown, index) => plannedRequest(call, { file, index, host }));
}

interface Place {
  readonly file: string;
  readonly index: number;
  readonly host: string;
}

function plannedRequest(value: unknown, { file, index, host }: Place): PlannedRequest {
  if (typeof value !== 'object' || value === null) throw wrongCall(file, `call ${index} must be an object`);
  const call = new Map<string, unknown>(Object.entries(value));
  const text = (key: string, fallback: string): string => {
    const found = call.get(key) ?? fallback;
    if (typeof found !== 'string' || /[\r\n]/.test(key === 'body' ? '' : found)) {
      throw wrongCall(file, `${key} of call ${index} must be a text in one line`);
    }
    return found;
  };
  const headers = Object.entries(call.get('headers') ?? {}).map(
    ([name, content]) => `${name}: ${String(content)}`,
  );
  const given = call.get('body');
  const body = typeof given === 'string' || given === undefined ? text('body', '') : JSON.stringify(given);
  const expectedStatus = call.get('expectedStatus') ?? 200;
  if (typeof expectedStatus !== 'number')
    throw wrongCall(file, `expectedStatus of call ${index} must be a number`);
  const head = [
    `${text('method', 'POST')} ${text('path', '/')} HTTP/1.1`,
    `host: ${host}`,
    `content-length: ${Buffer.byteLength(body)}`,
    ...headers,
  ];
  const expectedText = call.has('expectedText') ? { expectedText: text('expectedText', '') } : {};
  return { text: `${head.join('\r\n')}\r\n\r\n${body}`, expectedStatus, ...expectedText };
}

function wrongCall(file: string, why: string): ServiceError {
  return new ServiceError('file-unreadable', `--calls ${file}: ${why}.`);
}
