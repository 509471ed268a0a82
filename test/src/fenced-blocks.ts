export interface FencedBlock {
  readonly language: string;
  readonly text: string;
  readonly line: number;
}

/** The fenced code blocks of a Markdown text, in order. */
export function fencedBlocks(markdown: string): FencedBlock[] {
  const blocks: FencedBlock[] = [];
  let open: { language: string; lines: string[]; line: number } | undefined;
  markdown.split('\n').forEach((row, index) => {
    const fence = /^```(\S*)\s*$/.exec(row);
    if (!fence) open?.lines.push(row);
    else if (open) {
      blocks.push({ language: open.language, text: open.lines.join('\n'), line: open.line });
      open = undefined;
    } else open = { language: fence[1] ?? '', lines: [], line: index + 1 };
  });
  return blocks;
}
