/** A choice of the person that outlives the visit. */

/** `localStorage` or `sessionStorage`; where a browser forbids both, a choice lasts as long as the page. */
export interface KeptChoice<T extends string> {
  read(): T | null;
  keep(value: T | null): void;
}

export function keptChoice<T extends string>(
  key: string,
  isValid: (text: string) => text is T,
  storage: () => Storage = () => localStorage,
): KeptChoice<T> {
  return {
    read() {
      try {
        const text = storage().getItem(`nearby-friends:${key}`);
        return text !== null && isValid(text) ? text : null;
      } catch {
        return null;
      }
    },
    keep(value) {
      try {
        if (value === null) storage().removeItem(`nearby-friends:${key}`);
        else storage().setItem(`nearby-friends:${key}`, value);
      } catch {
        // Forbidden or full: the choice holds for this visit only.
      }
    },
  };
}
