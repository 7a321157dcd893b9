/** The failure of a command, in the text that its user sees. */
export class CommandError extends Error {
  override readonly name = 'CommandError';

  /** `problem` and `remedy` are full sentences: what is wrong, and how to fix it. */
  constructor(problem: string, remedy: string, options?: ErrorOptions) {
    super(`${problem} ${remedy}`, options);
  }
}
