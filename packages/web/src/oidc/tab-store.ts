/** What a tab keeps of a sign-in: in `sessionStorage`, so that a reload keeps it and the end of the tab ends it. */
import type { PendingSignIn, ProviderTokens } from './provider-flow.ts';

export interface KeptTokens extends Omit<ProviderTokens, 'expiresInSeconds'> {
  /** Of the token that the API gets, ms since the epoch by this device's clock. */
  readonly expiresAt: number;
  /** Names the tab, so that a copy of it notices. */
  readonly tab: string;
}

export interface TabStore {
  readTokens(): KeptTokens | null;
  /** Null: forget them. */
  saveTokens(tokens: KeptTokens | null): void;
  savePending(pending: PendingSignIn): void;
  /** Reads it and forgets it: an answer counts once. */
  takePending(): PendingSignIn | null;
}

/** `scope`: the path of the page; deployments on one host share the storage. */
export function tabStore(scope: string, storage: () => Storage = () => sessionStorage): TabStore {
  const read = (name: string): unknown => {
    try {
      return JSON.parse(storage().getItem(`nearby-friends:${name}:${scope}`) ?? 'null');
    } catch {
      return null;
    }
  };
  const save = (name: string, value: object | null): void => {
    try {
      if (value === null) storage().removeItem(`nearby-friends:${name}:${scope}`);
      else storage().setItem(`nearby-friends:${name}:${scope}`, JSON.stringify(value));
    } catch {
      // Storage is forbidden: the sign-in fails when the user comes back, with a sentence.
    }
  };
  return {
    readTokens: () => read('tokens') as KeptTokens | null,
    saveTokens: (tokens) => save('tokens', tokens),
    savePending: (pending) => save('pending', pending),
    takePending() {
      const pending = read('pending') as PendingSignIn | null;
      save('pending', null);
      return pending;
    },
  };
}
