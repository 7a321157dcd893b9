/** The texts of signing in with an identity provider, in English. */
export const englishProvider = {
  providerHint: 'You sign in at the identity provider of this system, and come back here.',
  tryWithoutAccount: 'Try it without an account',
  providerProblems: {
    insecure:
      'Browsers allow this sign-in only on secure pages. Open this page with https:// at the start of its address.',
    denied: 'You were not signed in, since the access was refused there. Sign in again and allow it.',
    unreachable: 'The identity provider cannot be reached. Check the connection and sign in again in a moment.',
    unavailable: 'The identity provider is unavailable at the moment. Sign in again in a moment.',
    unexpected:
      'The identity provider’s answer is not valid here. Sign in again; if that does not help, tell the operator of this system.',
    not_begun_here: 'That sign-in is over, or was begun in another tab or window. Sign in again.',
    wrong_clock:
      'The clocks of the identity provider and of this system differ. Sign in again; if that does not help, tell the operator.',
    expired: 'Your sign-in has expired. Sign in again.',
    not_accepted:
      'The identity provider knows you, but this system does not accept its token. Tell the operator of this system.',
  },
};
