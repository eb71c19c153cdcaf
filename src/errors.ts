/** The two kinds of error: UserError, which the user can mend and which has no stack, and bugs, which are plain throws. */

export interface Whereabouts {
  /** Where it was found: a file, a node, a field. */
  readonly at?: string | undefined;
  /** What to try. */
  readonly hint?: string | undefined;
}

export class UserError extends Error {
  override readonly name = 'UserError';
  readonly at: string | undefined;
  readonly hint: string | undefined;

  constructor(message: string, { at, hint }: Whereabouts = {}) {
    super(message);
    this.at = at;
    this.hint = hint;
  }
}

/** Stop with a message for the user: what was wrong, where, and what to try. */
export function fail(message: string, where: Whereabouts = {}): never {
  throw new UserError(message, where);
}

/** Run `work`; a UserError that names no place yet gets this one. */
export function within<T>(at: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof UserError && error.at === undefined)
      throw new UserError(error.message, { at, hint: error.hint });
    throw error;
  }
}

/** Stop over a name that is not among the known ones, suggesting the nearest. */
export function failUnknown(what: string, name: string, known: readonly string[]): never {
  const near = nearest(name, known);
  fail(`no ${what} is named "${name.slice(0, 80)}"`, {
    hint: `${near === undefined ? '' : `did you mean "${near}"? `}known: ${known.join(', ')}`,
  });
}

/** The known name with the fewest edits to `name`, or undefined where even that is more than half of it. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const wanted = name.toLowerCase().slice(0, 80);
  const [best] = known
    .map((candidate) => ({ candidate, edits: editDistance(wanted, candidate.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits);
  return best && best.edits <= Math.max(2, best.candidate.length / 2) ? best.candidate : undefined;
}

/** Levenshtein distance, one row of the table at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
