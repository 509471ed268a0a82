import {
  CelScalar,
  celEnv,
  celFunc,
  plan,
  type CelFunc,
  type CelInput,
  type CelResult,
  type CelType,
} from '@bufbuild/cel';
import type { Expr } from '@bufbuild/cel-spec/cel/expr/syntax_pb.js';
import type { FunctionDefinition } from './functions/function-definition.js';
import { internalFunctions } from './functions/internal.js';
import { LIBRARY } from './functions/library.js';

/** A plan of the engine. Reads the variables by name from one object; never throws. */
export type EnginePlan = (variables: object) => CelResult;

/**
 * The name under which the engine finds a function. With the number of arguments in it, and a sign that no name of the
 * engine's own functions has, exactly one function answers each call, so the engine never searches overloads.
 */
export function engineName(name: string, argumentCount: number): string {
  return `${name}/${argumentCount}`;
}

function engineFunctions(definition: FunctionDefinition): readonly CelFunc[] {
  return definition.implementations.map((implementation) => {
    const count = implementation.length;
    const parameters = new Array<CelType>(count).fill(CelScalar.DYN);
    return celFunc<readonly CelType[], typeof CelScalar.DYN>(
      engineName(definition.name, count),
      parameters,
      CelScalar.DYN,
      implementation,
    );
  });
}

const environment = celEnv({ funcs: [...LIBRARY.values(), ...internalFunctions].flatMap(engineFunctions) });

export function planExpression(tree: Expr): EnginePlan {
  const evaluate = plan(environment, tree);
  return (variables) => evaluate(variables as Readonly<Record<string, CelInput>>);
}
