/** A place in a text, both 1-based; columns count code points, as editors and other CEL compilers do. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * @param offset UTF-16 units from the start of the text; white space of the language there is passed over, since the parser counts the
 * space before an operator as its part
 */
export function positionAt(text: string, offset: number): Position {
  const space = /[\t\n\f\r ]*/y;
  space.lastIndex = offset;
  const start = offset + (space.exec(text)?.[0].length ?? 0);
  const before = text.slice(0, start);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: Array.from(before.slice(lineStart)).length + 1 };
}
