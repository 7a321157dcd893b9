/** An error for the user: one sentence with the problem, one with the remedy. */
export class RemedyError extends Error {
  /** What the user can do now; a full sentence, with the command where there is one. */
  readonly remedy: string;

  constructor(problem: string, remedy: string, options?: ErrorOptions) {
    super(`${problem} ${remedy}`, options);
    this.name = 'RemedyError';
    this.remedy = remedy;
  }
}

/** The `code` of a system error such as `ENOENT`, or undefined for anything else. */
export function systemErrorCode(error: unknown): string | undefined {
  // By shape and not by class: under a test runner, Node's own errors belong to another realm.
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
