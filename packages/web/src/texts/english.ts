/** All texts of the page in English. Other languages have the same keys. */
import { englishAccount } from './english-account.ts';
import { englishAlerts } from './english-alerts.ts';
import { englishFriendCard } from './english-friend-card.ts';
import { englishInvites } from './english-invites.ts';
import { englishProvider } from './english-provider.ts';

const one = (count: number, single: string, several: string): string => `${count} ${count === 1 ? single : several}`;

const shortList = (names: readonly string[]): string =>
  names.length <= 3
    ? new Intl.ListFormat('en').format(names)
    : new Intl.ListFormat('en').format([...names.slice(0, 2), `${names.length - 2} others`]);

export const english = {
  title: 'Nearby Friends',
  claim: 'See live which of your friends are near.',

  language: 'Language',
  theme: 'Theme',
  themes: { system: 'System', light: 'Light', dark: 'Dark' },
  units: 'Distances',
  unitNames: { kilometers: 'Kilometres', miles: 'Miles' },
  settings: 'Settings',

  who: 'Who are you?',
  whoHint:
    'On this trial system you can use any name: pick one or type one. Letters, digits, - and _. You start at a made-up ' +
    'place on the map.',
  whoInvalid: 'Use 1 to 64 letters, digits, - or _.',
  suggestions: 'Names to try',
  signIn: 'Sign in',
  signingIn: 'Signing in …',
  signOut: 'Sign out',
  onAllDevices: 'On all my devices',
  ...englishAccount,
  signedOut: 'Signed out. Your friends no longer see you.',
  signedOutHere:
    'Signed out here. Your friends no longer see you, unless another of your devices shares your location.',
  signOutUnconfirmed:
    'Signed out here, but the server could not be told: friends may see your last place for 10 minutes.',
  haveToken: 'Sign in with a token',
  token: 'Access token',
  tokenHint: 'Your identity provider issues it. It is kept in this page only, until you close it.',
  privacy: 'Only friends you have accepted see you, and you can pause that at any time.',

  ...englishProvider,

  tabs: 'Views',
  nearbyTab: 'Nearby',
  peopleTab: 'Friends',
  sharingTab: 'Who sees me',
  nearbyHeading: 'Friends who are near',
  emptyTitle: 'No friend is near right now.',
  emptyHint: 'Friends appear here as soon as they come within your radius. Try a larger one.',
  noFriendsYet: 'You have no friends here yet.',
  noFriendsYetHint: 'Send a request under “Friends”. Once it is accepted, you see each other.',
  addFriendHint: 'Send a request above, and share your own ID so that friends can add you.',
  exact: 'exact',
  about: 'about',
  /** Follows the distance of a friend, for screen readers. */
  awayAndShow: ' away. Show on the map',

  ...englishAlerts,
  ...englishInvites,
  ...englishFriendCard,

  radius: 'Radius',
  radiusHint: 'How far “near” reaches',
  radiusHandle: 'Radius on the map',

  map: 'Map',
  me: 'Me',
  meHandle: 'My position. Arrow keys walk, with Shift ten times as far.',
  useDevice: 'Use my real location',
  walk: 'Walk on the map',
  walkHint: 'Click the map, drag the blue dot or use the arrow keys to move.',
  walkHintTouch: 'Tap the map or drag the blue dot to move.',
  centreOnMe: 'Centre on me',
  /** At one place of the map. */
  friendsHere: (count: number) => (count === 1 ? 'One friend here' : `${count} friends here`),
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  whereAreYou: 'Where are you?',
  whereAreYouHint: 'Friends near you are shown as soon as you say where you are.',
  /** The bundled map has streets of one city only. */
  noDetail: 'No detailed map here',
  noMap: 'The map cannot be drawn here: this browser has no WebGL. The list still works.',
  sheetLarger: 'Show more of the list',
  sheetSmaller: 'Show more of the map',

  /** The uncertainty of a position. */
  within: (distance: string) => `± ${distance}`,
  polling:
    'Live updates are slower here: a WebSocket could not be opened, so the page asks again and again (long-polling). ' +
    'Usually a proxy or firewall between here and the server does not pass WebSockets on.',
  offline: 'You’re offline. Check your connection and try again.',
  dismiss: 'Dismiss',
  connecting: 'Connecting …',
  reconnecting: 'Connection lost. Trying again …',

  requestHeading: 'Add a friend',
  requestPlaceholder: 'Friend’s ID',
  sendRequest: 'Send request',
  /** The same for every ID, so that it does not tell who exists. */
  requestSent: 'Request sent. If this ID exists, they will see it.',
  incomingHeading: 'Want to be your friends',
  outgoingHeading: 'Your requests',
  accept: 'Accept',
  decline: 'Decline',
  withdraw: 'Cancel request',
  acceptOf: (name: string) => `Accept ${name}`,
  declineOf: (name: string) => `Decline ${name}`,
  withdrawOf: (name: string) => `Cancel request to ${name}`,
  accepted: (name: string) => `You and ${name} are friends now.`,
  declined: (name: string) => `The request of ${name} was declined.`,
  withdrawn: (name: string) => `The request to ${name} was cancelled.`,
  friendsHeading: 'Your friends',
  remove: 'Remove',
  removeOf: (name: string) => `Remove ${name} from my friends`,
  reallyRemove: (name: string) => `Really remove ${name}?`,
  reallyRemoveFriend: (name: string) => `Really remove ${name}?`,
  removed: (name: string) => `You and ${name} are no longer friends.`,
  cancel: 'Cancel',
  /** Beside a name that does not tell who it is. */
  idIs: (id: string) => `ID: ${id}`,
  yourId: (id: string) => `Your own ID, for a friend who adds you: ${id}`,
  since: (date: string) => `since ${date}`,
  wantsToBeFriends: (name: string) => `${name} wants to be your friend.`,

  viewersHeading: 'Who can see me',
  noViewers: 'Nobody can see you yet.',
  noViewersHint: 'Add a friend under “Friends”. Once your request is accepted, your friend is listed here.',
  sharingOn: 'You are visible',
  sharingIsOn: 'Sharing is on',
  sharingOnHint: (count: number) => `${one(count, 'person', 'people')} can see where you are.`,
  sharingOnUntil: (time: string) => `You are visible until ${time}`,
  sharingOnAlone: 'Sharing is on, but nobody can see you yet.',
  sharingPaused: 'Paused: nobody sees you',
  sharingPausedUntil: (time: string) => `Paused until ${time}: nobody sees you`,
  sharingPausedHint: 'You still see your friends.',
  whileHidden:
    'While this page is hidden or the screen is off, browsers stop reporting your location. Use OwnTracks, Overland or ' +
    'Traccar Client for that: add the phone below.',
  wasHidden:
    'While this page was hidden, it may not have reported your location. OwnTracks, Overland and Traccar Client go on in ' +
    'the background.',
  keepScreenOn: 'Keep the screen on while I share',
  locationFromHere: 'Your location comes from this device.',
  locationFromElsewhere: 'Your location comes from another of your devices or windows, not from this one.',
  noLocationHere: 'This window reports no location. Only another of your devices or windows can share yours.',
  fastReports: 'Report more often while a friend is looking (takes more battery; friends cannot tell)',
  shareFromHere: 'Share from this device',
  tookOver: 'This device has taken over.',
  pause: 'Pause',
  resume: 'Resume',
  pauseFor: 'Pause for how long',
  paused: 'Paused. Nobody sees you.',
  resumed: 'You are visible again.',
  willSee: (name: string) => `${name} will see of me`,
  theyWillSee: 'They will see of me',
  howLong: 'For how long',
  sees: (name: string) => `What ${name} sees of me`,
  seesExact: 'sees exactly where you are',
  seesAbout: 'sees your approximate location (about 1 km)',
  seesNothing: 'does not see you',
  seesNothingPaused: 'does not see you while you are paused',
  until: (state: string, time: string) => `${state}, until ${time}`,
  choiceExact: 'Exact',
  choiceAbout: 'About',
  choiceHidden: 'Hidden',
  hideFrom: (name: string) => `Hide from ${name}`,
  showTo: (name: string) => `Show me to ${name}`,
  howLongFor: (name: string) => `For how long ${name} sees that`,
  always: 'Always',
  oneHour: '1 hour',
  tonight: 'Until midnight',
  untilResumed: 'Until I resume',
  granted: (name: string, state: string) => `${name} ${state}.`,

  devicesHeading: 'Apps in the background',
  devicesHint:
    'This page reports your location only while it is open. Add a device, and an app on your phone can report it with the ' +
    'secret that you get here.',
  noDevices: 'No device has been added.',
  neverReported: 'has never reported',
  lastReported: (time: string) => `last reported ${time}`,
  deviceShares: 'your location comes from it',
  removeDevice: (name: string) => `Remove the device ${name}`,
  deviceRemoved: (name: string) => `${name} was removed. Its secret is void.`,
  deviceName: 'Add a device',
  deviceNamePlaceholder: 'Its name, for example My phone',
  staysVisible: 'Its reports stay visible for',
  minutes: (count: number) => one(count, 'minute', 'minutes'),
  addDevice: 'Add',
  deviceAdded: (name: string) => `${name} was added. Copy its secret now.`,
  secret: 'Secret',
  secretHint: (name: string, id: string) =>
    `Enter the user ${id} and this secret in the app on ${name}. It is shown only now: with it, anyone could report in your place and see your friends who are near.`,
  copySecret: 'Copy',
  secretCopied: 'The secret was copied.',
  secretNotCopied: 'The browser did not copy it. It is selected: copy it yourself.',
  owntracksHeading: 'Set up OwnTracks',
  owntracksHint: 'In the settings of the app, under Connection, enter these values:',
  owntracksMode: 'Mode',
  owntracksAddress: 'URL',
  owntracksUser: 'User name',
  owntracksPassword: 'Password',
  owntracksPasswordIs: 'the secret above',
  owntracksLinkHint:
    'Or open this link on the phone, or scan the code with its camera. Recent versions of the app accept links only after you ' +
    'have allowed remote configuration. Both contain the secret: show them to no one.',
  owntracksLink: 'Open in OwnTracks',
  owntracksCode: 'QR code that sets up OwnTracks',
  owntracksPins:
    'OwnTracks shows the friends who are near. It keeps a friend’s last place on its map after the friend has left; this page ' +
    'does not.',
  secretDone: 'Done',

  cameNear: (names: readonly string[]) => `${shortList(names)} ${names.length === 1 ? 'is' : 'are'} near.`,
  left: (names: readonly string[]) => `${shortList(names)} ${names.length === 1 ? 'is' : 'are'} no longer near.`,

  /** On the sign-in page, where nothing is tried again by itself. */
  signInProblems: {
    network: 'The server cannot be reached. Check the connection and sign in again.',
    token_not_yet_valid: 'This token is not valid yet. Sign in again in a moment.',
  },
  problems: {
    network: 'The server cannot be reached. Check the connection. The page tries again.',
    timeout: 'The server did not respond in time. Try again.',
    no_token: 'Your sign-in could not be renewed. Sign in again.',
    unauthorized: 'That token is not valid here. Sign in again.',
    token_expired: 'Your sign-in has expired. Sign in again.',
    too_many_connections: 'You are signed in on too many devices or windows, so this one was signed out.',
    overloaded: 'The server is full at the moment. The page tries again.',
    not_found: 'This person does not exist or no longer exists.',
    friend_limit: 'One of you has the maximum number of friends.',
    request_limit: 'You have too many open requests. Cancel some first.',
    invite_limit: 'You have too many open links. Revoke one first.',
    invite_unusable: 'This invite can no longer be used. Ask for a new one.',
    device_limit: 'You have too many devices. Remove one first.',
    rate_limited: 'Too many requests at once. Wait a moment.',
    unavailable: 'A part of the service is unavailable at the moment. Try again.',
    geolocation_denied: 'This page may not use your location. Allow it in the browser’s settings, or walk on the map.',
    geolocation_insecure:
      'Browsers give a location only to secure pages. Open this page with https:// at the start of its address, or walk on the map.',
    no_geolocation: 'This device does not know where it is. Walk on the map instead.',
    geolocation_failed: 'Your location is not available at the moment. The page tries again.',
    stale_position: 'Your device’s last location is too old to show. The page waits for a new one.',
    account_erased: 'This account has been erased. Nothing of it is left here or on the server.',
    token_not_yet_valid: 'Your sign-in is not valid yet. The page tries again in a moment.',
    no_trial: 'This system has no trial accounts. Use a token of your identity provider.',
    other: 'Something went wrong. Try again.',
  },
};

export type Texts = typeof english;
