/** Notices when the residents cannot get on the map, and when they are back: a sentence each, however long it lasts. */

/** Restarts of a gateway pass in less. */
export const PATIENCE_MS = 15_000;

export class ResidentsWatch {
  readonly #say: (sentence: string) => void;
  #troubleSince: number | undefined;
  #hasSaid = false;

  constructor(say: (sentence: string) => void) {
    this.#say = say;
  }

  /** `now`: ms. `reasons`: the codes of refused connections so far, as text. */
  look(now: number, { online, reasons }: { readonly online: number; readonly reasons: string }): void {
    if (online > 0) {
      if (this.#hasSaid) this.#say('The residents are back on the map.');
      this.#troubleSince = undefined;
      this.#hasSaid = false;
      return;
    }
    this.#troubleSince ??= now;
    if (this.#hasSaid || now - this.#troubleSince < PATIENCE_MS) return;
    this.#hasSaid = true;
    this.#say(`None of the residents can get on the map (${reasons}); they go on trying.`);
  }
}
