import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../stack.js';

export const CONTAINERFILE = join(ROOT, 'manifests/images/Containerfile');

export interface Instruction {
  /** In capitals. */
  readonly word: string;
  readonly rest: string;
}

/** One part of a Containerfile: what follows a FROM. */
export interface Stage {
  readonly name: string;
  readonly base: string;
  readonly instructions: readonly Instruction[];
}

export interface Copy {
  /** Absent: from what is built of. */
  readonly stage?: string;
  readonly source: string;
  readonly destination: string;
}

/** Enough of the syntax for the file at hand: one line for each instruction. */
export function readStages(): Stage[] {
  const stages: (Stage & { instructions: Instruction[] })[] = [];
  for (const line of readFileSync(CONTAINERFILE, 'utf8').split('\n')) {
    const [, word = '', rest = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    if (word === 'FROM') {
      const [, base = '', name = ''] = /^(\S+) AS (\S+)$/.exec(rest) ?? [];
      stages.push({ name, base, instructions: [] });
    } else if (word !== '') stages.at(-1)?.instructions.push({ word, rest });
  }
  return stages;
}

export function copiesOf({ instructions }: Stage): Copy[] {
  return instructions.flatMap(({ word, rest }) => {
    if (word !== 'COPY') return [];
    const [, stage, source = '', destination = ''] = /^(?:--from=(\S+) )?(\S+) (\S+)$/.exec(rest) ?? [];
    return [{ ...(stage !== undefined && { stage }), source, destination }];
  });
}

export function one({ name, instructions }: Stage, word: string): string {
  const found = instructions.filter((instruction) => instruction.word === word);
  if (found[0] === undefined || found.length > 1) throw new Error(`${found.length} ${word} in ${name}`);
  return found[0].rest;
}
