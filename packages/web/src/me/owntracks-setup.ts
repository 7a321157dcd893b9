/** What OwnTracks needs to report to this deployment: values to type, and the same as a link (owntracks.org/booklet/features/remoteconfig). */

export interface OwnTracksSetup {
  readonly url: string;
  readonly userId: string;
  readonly secret: string;
}

/** HTTP, in the app's configuration. */
const MODE_HTTP = 3;

/** `page`: the address of the page. */
export function owntracksUrl(page: string): string {
  return new URL('api/v1/owntracks', page).href;
}

/** Opened on the phone, it sets the app up. It contains the secret, and no server is asked for it. */
export function owntracksLink({ url, userId, secret }: OwnTracksSetup): string {
  const configuration = {
    _type: 'configuration',
    mode: MODE_HTTP,
    url,
    auth: true,
    username: userId,
    password: secret,
  };
  return `owntracks:///config?inline=${encodeURIComponent(btoa(JSON.stringify(configuration)))}`;
}
