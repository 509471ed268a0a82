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
}

/** Answers for Envoy's administration and counts as Envoy was seen to count. */
export interface CountingEnvoy {
  readonly admin: ListenAddress;
  edit(edit: FolderEdit): void;
  readonly close: () => void;
}

interface Counters {
  version: string;
  /** Of the file, whatever Envoy thinks of it. */
  inFile: string;
  rejected: number;
  reloads: number;
}

export async function startCountingEnvoy(filters: readonly string[]): Promise<CountingEnvoy> {
  const all = new Map<string, Counters>(
    filters.map((name) => [name, { version: '', inFile: '', rejected: 0, reloads: 0 }]),
  );
  const server = createServer((_, response) => {
    response.end([...all].flatMap(([name, counters]) => statsOf(name, counters)).join(''));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    admin: { host: '127.0.0.1', port },
    edit({ version, written, refused = [] }) {
      for (const name of written) {
        const counters = all.get(name);
        if (counters === undefined) continue;
        counters.inFile = version;
        counters.reloads++;
        if (refused.includes(name)) counters.rejected++;
        // Every renamed file makes Envoy look at all of them, and at one that it refused it looks with favour.
        for (const each of all.values())
          if (each !== counters || !refused.includes(name)) each.version = each.inFile;
      }
    },
    close: () => server.close(),
  };
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
