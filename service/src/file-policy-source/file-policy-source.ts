import { compilePolicySet, type PolicySet, type PolicySource, type Problem } from '@omnia-policy/policy';
import { errorText, ServiceError } from '../errors.js';
import type { Logger } from '../logger.js';
import { followFolder } from './follow-folder.js';
import { createLoadedFiles, type FileProblem } from './loaded-files.js';
import { listPolicyFiles, type PolicyFiles } from './policy-files.js';
import { createSettling } from './settled-changes.js';

/** What the folder looks like to whoever operates the process. */
export interface FolderReport {
  readonly folder: string;
  /** Every file could be read at least once, so a first set was delivered. */
  readonly complete: boolean;
  /** Why the folder can't be read or a change in it not be taken at the moment; what was taken before stays enforced. */
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
      const changed = [...first.files.values()];
      await loaded.take({ changed, removed: [], present: first.files, nowMs: -Infinity });
      const publish = (): boolean => {
        const set = nextSet(load);
        logNewProblems(load);
        onLoad?.(report(), set);
        if (set !== undefined) onChange(set);
        return set !== undefined;
      };
      const settling = createSettling();
      await new Promise<void>((resolve) => {
        if (publish()) resolve();
        const take = async ({ files }: PolicyFiles, nowMs: number): Promise<boolean> => {
          const { changed, removed, waiting } = settling.look(files, loaded.stamps, nowMs);
          const isDifferent = await loaded.take({ changed, removed, present: files, nowMs });
          if ((isDifferent || load.failure !== undefined) && publish()) resolve();
          noteSuccess(load);
          return waiting;
        };
        const onFailure = (error: unknown): void => {
          noteFailure(load, error);
        };
        void followFolder({ first, signal, look: () => look(load), take, onFailure });
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
  /** Why the last look's changes are not in force. */
  failure?: string;
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

/** Undefined while the folder can't be read: what is known stays, since a failing disk deletes no policy. */
async function look(load: LoadState): Promise<PolicyFiles | undefined> {
  try {
    const seen = await listPolicyFiles(load.folder, load.loaded.stamps.keys());
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

/** A bug, and not the author's fault: what is in force stays, and the next look tries again. */
function noteFailure(load: LoadState, error: unknown): void {
  const reason = errorText(error);
  if (load.failure !== reason) load.logger.error({ folder: load.folder, reason }, 'policy change not taken');
  load.failure = reason;
}

function noteSuccess(load: LoadState): void {
  if (load.failure !== undefined) load.logger.info({ folder: load.folder }, 'policy changes taken again');
  delete load.failure;
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

function folderReport({ folder, loaded, current, unreadable, failure }: LoadState): FolderReport {
  const reason = unreadable ?? failure;
  return {
    folder,
    complete: current !== undefined,
    ...(reason === undefined ? {} : { unreadable: reason }),
    files: loaded.problems(),
  };
}
