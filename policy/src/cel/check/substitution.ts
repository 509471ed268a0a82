import { DYN, isWild, listOf, mapOf, MAX_TYPE_PARTS, sameType, type Type } from './type.js';

type Parameter = Type & { kind: 'param' };

/**
 * Steps of comparing and replacing types that one expression may take. Ordinary rules take some hundreds, the largest
 * that are admitted some ten thousands; types that stand for each other many times over could take any number.
 */
export const MAX_TYPE_OPERATIONS = 200_000;

/**
 * What is known of the type parameters of one expression. Unification as CEL's reference checker does it: types agree
 * or one is `dyn`; a parameter takes the more general of the types that it meets; null fits only what can be null.
 */
export class Substitution {
  readonly #bindings = new Map<string, Type>();
  /** What the running attempt has bound, with what was known before. */
  #trail: [name: string, before: Type | undefined][] = [];
  #operations = 0;

  get operations(): number {
    return this.#operations;
  }

  /** Whether {@link MAX_TYPE_OPERATIONS} are used up. Nothing fits any more then. */
  get isExhausted(): boolean {
    return this.#operations >= MAX_TYPE_OPERATIONS;
  }

  /** Whether values of each `given` type fit the `wanted` one at its place. Remembers what that says of parameters. */
  fits(given: readonly Type[], wanted: readonly Type[]): boolean {
    this.#trail = [];
    if (this.#allAssignable(given, wanted)) return true;
    for (const [name, before] of this.#trail.reverse()) {
      if (before === undefined) this.#bindings.delete(name);
      else this.#bindings.set(name, before);
    }
    return false;
  }

  /** The type with every known parameter replaced; unknown ones stay. */
  resolve(type: Type): Type {
    return this.#replace(type, { unknown: (param) => param, partsLeft: MAX_TYPE_PARTS });
  }

  /** The type with every parameter replaced; unknown ones become `dyn`. */
  settle(type: Type): Type {
    return this.#replace(type, { unknown: () => DYN, partsLeft: MAX_TYPE_PARTS });
  }

  #isWorn(): boolean {
    if (!this.isExhausted) this.#operations++;
    return this.isExhausted;
  }

  #allAssignable(given: readonly Type[], wanted: readonly Type[]): boolean {
    return (
      given.length === wanted.length && given.every((type, i) => this.#isAssignable(type, wanted[i] ?? DYN))
    );
  }

  #isAssignable(given: Type, wanted: Type): boolean {
    if (this.#isWorn()) return false;
    if (wanted.kind === 'param') {
      const outcome = this.#bind(given, wanted);
      if (outcome !== 'occurs') return outcome === 'bound';
    }
    if (given.kind === 'param') return this.#bind(wanted, given) === 'bound';
    if (isWild(given) || isWild(wanted)) return true;
    if (given.kind === 'null') return isNullable(wanted);
    if (wanted.kind === 'null') return isNullable(given);
    if (given.kind === 'list' && wanted.kind === 'list')
      return this.#isAssignable(given.element, wanted.element);
    if (given.kind === 'map' && wanted.kind === 'map') {
      return this.#allAssignable([given.key, given.value], [wanted.key, wanted.value]);
    }
    return given.kind === wanted.kind;
  }

  /** `conflict`: the parameter already stands for another type. `occurs`: the type contains the parameter itself. */
  #bind(type: Type, param: Parameter): 'bound' | 'conflict' | 'occurs' {
    if (sameType(type, param)) return 'bound';
    const known = this.#bindings.get(param.name);
    if (known === undefined) {
      if (this.#occursIn(param, type)) return 'occurs';
      this.#set(param, type);
      return 'bound';
    }
    if (sameType(type, known)) return 'bound';
    if (!this.#isAssignable(type, known)) return 'conflict';
    const general = mostGeneral(type, known);
    if (!this.#occursIn(param, general)) this.#set(param, general);
    return 'bound';
  }

  #set(param: Parameter, type: Type): void {
    this.#trail.push([param.name, this.#bindings.get(param.name)]);
    this.#bindings.set(param.name, type);
  }

  #occursIn(param: Parameter, type: Type, seen = new Set<string>()): boolean {
    if (this.#isWorn()) return true;
    if (type.kind === 'param') {
      if (type.name === param.name) return true;
      const known = seen.has(type.name) ? undefined : this.#bindings.get(type.name);
      seen.add(type.name);
      return known !== undefined && this.#occursIn(param, known, seen);
    }
    if (type.kind === 'list') return this.#occursIn(param, type.element, seen);
    if (type.kind === 'map')
      return this.#occursIn(param, type.key, seen) || this.#occursIn(param, type.value, seen);
    return type.kind === 'type' && type.of !== undefined && this.#occursIn(param, type.of, seen);
  }

  #replace(type: Type, how: { readonly unknown: (param: Type) => Type; partsLeft: number }): Type {
    if (this.#isWorn()) return DYN;
    if (type.kind === 'param') {
      const known = this.#bindings.get(type.name);
      return known === undefined ? how.unknown(type) : this.#replace(known, how);
    }
    if (--how.partsLeft < 0) return DYN;
    if (type.kind === 'list') return listOf(this.#replace(type.element, how));
    if (type.kind === 'map') return mapOf(this.#replace(type.key, how), this.#replace(type.value, how));
    if (type.kind !== 'type' || type.of === undefined) return type;
    return { kind: 'type', of: this.#replace(type.of, how) };
  }
}

/** The more general of two types that fit each other. */
export function mostGeneral(left: Type, right: Type): Type {
  return isEqualOrMoreGeneral(left, right) ? left : right;
}

function isNullable(type: Type): boolean {
  return type.kind === 'null' || type.kind === 'timestamp' || type.kind === 'duration';
}

function isEqualOrMoreGeneral(left: Type, right: Type): boolean {
  if (left.kind === 'dyn' || left.kind === 'param') return true;
  if (right.kind === 'dyn' || right.kind === 'param') return false;
  if (left.kind === 'list' && right.kind === 'list') return isEqualOrMoreGeneral(left.element, right.element);
  if (left.kind === 'map' && right.kind === 'map') {
    return isEqualOrMoreGeneral(left.key, right.key) && isEqualOrMoreGeneral(left.value, right.value);
  }
  return left.kind === right.kind;
}
