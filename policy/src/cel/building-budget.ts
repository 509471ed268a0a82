/** What the automata of one policy may hold together, in parts of their states: some 4 MB. */
const MAX_POLICY_AUTOMATA = 2_000_000;

/** What the automata of one policy still may hold. Once it is spent, a pattern's automaton is built for each match. */
export class BuildingBudget {
  #left: number;

  constructor(parts = MAX_POLICY_AUTOMATA) {
    this.#left = parts;
  }

  get isSpent(): boolean {
    return this.#left <= 0;
  }

  /**
   * By what a pattern takes wherever it was built, so that the same patterns of a policy are whole in each process: its
   * evaluations cost the same everywhere.
   */
  spend(parts: number): void {
    this.#left -= parts;
  }
}

// Module-global, since compiling is synchronous.
let ofPolicy: BuildingBudget | undefined;

/** The expressions that are compiled within pay from the budget. */
export function within<T>(budget: BuildingBudget, compile: () => T): T {
  const outer = ofPolicy;
  ofPolicy = budget;
  try {
    return compile();
  } finally {
    ofPolicy = outer;
  }
}

/** That of the policy that is compiled; one of its own for an expression that stands alone. */
export function currentBuildingBudget(): BuildingBudget {
  return ofPolicy ?? new BuildingBudget();
}
