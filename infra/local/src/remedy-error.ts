/** The error that is meant for a person: one sentence saying what is wrong, one saying what to do about it. */
export class RemedyError extends Error {
  /** What the reader can do now; a full sentence, with the command where there is one. */
  readonly remedy: string;

  constructor(problem: string, remedy: string, options?: ErrorOptions) {
    super(`${problem} ${remedy}`, options);
    this.name = 'RemedyError';
    this.remedy = remedy;
  }
}

/** The `code` of a system error such as `ENOENT`, or undefined for anything else. */
export function systemErrorCode(error: unknown): string | undefined {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return undefined;
}
