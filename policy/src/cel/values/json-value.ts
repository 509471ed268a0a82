import { celList, type CelMap, type CelValue } from '@bufbuild/cel';
import type { JsonObject, JsonValue } from '../../call/json.js';
import { MAX_DEPTH } from '../../call/measure-json.js';
import { fault } from '../fault.js';
import { engineMap, type MapSource } from './engine-map.js';

/**
 * A JSON object as a CEL map: wrapped, not copied; children are wrapped when they are first read. Reading the body
 * refuses what is deeper than {@link MAX_DEPTH}; it is refused here once more, since a ToolCall can be made otherwise.
 */
export function jsonMap(object: JsonObject): CelMap {
  return engineMap(new JsonSource(object, 1));
}

class JsonSource implements MapSource {
  readonly #object: JsonObject;
  readonly #depth: number;
  #keys: readonly string[] | undefined;
  readonly #wrapped = new Map<string, CelValue>();

  constructor(object: JsonObject, depth: number) {
    if (depth > MAX_DEPTH) throw fault('evaluation-failed', `the body is nested deeper than ${MAX_DEPTH}`);
    this.#object = object;
    this.#depth = depth;
  }

  get size(): number {
    return this.keys().length;
  }

  keys(): readonly string[] {
    this.#keys ??= Object.keys(this.#object);
    return this.#keys;
  }

  find(key: unknown): CelValue | undefined {
    // Own keys only: `constructor`, `__proto__` and `$typeName` are keys like any other.
    if (typeof key !== 'string' || !Object.hasOwn(this.#object, key)) return undefined;
    const value = this.#object[key];
    if (typeof value !== 'object' || value === null) return value;
    const known = this.#wrapped.get(key);
    if (known !== undefined) return known;
    const wrapped = wrap(value, this.#depth + 1);
    this.#wrapped.set(key, wrapped);
    return wrapped;
  }
}

function wrap(value: JsonValue, depth: number): CelValue {
  if (typeof value !== 'object' || value === null) return value;
  if (!isJsonArray(value)) return engineMap(new JsonSource(value, depth));
  if (depth > MAX_DEPTH) throw fault('evaluation-failed', `the body is nested deeper than ${MAX_DEPTH}`);
  return celList(value.map((element) => wrap(element, depth + 1)));
}

function isJsonArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
