/** Finds in Envoy's log why it refused the configuration of a filter. */
export interface RefusalReasons {
  /** Takes one line of the log. */
  readonly hear: (line: string) => void;
  /** What was heard so far is of no interest any more. */
  forget(): void;
  /** Undefined when no line says it. */
  of(filter: string): string | undefined;
}

/** Envoy says five lines or so of a refused filter. */
const KEPT_LINES = 100;

export function createRefusalReasons(): RefusalReasons {
  let lines: string[] = [];
  return {
    hear(line) {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
    },
    forget() {
      lines = [];
    },
    of(filter) {
      const own = lines.filter((line) => line.includes(filter));
      // The filter's module says what is wrong, Envoy only that something is, and not always of which filter.
      return (
        lastMatch(own, /configuration refused: (.+)$/) ??
        lastMatch(own, /config update (?:rejected|failure): (.+)$/) ??
        lastMatch(lines, /config update (?:rejected|failure): (.+)$/)
      );
    },
  };
}

function lastMatch(lines: readonly string[], pattern: RegExp): string | undefined {
  return lines.map((line) => pattern.exec(line)?.[1]).findLast((found) => found !== undefined);
}
