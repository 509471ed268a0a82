import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ListenAddress } from '@omnia-policy/service';

/** An edit of the folder that Envoy's filters follow. */
export interface FolderEdit {
  readonly version: string;
  /** Names of the filters whose files are new. */
  readonly written: readonly string[];
  /** Those of them that Envoy refuses. */
  readonly refused?: readonly string[];
  /** Those of them that Envoy does not look at before the next edit. */
  readonly unread?: readonly string[];
}

/** Answers for Envoy's administration and counts as Envoy was seen to count. */
export interface CountingEnvoy {
  readonly admin: ListenAddress;
  edit(edit: FolderEdit): void;
  /** The next question gets no answer. */
  failOnce(): void;
  readonly close: () => void;
}

interface Counters {
  version: string;
  /** Of the file, whatever Envoy thinks of it. */
  inFile: string;
  isUnread: boolean;
  rejected: number;
  reloads: number;
}

export async function startCountingEnvoy(filters: readonly string[]): Promise<CountingEnvoy> {
  const all = new Map<string, Counters>(
    filters.map((name) => [name, { version: '', inFile: '', isUnread: false, rejected: 0, reloads: 0 }]),
  );
  let isFailing = false;
  const server = createServer((request, response) => {
    if (isFailing) request.destroy();
    else response.end([...all].flatMap(([name, counters]) => statsOf(name, counters)).join(''));
    isFailing = false;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    admin: { host: '127.0.0.1', port },
    edit(edit) {
      for (const name of edit.written) applyFile(all, name, edit);
    },
    failOnce() {
      isFailing = true;
    },
    close: () => server.close(),
  };
}

function applyFile(
  all: ReadonlyMap<string, Counters>,
  name: string,
  { version, refused = [], unread = [] }: FolderEdit,
): void {
  const written = all.get(name);
  if (written === undefined) return;
  written.inFile = version;
  written.isUnread = true;
  // Every renamed file makes Envoy look at all of them, and at one that it refused it looks with favour.
  for (const [each, counters] of all) {
    if (unread.includes(each)) continue;
    const isRefused = counters.isUnread && refused.includes(each);
    if (counters.isUnread) counters.reloads++;
    if (isRefused) counters.rejected++;
    else counters.version = counters.inFile;
    counters.isUnread = false;
  }
}

function statsOf(name: string, { version, rejected, reloads }: Counters): readonly string[] {
  const prefix = `extension_config_discovery.http_filter.${name}`;
  return [
    `${prefix}.version_text: "${version}"\n`,
    `${prefix}.config_reload: ${reloads}\n`,
    `${prefix}.update_failure: 0\n`,
    `${prefix}.update_rejected: ${rejected}\n`,
    `${prefix}.update_duration: No recorded values\n`,
  ];
}
