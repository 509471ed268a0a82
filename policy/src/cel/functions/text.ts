import { chargeSearch, chargeText } from '../budget.js';
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
  define('startsWith', PREDICATE, (whole, part) => {
    const target = text(whole, 'startsWith()');
    const start = text(part, 'startsWith()');
    chargeText(Math.min(target.length, start.length));
    return target.startsWith(start);
  }),
  define('endsWith', PREDICATE, (whole, part) => {
    const target = text(whole, 'endsWith()');
    const end = text(part, 'endsWith()');
    chargeText(Math.min(target.length, end.length));
    return target.endsWith(end);
  }),
  define('matches', ['(string, string) -> bool', ...PREDICATE], (whole, pattern) =>
    matchesCallPattern(text(whole, 'matches()'), text(pattern, 'matches()')),
  ),
];
