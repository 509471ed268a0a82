import {
  AGENT_POLICIES,
  refText,
  TOOL_POLICIES,
  watchObjects,
  type KubeClient,
  type KubeObject,
  type ObjectCache,
} from '@omnia-policy/kube';
import { silentLogger } from '@omnia-policy/service';

/** How far the operator has come with the policies, as a watch of their statuses shows it. */
export interface PolicyProgress {
  readonly total: number;
  /** Active, at the generation that is stored. */
  readonly active: number;
  /** ToolPolicies whose status says that all replicas of ext-authz enforce the stored generation. */
  readonly enforced: number;
  /** Resolves as soon as there are so many policies and all are Active; to when that was seen. Rejects in the end. */
  untilAllActive(total: number): Promise<number>;
  /** The same for the ToolPolicies that are enforced. */
  untilEnforced(total: number): Promise<number>;
}

/** All at once must come within this time. */
const PATIENCE_MS = 15 * 60_000;

interface Progress {
  readonly isActive: boolean;
  readonly isEnforced: boolean;
}

export function watchPolicies(client: KubeClient, signal: AbortSignal): PolicyProgress {
  const watch = (kind: typeof TOOL_POLICIES): ObjectCache<Progress> =>
    watchObjects(client, { kind, project, logger: silentLogger, signal });
  const toolPolicies = watch(TOOL_POLICIES);
  const agentPolicies = watch(AGENT_POLICIES);
  const tallies = {
    tool: tally(toolPolicies, ({ isActive }) => isActive),
    agent: tally(agentPolicies, ({ isActive }) => isActive),
    enforced: tally(toolPolicies, ({ isEnforced }) => isEnforced),
  };
  const caches = [toolPolicies, agentPolicies];
  const progress: PolicyProgress = {
    get total() {
      return toolPolicies.size + agentPolicies.size;
    },
    get active() {
      return tallies.tool.count() + tallies.agent.count();
    },
    get enforced() {
      return tallies.enforced.count();
    },
    untilAllActive: (total) =>
      untilChanged(
        caches,
        () => progress.total === total && progress.active === total,
        () => `${String(progress.active)} of ${String(total)} policies are Active`,
      ),
    untilEnforced: (total) =>
      untilChanged(
        caches,
        () => progress.enforced === total,
        () => `${String(progress.enforced)} of ${String(total)} ToolPolicies are enforced`,
      ),
  };
  return progress;
}

/** Counts as changes come: a list of thousands at each change would take the time that is measured. */
function tally(cache: ObjectCache<Progress>, holds: (one: Progress) => boolean): { count: () => number } {
  const names = new Set<string>();
  cache.onChange(({ ref, after }) => {
    if (after !== undefined && holds(after)) names.add(refText(ref));
    else names.delete(refText(ref));
  });
  return { count: () => names.size };
}

function untilChanged(
  caches: readonly ObjectCache<Progress>[],
  holds: () => boolean,
  describe: () => string,
): Promise<number> {
  if (holds()) return Promise.resolve(performance.now());
  return new Promise((resolve, reject) => {
    const stops = caches.map((cache) =>
      cache.onChange(() => {
        if (!holds()) return;
        end();
        resolve(performance.now());
      }),
    );
    const timer = setTimeout(() => {
      end();
      reject(new Error(`after ${String(PATIENCE_MS / 60_000)} minutes ${describe()}`));
    }, PATIENCE_MS);
    const end = (): void => {
      clearTimeout(timer);
      for (const stop of stops) stop();
    };
  });
}

interface Status {
  readonly phase?: string;
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly observedGeneration?: number;
}

function project({ metadata: { generation }, status }: KubeObject): Progress {
  const { phase, observedGeneration, conditions = [] } = (status ?? {}) as Status;
  return {
    isActive: phase === 'Active' && observedGeneration === generation,
    isEnforced: conditions.some(
      (one) => one.type === 'Enforced' && one.status === 'True' && one.observedGeneration === generation,
    ),
  };
}
