/** The texts of alerts in English. */

export const englishAlerts = {
  alertsHeading: 'Alerts',
  alertsHint:
    'A notification when a friend comes near, also while this page is closed. It needs to know where you are: an app in the ' +
    'background tells it.',
  alertsHere: 'Alert me on this device',
  alertsOn: 'Alerts are on for this device.',
  alertsOff: 'Alerts are off for this device.',
  alertsDenied: 'Notifications are forbidden for this page. Allow them in the settings of the browser.',
  alertsHomeScreen:
    'On an iPhone or iPad: press Share, then “Add to Home Screen”, open Nearby Friends from there, and turn alerts on.',
  alertsNone: 'This browser has no notifications for this page. They need HTTPS.',
  alertsRefused: 'The browser could not subscribe to its push service. Check the connection and try again.',
  alertsRadius: 'When a friend is within',
  alertsRadiusChanged: 'Changed.',
  alertsQuiet: 'Not at night, from',
  alertsQuietTo: 'to',
  alertsQuietOn: 'Quiet hours',
  mute: 'Mute alerts',
  unmute: 'Unmute alerts',
  muteOf: (name: string) => `Mute alerts about ${name}`,
  unmuteOf: (name: string) => `Unmute alerts about ${name}`,
  muted: (name: string) => `No more alerts about ${name}.`,
  unmuted: (name: string) => `Alerts about ${name} are on again.`,
};
