/** One YAML document or API object, not yet parsed, and never changed. Serialisable: workers of one process are sent these. */
export interface PolicyDocument {
  /**
   * For people: `folder/file.yaml#2` or `namespace/name`; two documents of one load may have the same. What stands before
   * `#` is the file, the unit that an author edits.
   */
  readonly origin: string;
  /** Plain JSON value as the YAML parser or the API server gave it. */
  readonly value: unknown;
}

/** The file that holds a document: its origin without the position. */
export function fileOf(origin: string): string {
  return origin.replace(/#\d+$/, '');
}
