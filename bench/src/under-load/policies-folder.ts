import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { benchPolicies } from '../chain/bench-policies.js';

/** A folder of its own with policies of the bench in one file, which can be replaced. */
export interface PoliciesFolder {
  readonly path: string;
  /** Replaces the policies by ones that decide alike, every tenth of a second. Resolves to the count of replacements. */
  replaceFor(durationMs: number): Promise<number>;
  readonly remove: () => void;
}

const REPLACE_EVERY_MS = 100;

export function createPoliciesFolder(toolPolicies: number): PoliciesFolder {
  const folder = mkdtempSync(join(tmpdir(), 'omnia-load-'));
  const path = join(folder, 'policies');
  mkdirSync(path);
  const texts = benchPolicies(toolPolicies).map((policy) => JSON.stringify(policy));
  // Written whole and renamed into place; versions differ in a message only.
  const write = (version: number): void => {
    const next = join(folder, 'next');
    writeFileSync(
      next,
      texts.join('\n---\n').replaceAll('Unknown region', `Unknown region (version ${version})`),
    );
    renameSync(next, join(path, 'policies.yaml'));
  };
  write(0);
  return {
    path,
    async replaceFor(durationMs) {
      const endMs = performance.now() + durationMs;
      let version = 0;
      while (performance.now() < endMs) {
        write(++version);
        await delay(REPLACE_EVERY_MS);
      }
      return version;
    },
    remove() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
