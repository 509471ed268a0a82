import { Composer, isMap, isScalar, isSeq, LineCounter, Parser, type CST, type Document } from 'yaml';
import { expandList } from './expand-list.js';
import { createTokenLimits, maxDocuments, tooManyDocuments, type TokenFault } from './yaml-limits.js';

/** A position in a file, 1-based; columns count code points. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** One document of a YAML file with what is needed to find places in it again. */
export interface YamlDocument {
  /** 1-based place among the documents of the file, where the items of a list count like documents. */
  readonly ordinal: number;
  /** Plain JSON value. */
  readonly value: unknown;
  readonly tree: Document.Parsed;
  /** Path of the value in the tree: of an item of a list; empty for the whole. */
  readonly within: string;
  readonly file: YamlFile;
}

/** The text of a file and the line starts in it. */
export interface YamlFile {
  readonly text: string;
  readonly positionOf: (offset: number) => TextPosition;
}

/** Why a text is not YAML that we read, and where. */
export interface YamlFault extends TextPosition {
  readonly message: string;
}

export type YamlResult =
  | { readonly ok: true; readonly documents: readonly YamlDocument[] }
  | { readonly ok: false; readonly fault: YamlFault };

/** Aliases expand; this bounds how much one document can grow. */
const maxAliasCount = 100;

/**
 * Reads YAML 1.2 (core schema: JSON's types) of one or many documents, empty documents left out, lists of Kubernetes
 * objects taken apart. Whatever has no JSON meaning is a fault: tags, keys that are not strings, duplicate keys, infinities.
 */
export function readYaml(text: string): YamlResult {
  const lineCounter = new LineCounter();
  const file: YamlFile = {
    text,
    positionOf(offset) {
      const { line, col } = lineCounter.linePos(offset);
      const before = text.slice(offset - col + 1, offset);
      return { line: Math.max(line, 1), column: Array.from(before).length + 1 };
    },
  };
  const tokens: CST.Token[] = [];
  const refuse = createTokenLimits();
  for (const token of new Parser(lineCounter.addNewLine).parse(text)) {
    const refused = refuse(token);
    if (refused !== undefined)
      return { ok: false, fault: { ...file.positionOf(refused.offset), message: refused.message } };
    tokens.push(token);
  }
  const documents: YamlDocument[] = [];
  for (const tree of composeDocuments(tokens, text.length)) {
    const read = readDocument(tree, file);
    if ('fault' in read) return { ok: false, fault: read.fault };
    for (const document of expandList(read.document))
      documents.push({ ...document, ordinal: documents.length + 1 });
    if (documents.length > maxDocuments)
      return { ok: false, fault: { ...file.positionOf(tree.range[0]), message: tooManyDocuments } };
  }
  return { ok: true, documents: documents.filter(({ value }) => value !== null) };
}

function composeDocuments(tokens: readonly CST.Token[], length: number): Document.Parsed[] {
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    customTags: [],
    resolveKnownTags: false,
    merge: false,
    stringKeys: true,
    // The library compares every key with every other; findFault does it in linear time.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  return [...composer.compose(tokens, false, length)];
}

function readDocument(
  tree: Document.Parsed,
  file: YamlFile,
): { readonly document: YamlDocument } | { readonly fault: YamlFault } {
  const [complaint] = [...tree.errors, ...tree.warnings];
  const found =
    complaint === undefined
      ? findFault(tree.contents)
      : { offset: complaint.pos[0], message: complaint.message };
  if (found !== undefined) return { fault: { ...file.positionOf(found.offset), message: found.message } };
  try {
    const value: unknown = tree.toJS({ maxAliasCount });
    if (!containsItself(value, new Set())) return { document: { ordinal: 1, value, tree, within: '', file } };
    return { fault: { ...file.positionOf(tree.range[0]), message: 'an alias stands inside its own anchor' } };
  } catch (error) {
    // The library's only way to say that an alias has no anchor, or that there are too many.
    if (!(error instanceof ReferenceError)) throw error;
    return { fault: { ...file.positionOf(tree.range[0]), message: error.message } };
  }
}

/** What YAML allows and JSON does not. */
function findFault(node: unknown): TokenFault | undefined {
  if (isScalar(node) && typeof node.value === 'number' && !Number.isFinite(node.value)) {
    return { offset: node.range?.[0] ?? 0, message: 'a number must be finite' };
  }
  if (isSeq(node)) return firstFault(node.items);
  if (!isMap(node)) return undefined;
  const seen = new Set<string>();
  for (const { key } of node.items) {
    if (!isScalar(key)) continue;
    const name = String(key.value);
    if (seen.has(name))
      return { offset: key.range?.[0] ?? 0, message: `the key "${name}" stands here twice` };
    seen.add(name);
  }
  return firstFault(node.items.map(({ value }) => value));
}

function firstFault(nodes: readonly unknown[]): TokenFault | undefined {
  for (const node of nodes) {
    const found = findFault(node);
    if (found !== undefined) return found;
  }
  return undefined;
}

function containsItself(value: unknown, ancestors: Set<object>): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (ancestors.has(value)) return true;
  ancestors.add(value);
  const found = Object.values(value).some((part) => containsItself(part, ancestors));
  ancestors.delete(value);
  return found;
}
