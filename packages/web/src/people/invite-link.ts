/** The link of an invite: the code is in the fragment, which a browser sends to no server. */
import { signal } from '@preact/signals';
import { storedChoice } from '../state/stored-choice.ts';

const FRAGMENT = /^#invite=([\w-]{1,100})$/;
const isCode = (text: string): text is string => /^[\w-]{1,100}$/.test(text);

/** `page`: the address of the page. */
export function inviteLink(page: string, code: string): string {
  return `${page}#invite=${code}`;
}

/** The invite that this tab was opened with. Kept over the way to an identity provider and back, which ends the document. */
export class OpenedInvite {
  readonly #code = signal<string | null>(null);
  readonly #stored = storedChoice('invite', isCode, () => sessionStorage);

  constructor() {
    this.#code.value = this.#stored.read();
  }

  /** Null: the tab was opened with none, or it is done with. */
  get code(): string | null {
    return this.#code.value;
  }

  /** Takes the code out of the address, so that it is neither in the history nor in what a user copies from there. */
  take(address: URL, replace: (address: URL) => void): void {
    const code = FRAGMENT.exec(address.hash)?.[1];
    if (code === undefined) return;
    this.#stored.save(code);
    this.#code.value = code;
    const without = new URL(address);
    without.hash = '';
    replace(without);
  }

  done(): void {
    this.#stored.save(null);
    this.#code.value = null;
  }
}
