import type { RE2JS } from 're2js';
import { charge } from './budget.js';

/**
 * Work that is spent on building the whole automaton of a rule's pattern when the rule is compiled, some 10 ms; one
 * part of a state is one. Patterns of words, dates and e-mail addresses take a tenth of it.
 */
const MAX_BUILDING_WORK = 150_000;
/** Longest program that is worth the attempt. */
const MAX_PROGRAM_SIZE = 1_000;
const STEPS_PER_STATE = 10;
const CLASSES_PER_STEP = 32;
const UNANCHORED = 0;
const END_OF_TEXT = -1;

/**
 * The parts of re2js that decide what a match costs. It gives access to them, but does not document them: the version
 * is pinned, and automaton.test.ts fails if a new one works otherwise.
 */
interface Automaton {
  readonly numClasses: number;
  /** First characters of the classes behind the first one. */
  readonly classBounds: Int32Array;
  start(input: { context(): number }, position: number): State | null;
  step(state: State, characterClass: number, character: number, anchor: number): State | null;
  /** Called for every transition that is not there yet. Null: the slow engine takes over. */
  stepOrReset(state: State, characterClass: number, character: number, anchor: number): State | null;
  /** Forgets all states but the one given. */
  resetCache(state: State): State | null;
  clearCache(): void;
}

interface State {
  /** The places of the program at which a match may be. */
  readonly nfaStates: readonly number[];
  readonly isMatch: boolean;
}

interface Internals {
  readonly dfa: Automaton;
  /** Whether the pattern needs no automaton. */
  readonly onepass: object | null;
  readonly prefixComplete: boolean;
  /** Texts that are looked for before the automaton runs. */
  readonly prefilter: { readonly cost: number } | null;
}

function internalsOf(regex: RE2JS): Internals {
  return regex.re2() as unknown as Internals;
}

/** How many searches for plain texts stand before a match or in the place of it. */
export function plainSearches(regex: RE2JS): number {
  const { prefilter, prefixComplete } = internalsOf(regex);
  return prefixComplete ? 1 : (prefilter?.cost ?? 0);
}

interface Building {
  readonly isWhole: boolean;
  /** One part of a state is one; at most {@link MAX_BUILDING_WORK} or a little more. */
  readonly work: number;
}

/** Builds the automaton as far as any text could. Not whole when it is too large; nothing is left of it then. */
export function buildWhole(regex: RE2JS): Building {
  const { dfa, onepass, prefixComplete } = internalsOf(regex);
  if (onepass !== null || prefixComplete) return { isWhole: true, work: 0 };
  if (regex.programSize() > MAX_PROGRAM_SIZE) return { isWhole: false, work: 0 };
  const building = buildAllStates(dfa);
  if (!building.isWhole) dfa.clearCache();
  return building;
}

function buildAllStates(dfa: Automaton): Building {
  const first = dfa.start({ context: () => ~0 }, 0);
  if (first === null) return { isWhole: false, work: 0 };
  const known = new Set([first]);
  let work = 0;
  // A Set hands out what is added while it is looped over.
  for (const state of known) {
    if (state.isMatch) continue;
    for (let characterClass = 0; characterClass <= dfa.numClasses; characterClass++) {
      const next = dfa.step(state, characterClass, characterIn(dfa, characterClass), UNANCHORED);
      if (next === null) return { isWhole: false, work };
      work += 2 + state.nfaStates.length + next.nfaStates.length;
      if (work > MAX_BUILDING_WORK) return { isWhole: false, work };
      known.add(next);
    }
  }
  return { isWhole: true, work };
}

function characterIn(dfa: Automaton, characterClass: number): number {
  if (characterClass === dfa.numClasses) return END_OF_TEXT;
  return characterClass === 0 ? 0 : (dfa.classBounds[characterClass - 1] ?? END_OF_TEXT);
}

/**
 * Lets every state that a match adds to the automaton be paid for. Where memory runs out the automaton starts anew,
 * and never hands over to an engine whose work is not counted.
 */
export function chargeGrowth(regex: RE2JS): void {
  const { dfa } = internalsOf(regex);
  // eslint-disable-next-line max-params -- the method of the automaton has them
  dfa.stepOrReset = (state, characterClass, character, anchor) => {
    const next = dfa.step(state, characterClass, character, anchor) ?? startAnew();
    charge(
      STEPS_PER_STATE +
        ((state.nfaStates.length + (next?.nfaStates.length ?? 0)) >> 1) +
        Math.floor(dfa.numClasses / CLASSES_PER_STEP),
    );
    return next;

    function startAnew(): State | null {
      const restored = dfa.resetCache(state);
      return restored && dfa.step(restored, characterClass, character, anchor);
    }
  };
}

/** A match whose automaton starts from nothing, so that it costs the same whatever was matched before. */
export function testAfresh(regex: RE2JS, text: string): boolean {
  const { dfa } = internalsOf(regex);
  dfa.clearCache();
  try {
    return regex.test(text);
  } finally {
    dfa.clearCache();
  }
}
