/** Speaks OpenID Connect with the provider: authorization code with PKCE. Loaded only where a provider is set. */
import * as oauth from 'oauth4webapi';
import type { LoadedProvider } from '../settings/provider-config.ts';
import { ProviderError, type ProviderErrorCode } from './provider-error.ts';

/** What the page remembers while its user is at the provider. */
export interface PendingSignIn {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** Without anything for the user to see: the provider answers at once. */
  readonly isSilent: boolean;
}

export interface ProviderTokens {
  readonly accessToken: string;
  readonly idToken: string | undefined;
  readonly refreshToken: string | undefined;
  /** Of the token that the API gets. Undefined where the provider does not say. */
  readonly expiresInSeconds: number | undefined;
}

/** Each rejects with a `ProviderError`. */
export interface ProviderFlow {
  newPending(isSilent: boolean): PendingSignIn;
  authorizationUrl(pending: PendingSignIn): Promise<URL>;
  exchange(answer: URL, pending: PendingSignIn): Promise<ProviderTokens>;
  /** Rejects with `expired` when the provider no longer accepts the refresh token. */
  refresh(refreshToken: string): Promise<ProviderTokens>;
  /** Where the provider ends its own session. Undefined where it has no such address. */
  endSessionUrl(idToken: string | undefined): Promise<URL | undefined>;
}

/** The clocks of the server and of the provider may differ by this, s. */
const CLOCK_TOLERANCE_SECONDS = 60;
/** Of one request to the provider, ms. */
const TIMEOUT_MS = 15_000;

/** Of an authorization response (RFC 6749, OpenID Connect); all others are `unexpected`. */
const CODES: Readonly<Record<string, ProviderErrorCode>> = {
  access_denied: 'denied',
  temporarily_unavailable: 'unavailable',
  server_error: 'unavailable',
  login_required: 'expired',
  interaction_required: 'expired',
  consent_required: 'expired',
  account_selection_required: 'expired',
};

/** `back`: the address of the page, to which the provider sends its user back. */
export function providerFlow({ config, clockAheadSeconds }: LoadedProvider, back: string): ProviderFlow {
  const issuer = new URL(config.issuer);
  const client: oauth.Client = {
    client_id: config.clientId,
    [oauth.clockSkew]: clockAheadSeconds,
    [oauth.clockTolerance]: CLOCK_TOLERANCE_SECONDS,
  };
  // Only loopback can be without TLS: nginx's settings refuse any other address.
  const http = { [oauth.allowInsecureRequests]: issuer.protocol === 'http:' };
  const options = () => ({ ...http, signal: AbortSignal.timeout(TIMEOUT_MS) });
  const ofApi: Record<string, string> =
    config.audience === '' ? {} : { audience: config.audience, resource: config.audience };

  /** Read before each sign-in, since the page may be open for days. */
  const discover = (): Promise<oauth.AuthorizationServer> =>
    translated(async () =>
      oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { ...options(), algorithm: 'oidc' })),
    );

  return {
    newPending: (isSilent) => ({
      state: oauth.generateRandomState(),
      nonce: oauth.generateRandomNonce(),
      verifier: oauth.generateRandomCodeVerifier(),
      isSilent,
    }),

    async authorizationUrl({ state, nonce, verifier, isSilent }) {
      const { authorization_endpoint: endpoint } = await discover();
      if (endpoint === undefined) throw new ProviderError('unexpected');
      const url = new URL(endpoint);
      const parameters = {
        client_id: config.clientId,
        redirect_uri: back,
        response_type: 'code',
        scope: config.scope,
        state,
        nonce,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        ...ofApi,
        ...(isSilent && { prompt: 'none' }),
        // Many providers give a refresh token only to a user who was asked for it.
        ...(!isSilent && config.scope.split(' ').includes('offline_access') && { prompt: 'consent' }),
      };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return url;
    },

    exchange: (answer, { state, nonce, verifier }) =>
      translated(async () => {
        const server = await discover();
        const checked = oauth.validateAuthResponse(server, client, answer, state);
        const response = await oauth.authorizationCodeGrantRequest(
          server,
          client,
          oauth.None(),
          checked,
          back,
          verifier,
          { ...options(), ...(config.audience !== '' && { additionalParameters: { resource: config.audience } }) },
        );
        return tokensOf(
          await oauth.processAuthorizationCodeResponse(server, client, response, {
            expectedNonce: nonce,
            requireIdToken: true,
          }),
          config.token,
        );
      }),

    refresh: (refreshToken) =>
      translated(async () => {
        const server = await discover();
        const more = config.audience === '' ? {} : { additionalParameters: { resource: config.audience } };
        const response = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), refreshToken, {
          ...options(),
          ...more,
        });
        return tokensOf(await oauth.processRefreshTokenResponse(server, client, response), config.token);
      }),

    async endSessionUrl(idToken) {
      const { end_session_endpoint: endpoint } = await discover();
      if (endpoint === undefined) return undefined;
      const url = new URL(endpoint);
      url.searchParams.set('client_id', config.clientId);
      url.searchParams.set('post_logout_redirect_uri', back);
      // Where the API accepts ID tokens, one in an address would be a key to it.
      if (idToken !== undefined && config.token === 'access') url.searchParams.set('id_token_hint', idToken);
      return url;
    },
  };
}

function tokensOf(response: oauth.TokenEndpointResponse, sent: 'access' | 'id'): ProviderTokens {
  const claims = sent === 'id' ? oauth.getValidatedIdTokenClaims(response) : undefined;
  return {
    accessToken: response.access_token,
    idToken: response.id_token,
    refreshToken: response.refresh_token,
    expiresInSeconds: claims === undefined ? response.expires_in : claims.exp - claims.iat,
  };
}

async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw asProviderError(cause);
  }
}

function asProviderError(cause: unknown): ProviderError {
  if (cause instanceof ProviderError) return cause;
  const because = (code: ProviderErrorCode) => new ProviderError(code, { cause });
  if (cause instanceof oauth.AuthorizationResponseError) return because(CODES[cause.error] ?? 'unexpected');
  // A code that was used, or a refresh token that has ended or was revoked.
  if (cause instanceof oauth.ResponseBodyError && cause.error === 'invalid_grant') return because('expired');
  if (cause instanceof oauth.ResponseBodyError && cause.status >= 500) return because('unavailable');
  if (cause instanceof oauth.OperationProcessingError) {
    if (cause.code === oauth.JWT_TIMESTAMP_CHECK) return because('wrong_clock');
    const response = cause.cause;
    return because(response instanceof Response && response.status >= 500 ? 'unavailable' : 'unexpected');
  }
  // fetch and the time limit.
  if (cause instanceof DOMException || (cause instanceof TypeError && !('code' in cause)))
    return because('unreachable');
  return because('unexpected');
}
