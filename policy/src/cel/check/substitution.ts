import { DYN, isWild, mapParameters, sameType, type Type } from './type.js';

type Bindings = Map<string, Type>;

/**
 * What is known of the type parameters of one expression. Unification as CEL's reference checker does it: types agree
 * or one is `dyn`; a parameter takes the more general of the types that it meets; null fits only what can be null.
 */
export class Substitution {
  #bindings: Bindings = new Map();

  /** Whether values of each `given` type fit the `wanted` one at its place. Remembers what that says of parameters. */
  fits(given: readonly Type[], wanted: readonly Type[]): boolean {
    const attempt: Bindings = new Map(this.#bindings);
    if (!allAssignable(attempt, given, wanted)) return false;
    this.#bindings = attempt;
    return true;
  }

  /** The type with every known parameter replaced; unknown ones stay. */
  resolve(type: Type): Type {
    return replace(this.#bindings, type, (param) => param);
  }

  /** The type with every parameter replaced; unknown ones become `dyn`. */
  settle(type: Type): Type {
    return replace(this.#bindings, type, () => DYN);
  }
}

/** The more general of two types that fit each other. */
export function mostGeneral(left: Type, right: Type): Type {
  return isEqualOrMoreGeneral(left, right) ? left : right;
}

function allAssignable(bindings: Bindings, given: readonly Type[], wanted: readonly Type[]): boolean {
  return (
    given.length === wanted.length && given.every((type, i) => assignable(bindings, type, wanted[i] ?? DYN))
  );
}

function assignable(bindings: Bindings, given: Type, wanted: Type): boolean {
  if (wanted.kind === 'param') {
    const outcome = bind(bindings, given, wanted);
    if (outcome !== 'occurs') return outcome === 'bound';
  }
  if (given.kind === 'param') return bind(bindings, wanted, given) === 'bound';
  if (isWild(given) || isWild(wanted)) return true;
  if (given.kind === 'null') return isNullable(wanted);
  if (wanted.kind === 'null') return isNullable(given);
  if (given.kind === 'list' && wanted.kind === 'list')
    return assignable(bindings, given.element, wanted.element);
  if (given.kind === 'map' && wanted.kind === 'map') {
    return allAssignable(bindings, [given.key, given.value], [wanted.key, wanted.value]);
  }
  return given.kind === wanted.kind;
}

function isNullable(type: Type): boolean {
  return type.kind === 'null' || type.kind === 'timestamp' || type.kind === 'duration';
}

/** `conflict`: the parameter already stands for another type. `occurs`: the type contains the parameter itself. */
function bind(
  bindings: Bindings,
  type: Type,
  param: Type & { kind: 'param' },
): 'bound' | 'conflict' | 'occurs' {
  if (sameType(type, param)) return 'bound';
  const known = bindings.get(param.name);
  if (known === undefined) {
    if (occursIn(bindings, param, type)) return 'occurs';
    bindings.set(param.name, type);
    return 'bound';
  }
  if (sameType(type, known)) return 'bound';
  if (!assignable(bindings, type, known)) return 'conflict';
  const general = mostGeneral(type, known);
  if (!occursIn(bindings, param, general)) bindings.set(param.name, general);
  return 'bound';
}

function occursIn(bindings: Bindings, param: Type & { kind: 'param' }, type: Type): boolean {
  if (type.kind === 'param') {
    const known = bindings.get(type.name);
    return type.name === param.name || (known !== undefined && occursIn(bindings, param, known));
  }
  if (type.kind === 'list') return occursIn(bindings, param, type.element);
  if (type.kind === 'map')
    return occursIn(bindings, param, type.key) || occursIn(bindings, param, type.value);
  return type.kind === 'type' && type.of !== undefined && occursIn(bindings, param, type.of);
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

function replace(bindings: Bindings, type: Type, unknown: (param: Type) => Type): Type {
  return mapParameters(type, (param) => {
    const known = bindings.get(param.name);
    return known === undefined ? unknown(param) : replace(bindings, known, unknown);
  });
}
