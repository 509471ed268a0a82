import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { errorText, ServiceError, systemErrorCode } from '@omnia-policy/service';
import type { Cleanup } from '../processes/cleanup.js';

/**
 * A private folder for the files of one run, removed at its end.
 *
 * @throws ServiceError `temporary-folder-unusable`
 */
export async function createWorkFolder(cleanup: Cleanup): Promise<string> {
  const folder = await writingIn(tmpdir(), () => mkdtemp(join(tmpdir(), 'omnia-policy-')));
  cleanup.add({
    end: () => rm(folder, { recursive: true, force: true }),
    endAtOnce: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  });
  return folder;
}

/**
 * Does what writes into the folder, or into one below it.
 *
 * @throws ServiceError `temporary-folder-unusable` in place of the file system's error
 */
export async function writingIn<T>(folder: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    if (systemErrorCode(cause) === undefined) throw cause;
    const message =
      `files of the run can't be written in ${folder} (${errorText(cause)}). ` +
      'Name a folder that is there to stay with TMPDIR and start again.';
    throw new ServiceError('temporary-folder-unusable', message, { cause });
  }
}

/** Copies the filter's module into the folder, so that a build beside a run changes nothing under Envoy's feet. */
export async function copyWasmModule(folder: string): Promise<string> {
  const source = fileURLToPath(import.meta.resolve('@omnia-policy/wasm-filter/omnia-filter.wasm'));
  const target = join(folder, 'omnia-filter.wasm');
  try {
    await copyFile(source, target);
  } catch (cause) {
    const message = `the filter module ${source} can't be read (${errorText(cause)}). Build it with npm run build.`;
    throw new ServiceError('file-unreadable', message, { cause });
  }
  return target;
}

/**
 * Writes the CA certificates that Node trusts, as Envoy brings none of its own.
 *
 * @param extraFile NODE_EXTRA_CA_CERTS, as for every Node program.
 */
export async function writeTrustedCas(folder: string, extraFile: string | undefined): Promise<string> {
  const certificates = [...rootCertificates];
  if (extraFile !== undefined && extraFile !== '') {
    try {
      certificates.push(await readFile(extraFile, 'utf8'));
    } catch (cause) {
      const message = `${extraFile} (from NODE_EXTRA_CA_CERTS) can't be read: ${errorText(cause)}`;
      throw new ServiceError('file-unreadable', message, { cause });
    }
  }
  const target = join(folder, 'trusted-cas.pem');
  await writingIn(folder, () => writeFile(target, `${certificates.join('\n')}\n`));
  return target;
}
