import type { PolicyDocument, Problem } from '@omnia-policy/policy';
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { errorText } from '../errors.js';
import { locateProblem } from './locate-problem.js';
import type { PolicyFile } from './policy-files.js';
import { readYaml, type YamlDocument } from './yaml-text.js';

/**
 * Larger than any policy file that a person keeps. The YAML library is slow on odd texts: the worst that we found of
 * this size keep one core busy for 1.3 seconds, during which the process answers nobody.
 */
export const maxPolicyFileBytes = 256 * 1024;

/** What one file gave. */
export interface PolicyFileContent {
  readonly documents: readonly PolicyDocument[];
  /** Why the file as a whole could not be used; `documents` is empty then. */
  readonly problem?: Problem;
  /** Equal for equal bytes. */
  readonly digest: string;
  /** Gives problems of a document, named by its origin, their place in the file. */
  locate(origin: string, problem: Problem): Problem;
}

/** Reads and parses one file. Never rejects for what the file holds: that is a Problem. */
export async function readPolicyFile(file: PolicyFile): Promise<PolicyFileContent> {
  if (file.fault !== undefined) return unusable(file.fault);
  if (file.size > maxPolicyFileBytes) return tooLarge();
  let bytes: Uint8Array;
  try {
    bytes = await readWhole(file);
  } catch (error) {
    return unusable(`the file can not be read: ${errorText(error)}`);
  }
  return parsePolicyFile(file.name, bytes);
}

/** The pure half of {@link readPolicyFile}. `name` is what origins begin with. */
export function parsePolicyFile(name: string, bytes: Uint8Array): PolicyFileContent {
  if (bytes.length > maxPolicyFileBytes) return tooLarge();
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return unusable('the file is not UTF-8 text; save it as UTF-8');
  }
  const result = readYaml(text);
  if (!result.ok) {
    const { line, column, message } = result.fault;
    return unusable(`not valid YAML: ${message}`, { line, column });
  }
  const digest = createHash('sha256').update(bytes).digest('base64');
  const byOrigin = new Map<string, YamlDocument>();
  const documents = result.documents.map((document): PolicyDocument => {
    const origin = document.ordinal === 1 ? name : `${name}#${document.ordinal}`;
    byOrigin.set(origin, document);
    return { origin, value: document.value };
  });
  return {
    documents,
    digest,
    locate(origin, problem) {
      const document = byOrigin.get(origin);
      return document === undefined ? problem : locateProblem(document, problem);
    },
  };
}

/** What stands for a file that held policies and now holds nothing. */
export function emptiedFile(): PolicyFileContent {
  return unusable(
    'the file held policies and is empty now; they stay in force. Delete the file to delete its policies',
  );
}

/** What is reported of a file that is gone while its documents are kept. */
export function vanishedFile(): PolicyFileContent {
  return unusable(
    'the file is gone, but a file came or was changed at about the same time that can not be used (yet) and may hold its ' +
      'policies now; they stay in force until that file is mended or deleted',
  );
}

function tooLarge(): PolicyFileContent {
  return unusable(`the file is larger than ${maxPolicyFileBytes} bytes; split it`);
}

function unusable(message: string, position: { line?: number; column?: number } = {}): PolicyFileContent {
  const problem: Problem = { path: '', code: 'invalid-yaml', message, ...position };
  return { documents: [], problem, digest: JSON.stringify(problem), locate: (_origin, found) => found };
}

/** Reads no more than the size that was looked at: a file that grows meanwhile is read again when it is at rest. */
async function readWhole({ path, size }: PolicyFile): Promise<Uint8Array> {
  const handle = await open(path);
  try {
    const buffer = Buffer.alloc(size);
    let length = 0;
    while (length < size) {
      const { bytesRead } = await handle.read(buffer, length, size - length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return buffer.subarray(0, length);
  } finally {
    await handle.close();
  }
}
