/** A choice of the user that is stored in the browser. */

/** Stored in `localStorage` or `sessionStorage`, or until the page is closed if the browser forbids both. */
export interface StoredChoice<T extends string> {
  read(): T | null;
  save(value: T | null): void;
}

export function storedChoice<T extends string>(
  key: string,
  isValid: (text: string) => text is T,
  storage: () => Storage = () => localStorage,
): StoredChoice<T> {
  return {
    read() {
      try {
        const text = storage().getItem(`nearby-friends:${key}`);
        return text !== null && isValid(text) ? text : null;
      } catch {
        return null;
      }
    },
    save(value) {
      try {
        if (value === null) storage().removeItem(`nearby-friends:${key}`);
        else storage().setItem(`nearby-friends:${key}`, value);
      } catch {
        // Storage is forbidden or full: the choice lasts until the page is closed.
      }
    },
  };
}
