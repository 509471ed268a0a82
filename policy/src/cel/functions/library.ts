import { arithmeticFunctions } from './arithmetic.js';
import { collectionFunctions } from './collection.js';
import { comparisonFunctions } from './comparison.js';
import { conversionFunctions } from './conversion.js';
import type { FunctionDefinition } from './function-definition.js';
import { define } from './function-definition.js';
import { textChangeFunctions } from './text-change.js';
import { textSearchFunctions } from './text-search.js';
import { textFunctions } from './text.js';
import { timeFunctions } from './time.js';

/**
 * Operators that the engine itself evaluates, since they need not look at all their operands. The checker knows `&&`
 * and `||` without a signature.
 */
const lazyOperators = [
  define('_?_:_', ['(bool, A, A) -> A'], []),
  define('@not_strictly_false', ['(bool) -> bool'], []),
];

/** All functions of the language, by name. */
export const LIBRARY: ReadonlyMap<string, FunctionDefinition> = new Map(
  [
    ...lazyOperators,
    ...comparisonFunctions,
    ...arithmeticFunctions,
    ...conversionFunctions,
    ...collectionFunctions,
    ...textFunctions,
    ...textSearchFunctions,
    ...textChangeFunctions,
    ...timeFunctions,
  ].map((definition) => [definition.name, definition]),
);
