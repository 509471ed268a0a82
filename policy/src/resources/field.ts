import type { Problem, ProblemCode } from './problem.js';

/**
 * One value inside a resource, with its path and where to report what is wrong with it. The readers below report and
 * then return a stand-in, so a parser can go on and find every mistake; its result counts only if none was reported.
 */
export interface Field {
  readonly value: unknown;
  readonly path: string;
  readonly problems: Problem[];
}

export function report(field: Field, code: ProblemCode, message: string): void {
  field.problems.push({ path: field.path, code, message });
}

/** Absent and null are the same, as in the Kubernetes API. */
export function isAbsent(field: Field): boolean {
  return field.value === undefined || field.value === null;
}

/** Field names of an object, all others reported: a mistyped `onFailiure` must not fall back to a default unseen. */
export function readObject(field: Field, known: readonly string[]): (name: string) => Field {
  const { value, path, problems } = field;
  const child = (name: string, childValue: unknown): Field => ({
    value: childValue,
    path: path === '' ? name : `${path}.${name}`,
    problems,
  });
  // One report for a whole missing object, none for what would be inside it.
  const silent = (name: string): Field => ({ ...child(name, undefined), problems: [] });
  if (isAbsent(field)) {
    report(field, 'missing-field', `${path} is required: an object with ${known.join(', ')}`);
    return silent;
  }
  if (!isRecord(value)) {
    report(field, 'wrong-type', `${path} must be an object with ${known.join(', ')}, not ${describe(value)}`);
    return silent;
  }
  for (const name of Object.keys(value)) {
    if (!known.includes(name)) {
      report(
        child(name, value[name]),
        'unknown-field',
        `unknown field ${name}: expected ${known.join(', ')}`,
      );
    }
  }
  return (name) => child(name, Object.hasOwn(value, name) ? value[name] : undefined);
}

export interface TextBounds {
  readonly maxLength: number;
  readonly minLength?: number;
  readonly pattern?: { readonly regExp: RegExp; readonly means: string };
}

export function readText(field: Field, bounds: TextBounds): string {
  const { value, path } = field;
  if (isAbsent(field)) {
    report(field, 'missing-field', `${path} is required: a text`);
    return '';
  }
  if (typeof value !== 'string') {
    const mend = typeof value === 'object' ? '' : '; put it in quotes';
    report(field, 'wrong-type', `${path} must be a text, not ${describe(value)}${mend}`);
    return '';
  }
  if (!hasLength(value, bounds)) {
    const { minLength = 1, maxLength } = bounds;
    report(field, 'out-of-bounds', `${path} must have ${minLength} to ${maxLength} characters`);
  } else if (bounds.pattern && !bounds.pattern.regExp.test(value)) {
    report(field, 'not-allowed', `${path} must be ${bounds.pattern.means}`);
  }
  return value;
}

/** Whether {@link readText} would take it without a report. */
export function fits(value: string, bounds: TextBounds): boolean {
  return hasLength(value, bounds) && (bounds.pattern?.regExp.test(value) ?? true);
}

function hasLength(value: string, { minLength = 1, maxLength }: TextBounds): boolean {
  return value.length >= minLength && value.length <= maxLength;
}

export function readChoice<T extends string>(field: Field, choices: readonly [T, ...T[]], fallback?: T): T {
  if (isAbsent(field) && fallback !== undefined) return fallback;
  const choice = choices.find((candidate) => candidate === field.value);
  if (choice !== undefined) return choice;
  const code = isAbsent(field) ? 'missing-field' : 'not-allowed';
  report(field, code, `${field.path} must be one of ${choices.join(', ')}`);
  return fallback ?? choices[0];
}

export function readBoolean(field: Field, fallback?: boolean): boolean {
  if (isAbsent(field) && fallback !== undefined) return fallback;
  if (typeof field.value === 'boolean') return field.value;
  if (isAbsent(field)) report(field, 'missing-field', `${field.path} is required: true or false`);
  else report(field, 'wrong-type', `${field.path} must be true or false, not ${describe(field.value)}`);
  return fallback ?? false;
}

export interface NumberBounds {
  readonly min: number;
  readonly max: number;
}

export function readInteger(field: Field, { min, max }: NumberBounds): number {
  const { value, path } = field;
  if (isAbsent(field)) {
    report(field, 'missing-field', `${path} is required: a whole number`);
  } else if (typeof value !== 'number' || !Number.isInteger(value)) {
    const found = typeof value === 'number' ? `${value}` : describe(value);
    report(field, 'wrong-type', `${path} must be a whole number, not ${found}`);
  } else if (value < min || value > max) {
    report(field, 'out-of-bounds', `${path} must be ${min} to ${max}`);
  } else {
    return value;
  }
  return min;
}

export interface ListBounds {
  readonly maxItems: number;
  readonly minItems?: number;
}

/** An absent list is an empty one. */
export function readList<T>(field: Field, bounds: ListBounds, readItem: (item: Field) => T): T[] {
  const { value, path, problems } = field;
  const minItems = bounds.minItems ?? 0;
  if (isAbsent(field)) {
    if (minItems > 0) report(field, 'missing-field', `${path} is required: a list of at least ${minItems}`);
    return [];
  }
  if (!Array.isArray(value)) {
    report(field, 'wrong-type', `${path} must be a list, not ${describe(value)}`);
    return [];
  }
  if (value.length < minItems || value.length > bounds.maxItems) {
    report(field, 'out-of-bounds', `${path} must have ${minItems} to ${bounds.maxItems} items`);
    return [];
  }
  return value.map((item: unknown, index) => readItem({ value: item, path: `${path}[${index}]`, problems }));
}

/** Reports every repeated key after the first; `keyOf` gives what must be unique. */
export function reportDuplicates(field: Field, keys: readonly string[], name: string): void {
  const seen = new Set<string>();
  keys.forEach((key, index) => {
    if (key !== '' && seen.has(key)) {
      const item = { ...field, path: `${field.path}[${index}].${name}` };
      report(item, 'duplicate', `${item.path} repeats "${key}": each ${name} may stand once`);
    }
    seen.add(key);
  });
}

/** The fields of what may be an object; of anything else none. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value === null) return 'null';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
