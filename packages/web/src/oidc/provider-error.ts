/** Why signing in with the identity provider has failed; the page has a sentence for each code. */

/**
 * | code | meaning |
 * |---|---|
 * | `insecure` | the page is not a secure context, where browsers have no cryptography |
 * | `denied` | the user, or a policy of the provider, has refused |
 * | `unreachable` | the provider cannot be reached, or the page may not call it |
 * | `unavailable` | the provider says that it cannot serve at the moment |
 * | `unexpected` | the provider has refused the request, or its answer is not what the protocol says |
 * | `not_begun_here` | an answer to no sign-in of this tab: it was begun in another one, or is over |
 * | `wrong_clock` | the times in the answer are too far from the server's |
 * | `expired` | the provider no longer knows the user: the user must sign in again |
 * | `not_accepted` | this system does not accept the provider's token */
export type ProviderErrorCode =
  | 'insecure'
  | 'denied'
  | 'unreachable'
  | 'unavailable'
  | 'unexpected'
  | 'not_begun_here'
  | 'wrong_clock'
  | 'expired'
  | 'not_accepted';

export class ProviderError extends Error {
  readonly code: ProviderErrorCode;

  constructor(code: ProviderErrorCode, options?: ErrorOptions) {
    super(`Signing in with the identity provider has failed: ${code}`, options);
    this.name = 'ProviderError';
    this.code = code;
  }
}
