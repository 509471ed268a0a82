import type { IncomingMessage } from 'node:http';
import { notKubernetes } from '../connection/call-api.js';
import { broken } from '../connection/exchange.js';
import { refusalOfEvent } from '../connection/read-refusal.js';
import { KubeApiError } from '../kube-api-error.js';
import type { WatchEvent } from '../kube-client.js';
import type { ResourceKind } from '../resource-kind.js';
import { createLineSplitter } from './line-splitter.js';
import { readObject, readResourceVersion } from './read-object.js';

/** Calls back with every event until the response ends; rejects when it breaks or holds something else than events. */
export function readWatch(
  kind: ResourceKind,
  response: IncomingMessage,
  onEvent: (event: WatchEvent) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const split = createLineSplitter((line) => {
      // What was read after the end was asked for, or after an error, is not told any more.
      if (!response.destroyed) onEvent(readEvent(kind, line));
    });
    response.on('data', (bytes: Buffer) => {
      try {
        split(bytes);
      } catch (error) {
        response.destroy();
        reject(error instanceof Error ? error : notKubernetes(`watch ${kind.kind}`, error));
      }
    });
    response.on('end', resolve);
    response.on('error', (error) => {
      reject(broken(`watch ${kind.kind}`, error));
    });
  });
}

function readEvent(kind: ResourceKind, line: string): WatchEvent {
  const { type, object } = parse(kind, line);
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type, object: readObject(kind, object) };
    case 'BOOKMARK':
      return { type, resourceVersion: readResourceVersion(kind, object) };
    case 'ERROR':
      throw new KubeApiError(`watch ${kind.kind}`, refusalOfEvent(object));
    default:
      throw notKubernetes(`watch ${kind.kind}`);
  }
}

function parse(kind: ResourceKind, line: string): { readonly type?: unknown; readonly object?: unknown } {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : {};
  } catch (cause) {
    throw notKubernetes(`watch ${kind.kind}`, cause);
  }
}
