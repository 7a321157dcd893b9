/** What viewers saw before the user hid from them, so that showing restores exactly that. */
import type { Grant } from '@nearby-friends/client';
import { storedChoice } from '../state/stored-choice.ts';

/** Stored for this tab: another window, which does not know it, asks instead of guessing. */
export class HiddenGrants {
  readonly #stored = storedChoice('hidden-grants', isGrantsText, () => sessionStorage);
  readonly #grants = new Map(parseGrants(this.#stored.read()));

  get(viewerId: string): Grant | undefined {
    return this.#grants.get(viewerId);
  }

  /** Remembers what `viewerId` sees now, if anything. */
  remember(viewerId: string, { precision, until }: Grant): void {
    if (precision === 'hidden') return;
    this.#grants.set(viewerId, { precision, until });
    this.#stored.save(JSON.stringify([...this.#grants]));
  }

  clear(): void {
    this.#grants.clear();
    this.#stored.save(null);
  }
}

function isGrantsText(text: string): text is string {
  return parseGrants(text).length > 0;
}

function parseGrants(text: string | null): [string, Grant][] {
  try {
    const entries: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(entries) ? entries.filter(isEntry) : [];
  } catch {
    return [];
  }
}

function isEntry(entry: unknown): entry is [string, Grant] {
  if (!Array.isArray(entry) || typeof entry[0] !== 'string') return false;
  const { precision, until } = (entry[1] ?? {}) as { precision?: unknown; until?: unknown };
  return (precision === 'exact' || precision === 'approximate') && (until === null || Number.isFinite(until));
}
