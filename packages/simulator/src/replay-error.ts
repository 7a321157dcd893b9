/** The error that is meant for the person who started a replay: what is wrong, and what to do about it. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError';

  /** Both are full sentences. */
  constructor(problem: string, remedy: string, options?: ErrorOptions) {
    super(`${problem} ${remedy}`, options);
  }
}
