/** Notices when the residents cannot connect, and when they are back: one line each, however long it lasts. */

/** Restarts of a gateway pass in less. */
export const PATIENCE_MS = 15_000;

export class ResidentsWatch {
  readonly #print: (sentence: string) => void;
  #troubleSince: number | undefined;
  #isReported = false;

  constructor(print: (sentence: string) => void) {
    this.#print = print;
  }

  /** `now`: ms. `reasons`: the codes of refused connections so far, as text. */
  update(now: number, { online, reasons }: { readonly online: number; readonly reasons: string }): void {
    if (online > 0) {
      if (this.#isReported) this.#print('The residents are back on the map.');
      this.#troubleSince = undefined;
      this.#isReported = false;
      return;
    }
    this.#troubleSince ??= now;
    if (this.#isReported || now - this.#troubleSince < PATIENCE_MS) return;
    this.#isReported = true;
    this.#print(`None of the residents can connect (${reasons}); they keep trying.`);
  }
}
