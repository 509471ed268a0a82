/**
 * Names of registries, tools and agents, as they stand in a header of a call: a comma would read as two values, and a
 * blank or a line break (YAML's `|`) would never match.
 */
export const CALL_NAME = {
  maxLength: 253,
  pattern: {
    regExp: /^[\x21-\x29\x2b\x2d-\x7e]+$/,
    means: 'one name without blanks, commas or *; to mean all of them, leave the list out',
  },
};
