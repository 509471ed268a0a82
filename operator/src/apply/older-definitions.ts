import { KubeApiError, type ResourceKind } from '@omnia-policy/kube';
import type { Logger } from '@omnia-policy/service';
import type { DesiredStatus } from '../plan/plan.js';

type Status = DesiredStatus['status'];

/** CustomResourceDefinitions of an older version, that do not know all of a status. Each is told of once. */
export interface OlderDefinitions {
  /** What its definition knows of a status, as far as was found out. */
  known(kind: ResourceKind, status: Status): Status;
  /** Whether this refusal named fields that are not known: without them the status may be taken. */
  learn(kind: ResourceKind, error: unknown): boolean;
  /** The object is there, and its status is not found: there is no such subresource. */
  noteNone(kind: ResourceKind): void;
}

/** Server-side apply refuses what a schema does not name, where other writes would drop it. */
const UNDECLARED = /\.status\.(\w+)\S*: field not declared in schema/g;

export function createOlderDefinitions(logger: Logger): OlderDefinitions {
  const unknown = new Map<string, Set<string>>();
  const without = new Set<string>();
  return {
    known({ kind }, status) {
      const fields = unknown.get(kind);
      if (fields === undefined) return status;
      return Object.fromEntries(Object.entries(status).filter(([field]) => !fields.has(field)));
    },
    learn({ kind }, error) {
      if (!(error instanceof KubeApiError)) return false;
      const named = [...error.serverMessage.matchAll(UNDECLARED)].flatMap(([, field]) => field ?? []);
      const fields = unknown.get(kind) ?? new Set<string>();
      const more = named.filter((field) => !fields.has(field));
      if (more.length === 0) return false;
      unknown.set(kind, new Set([...fields, ...more]));
      logger.warn({ kind, fields: more }, 'status is written in part: update the CustomResourceDefinition');
      return true;
    },
    noteNone({ kind }) {
      if (without.has(kind)) return;
      without.add(kind);
      logger.warn({ kind }, 'status can not be written: update the CustomResourceDefinition');
    },
  };
}
