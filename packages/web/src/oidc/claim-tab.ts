/**
 * Finds out whether this tab is a copy of another one that is open: a browser copies `sessionStorage` with a tab, and two
 * tabs with one refresh token look to a provider like a thief and the user.
 */

/** A document that a reload has replaced gives up its lock within this, ms. */
const PATIENCE_MS = 2_000;

/** Resolves with whether this tab alone has the name. It then keeps it until it is closed. */
export async function claimTab(name: string): Promise<boolean> {
  if (!('locks' in navigator)) return true;
  return await new Promise<boolean>((resolve) => {
    navigator.locks
      .request(`nearby-friends:tab:${name}`, { signal: AbortSignal.timeout(PATIENCE_MS) }, () => {
        resolve(true);
        // Held while this document is open.
        return new Promise<void>(() => undefined);
      })
      .catch(() => resolve(false));
  });
}
