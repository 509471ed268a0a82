import type { Node } from '../syntax-tree.js';

/** Names from `body` on: `body.a.b` and `body["a"].b` are both `['a', 'b']`. */
export type BodyPath = readonly string[];

export type BodyAccess =
  /** Fails where some name of the path is missing. */
  | { readonly kind: 'read'; readonly path: BodyPath }
  /** `has(body.a.b)`, `"b" in body.a`: false where the last name is missing, fails where one before it is. */
  | { readonly kind: 'test'; readonly path: BodyPath };

/** How a node looks at the body of a call; undefined if it does not do so itself. */
export function bodyAccess(node: Node, locals: ReadonlySet<string>): BodyAccess | undefined {
  if (locals.has('body')) return undefined;
  if (node.kind === 'select' && node.testOnly) return testOf(node.operand, node.field);
  if (node.kind === 'call' && node.name === '@in') {
    const [name, map] = node.args;
    const field = name === undefined ? undefined : textOf(name);
    return field === undefined || map === undefined ? undefined : testOf(map, field);
  }
  const path = pathOf(node);
  return path === undefined || path.length === 0 ? undefined : { kind: 'read', path };
}

function testOf(operand: Node, field: string): BodyAccess | undefined {
  const path = pathOf(operand);
  return path === undefined ? undefined : { kind: 'test', path: [...path, field] };
}

function pathOf(node: Node): BodyPath | undefined {
  if (node.kind === 'ident') return node.name === 'body' ? [] : undefined;
  if (node.kind === 'select') return node.testOnly ? undefined : extended(node.operand, node.field);
  if (node.kind !== 'call' || node.name !== '_[_]') return undefined;
  const [map, key] = node.args;
  const field = key === undefined ? undefined : textOf(key);
  return map === undefined || field === undefined ? undefined : extended(map, field);
}

function extended(operand: Node, field: string): BodyPath | undefined {
  const path = pathOf(operand);
  return path === undefined ? undefined : [...path, field];
}

function textOf(node: Node): string | undefined {
  return node.kind === 'literal' && typeof node.value === 'string' ? node.value : undefined;
}

/** Whether the first names of a path are those of the other one. */
export function startsWith(path: BodyPath, start: BodyPath): boolean {
  return start.length <= path.length && start.every((name, index) => path[index] === name);
}

/** As an expression has it. */
export function pathText(path: BodyPath): string {
  const names = path.map((name) => (isPlain(name) ? `.${name}` : `[${JSON.stringify(name)}]`));
  return `body${names.join('')}`;
}

/** An expression that tells whether the last name of a path is there. */
export function guardText(path: BodyPath): string {
  const last = path.at(-1) ?? '';
  return isPlain(last)
    ? `has(${pathText(path)})`
    : `${JSON.stringify(last)} in ${pathText(path.slice(0, -1))}`;
}

function isPlain(name: string): boolean {
  return /^[A-Za-z_]\w*$/.test(name);
}
