import { compilePolicySet, type PolicySet, type PolicySource, type Problem } from '@omnia-policy/policy';
import { setTimeout as delay } from 'node:timers/promises';
import { errorText, ServiceError } from '../errors.js';
import type { Logger } from '../logger.js';
import { createFolderWatch } from './folder-watch.js';
import { createLoadedFiles, type FileProblem } from './loaded-files.js';
import { listPolicyFiles, type PolicyFiles } from './policy-files.js';
import { createSettling } from './settled-changes.js';

/** What the folder looks like to whoever operates the process. */
export interface FolderReport {
  readonly folder: string;
  /** Every file could be read at least once, so a first set was delivered. */
  readonly complete: boolean;
  /** Why the folder can't be read at the moment; what was read before stays enforced. */
  readonly unreadable?: string;
  readonly files: readonly FileProblem[];
}

export interface FilePolicySource extends PolicySource {
  report(): FolderReport;
  /** Gives a problem of a policy entry its line and column in the file. */
  readonly locate: (origin: string, problem: Problem) => Problem;
}

export interface FilePolicySourceOptions {
  readonly folder: string;
  readonly logger: Logger;
  /** Called after every look that found a change, also when no new set comes of it. */
  readonly onLoad?: (report: FolderReport, policySet: PolicySet | undefined) => void;
}

/** How soon to look again while a change is not at rest. */
const soonMs = 40;
/** Looks without an event take one percent of one core at most, and come between these bounds. */
const looks = { shareOfTime: 0.01, atLeastMs: 500, atMostMs: 5000 } as const;

/**
 * Policies from a folder of YAML files, watched. A change is in force within one second: all files that changed
 * together make one new set. A file that can't be used, or was emptied, keeps the documents of its last good version
 * in force; until every file could be used once, no set is delivered and `start` does not resolve.
 */
export function createFilePolicySource({
  folder,
  logger,
  onLoad,
}: FilePolicySourceOptions): FilePolicySource {
  const loaded = createLoadedFiles();
  const load: LoadState = { folder, logger, loaded, reported: new Set(), revision: 0 };
  const report = (): FolderReport => folderReport(load);
  return {
    report,
    locate: loaded.locate,
    async start(onChange, signal) {
      const first = await firstLook(folder);
      await loaded.take([...first.files.values()], []);
      const publish = (): boolean => {
        const set = nextSet(load);
        logNewProblems(load);
        onLoad?.(report(), set);
        if (set !== undefined) onChange(set);
        return set !== undefined;
      };
      await new Promise<void>((resolve, reject) => {
        if (publish()) resolve();
        follow({
          load,
          first,
          signal,
          publish: () => {
            if (publish()) resolve();
          },
        }).catch(reject);
      });
    },
  };
}

interface LoadState {
  readonly folder: string;
  readonly logger: Logger;
  readonly loaded: ReturnType<typeof createLoadedFiles>;
  /** Texts of the problems that were logged and still hold. */
  reported: ReadonlySet<string>;
  revision: number;
  current?: PolicySet;
  unreadable?: string;
}

/** @throws ServiceError `policies-unreadable` */
async function firstLook(folder: string): Promise<PolicyFiles> {
  try {
    return await listPolicyFiles(folder);
  } catch (cause) {
    throw new ServiceError(
      'policies-unreadable',
      `the folder of policies ${folder} can not be read (${errorText(cause)}). Name a readable folder with --policies.`,
      { cause },
    );
  }
}

interface Following {
  readonly load: LoadState;
  readonly first: PolicyFiles;
  readonly signal: AbortSignal;
  readonly publish: () => void;
}

/** Looks at the folder after every event and at intervals, until aborted. */
async function follow({ load, first, signal, publish }: Following): Promise<void> {
  const settling = createSettling();
  let wake = new AbortController();
  const watch = createFolderWatch(() => {
    wake.abort();
  });
  watch.watchExactly(first.folders);
  signal.addEventListener('abort', () => {
    wake.abort();
  });
  let waitMs: number = soonMs;
  while (!signal.aborted) {
    await pause(waitMs, wake.signal);
    wake = new AbortController();
    const startedMs = performance.now();
    const seen = await look(load);
    waitMs = intervalMs(performance.now() - startedMs);
    if (seen === undefined) continue;
    watch.watchExactly(seen.folders);
    const { changed, removed, waiting } = settling.look(seen.files, load.loaded.stamps, startedMs);
    if (waiting) waitMs = soonMs;
    if (changed.length + removed.length > 0 && (await load.loaded.take(changed, removed))) publish();
  }
  watch.close();
}

/** Undefined while the folder can't be read: what is known stays, since a failing disk deletes no policy. */
async function look(load: LoadState): Promise<PolicyFiles | undefined> {
  try {
    const seen = await listPolicyFiles(load.folder);
    if (load.unreadable !== undefined)
      load.logger.info({ folder: load.folder }, 'policy folder readable again');
    delete load.unreadable;
    return seen;
  } catch (error) {
    if (load.unreadable === undefined) {
      load.logger.error({ folder: load.folder, reason: errorText(error) }, 'policy folder unreadable');
    }
    load.unreadable = errorText(error);
    return undefined;
  }
}

function nextSet(load: LoadState): PolicySet | undefined {
  const { loaded, logger, current } = load;
  const isWaiting = current === undefined && loaded.problems().length > 0;
  if (isWaiting) return undefined;
  load.revision += 1;
  const revision = String(load.revision);
  load.current = compilePolicySet(loaded.documents(), {
    revision,
    ...(current === undefined ? {} : { previous: current }),
  });
  logger.info({ revision, folder: load.folder, policies: load.current.entries.length }, 'policies loaded');
  return load.current;
}

function logNewProblems(load: LoadState): void {
  const { loaded, logger, current } = load;
  const lines = [
    ...loaded
      .problems()
      .map(({ file, problem, keptDocuments }) => ({ file, ...describe(problem), keptDocuments })),
    ...(current?.entries ?? []).flatMap(({ origin, enforced, problems }) =>
      problems.map((problem) => ({ file: origin, ...describe(loaded.locate(origin, problem)), enforced })),
    ),
  ];
  for (const line of lines)
    if (!load.reported.has(JSON.stringify(line))) logger.error(line, 'policy problem');
  load.reported = new Set(lines.map((line) => JSON.stringify(line)));
}

function describe({ message, ...rest }: Problem): Record<string, unknown> {
  return { ...rest, problem: message };
}

function folderReport({ folder, loaded, current, unreadable }: LoadState): FolderReport {
  return {
    folder,
    complete: current !== undefined,
    ...(unreadable === undefined ? {} : { unreadable }),
    files: loaded.problems(),
  };
}

function intervalMs(lookMs: number): number {
  return Math.min(Math.max(lookMs / looks.shareOfTime, looks.atLeastMs), looks.atMostMs);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch {
    // woken: an event, or the end
  }
}
