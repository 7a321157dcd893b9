/** Reads sign-in.json: the identity provider that the operator has set, if any. */
import { pageBase } from './page-base.ts';

export interface ProviderConfig {
  readonly issuer: string;
  readonly clientId: string;
  /** Separated by spaces; with `openid`. */
  readonly scope: string;
  /** Of the API's tokens. Empty: the provider needs no name of it. */
  readonly audience: string;
  /** Which token the API gets. */
  readonly token: 'access' | 'id';
}

export interface LoadedProvider {
  readonly config: ProviderConfig;
  /** How far the server's clock is ahead of this device's, whole seconds. */
  readonly clockAheadSeconds: number;
}

/** Null where no provider is set, also when that cannot be read: then the page offers what needs none. */
export async function loadProviderConfig(): Promise<LoadedProvider | null> {
  try {
    const response = await fetch(new URL('sign-in.json', pageBase()));
    const config = response.ok ? parseProviderConfig(await response.json()) : null;
    if (config === null) return null;
    const serverTime = Date.parse(response.headers.get('date') ?? '');
    const aheadMs = Number.isNaN(serverTime) ? 0 : serverTime - Date.now();
    return { config, clockAheadSeconds: Math.round(aheadMs / 1_000) };
  } catch {
    return null;
  }
}

export function parseProviderConfig(value: unknown): ProviderConfig | null {
  if (typeof value !== 'object' || value === null) return null;
  const { issuer, clientId, scope, audience, token } = value as Record<keyof ProviderConfig, unknown>;
  if (!isFilled(issuer) || !isFilled(clientId) || !isFilled(scope)) return null;
  return {
    issuer,
    clientId,
    scope,
    audience: isFilled(audience) ? audience : '',
    token: token === 'id' ? 'id' : 'access',
  };
}

function isFilled(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
