import {
  compilePolicySet,
  type PolicyDocument,
  type PolicySet,
  type PolicySource,
} from '@omnia-policy/policy';
import { errorText } from '@omnia-policy/service/program';
import type { Logger } from '@omnia-policy/service';
import { watchObjects } from '../cache/watch-objects.js';
import type { WatchTiming } from '../cache/watch-timing.js';
import type { KubeClient } from '../kube-client.js';
import type { KubeMetrics } from '../kube-metrics.js';
import type { ObjectCache } from '../object-cache.js';
import { isDeepStrictEqual } from 'node:util';
import { createCoalesced, type Coalesced } from './coalesce.js';
import { createProblemLog, type ProblemLog } from './problem-log.js';
import { POLICY_KINDS, type PolicyBearing } from './policy-documents.js';
import { sourceReport, type KubeSourceReport } from './source-report.js';

export interface KubePolicySource extends PolicySource {
  report(): KubeSourceReport;
  /**
   * By kind: every change up to this version is in the set that was delivered last. Goes on without a new set when
   * something changed that no set needs, such as a status. Empty before the first set.
   */
  resourceVersions(): Readonly<Record<string, string>>;
}

export interface KubePolicySourceOptions {
  readonly client: KubeClient;
  readonly logger: Logger;
  readonly metrics?: KubeMetrics;
  readonly timing?: Partial<WatchTiming>;
  /**
   * Of every kind that policy sets are made from: ToolPolicies, AgentPolicies, ToolRegistries, AgentRuntimes. For those who
   * watch them anyway; without, the source watches them itself.
   */
  readonly caches?: readonly ObjectCache<PolicyBearing>[];
  /** Called with each new set before it is delivered, and with none when a change could not be taken. */
  readonly onLoad?: (report: KubeSourceReport, policySet: PolicySet | undefined) => void;
}

/**
 * Policies from the API server, watched. No set is delivered before every kind was listed completely, so `start` waits as
 * long as the server is away; once there is one, nothing but the server's word takes a policy away.
 */
export function createKubePolicySource(options: KubePolicySourceOptions): KubePolicySource {
  const source: Source = {
    options,
    caches: [],
    problems: createProblemLog(options.logger),
    reflected: {},
  };
  return {
    report: () => sourceReport(source),
    resourceVersions() {
      const { pending, current, failure } = source;
      const isBehind = current === undefined || pending?.isPending === true || failure !== undefined;
      return isBehind ? source.reflected : versionsOf(source.caches);
    },
    async start(onChange, signal) {
      source.caches = options.caches ?? watchAll(options, signal);
      await Promise.all(source.caches.map(({ synced }) => synced));
      const pending = createCoalesced(() => {
        publish(source, onChange);
      });
      source.pending = pending;
      for (const cache of source.caches) {
        cache.onChange(({ before, after }) => {
          if (!isDeepStrictEqual(before?.document, after?.document)) pending.ask();
        });
      }
      signal.addEventListener('abort', pending.stop);
      publish(source, onChange);
    },
  };
}

interface Source {
  readonly options: KubePolicySourceOptions;
  caches: readonly ObjectCache<PolicyBearing>[];
  readonly problems: ProblemLog;
  /** What `current` was made from. */
  reflected: Readonly<Record<string, string>>;
  current?: PolicySet;
  pending?: Coalesced;
  /** Why the last changes are not in force. */
  failure?: string;
}

function watchAll(
  { client, logger, metrics, timing }: KubePolicySourceOptions,
  signal: AbortSignal,
): ObjectCache<PolicyBearing>[] {
  const common = { logger, signal, ...(metrics && { metrics }), ...(timing && { timing }) };
  return POLICY_KINDS.map(({ project, ...kind }) =>
    watchObjects(client, {
      ...kind,
      ...common,
      project(object) {
        const document = project(object);
        return document && { document };
      },
    }),
  );
}

function publish(source: Source, onChange: (policySet: PolicySet) => void): void {
  const { logger, onLoad } = source.options;
  const set = nextSet(source);
  onLoad?.(sourceReport(source), set);
  if (set === undefined) return;
  const { revision, entries } = set;
  logger.info({ revision, policies: entries.length }, 'policies loaded');
  source.problems.log(entries);
  onChange(set);
}

/** Undefined when it can not be made, which is a bug: what is in force stays, and the next change tries again. */
function nextSet(source: Source): PolicySet | undefined {
  const { caches, current } = source;
  const versions = versionsOf(caches);
  const revision = Object.values(versions).join('.');
  try {
    // In an order that every replica shows.
    const documents = caches.flatMap(documentsOf);
    const set = compilePolicySet(documents, {
      revision,
      claimsShare: 'namespace',
      ...(current && { previous: current }),
    });
    source.current = set;
    source.reflected = versions;
    delete source.failure;
    return set;
  } catch (error) {
    source.failure = errorText(error);
    source.options.logger.error({ revision, err: error }, 'policy change not taken');
    return undefined;
  }
}

function documentsOf(cache: ObjectCache<PolicyBearing>): readonly PolicyDocument[] {
  return cache
    .all()
    .flatMap(({ document }) => document ?? [])
    .sort(byOrigin);
}

function byOrigin(a: PolicyDocument, b: PolicyDocument): number {
  return a.origin < b.origin ? -1 : 1;
}

function versionsOf(caches: readonly ObjectCache<unknown>[]): Record<string, string> {
  return Object.fromEntries(caches.map(({ kind, resourceVersion }) => [kind.kind, resourceVersion]));
}
