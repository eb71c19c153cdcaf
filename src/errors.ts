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
