/** The failure of a command, as it is shown to the person who ran it. */
export class CommandError extends Error {
  override readonly name = 'CommandError';

  /** Both are full sentences: what is wrong, and what to do about it. */
  constructor(problem: string, remedy: string, options?: ErrorOptions) {
    super(`${problem} ${remedy}`, options);
  }
}
