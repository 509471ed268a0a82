import { chargeSearch } from '../budget.js';
import { matchesCallPattern } from '../pattern.js';
import { define } from './function-definition.js';
import { textArgument as text } from './arguments.js';

const PREDICATE = ['string.(string) -> bool'];

/** The standard library's functions of text. */
export const textFunctions = [
  define('contains', PREDICATE, (whole, part) => {
    const target = text(whole, 'contains()');
    const wanted = text(part, 'contains()');
    chargeSearch(target.length, wanted.length);
    return target.includes(wanted);
  }),
  define('startsWith', PREDICATE, (whole, part) =>
    text(whole, 'startsWith()').startsWith(text(part, 'startsWith()')),
  ),
  define('endsWith', PREDICATE, (whole, part) =>
    text(whole, 'endsWith()').endsWith(text(part, 'endsWith()')),
  ),
  define('matches', ['(string, string) -> bool', ...PREDICATE], (whole, pattern) =>
    matchesCallPattern(text(whole, 'matches()'), text(pattern, 'matches()')),
  ),
];
