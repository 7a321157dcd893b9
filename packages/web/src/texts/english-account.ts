/** The texts of the account in English. */

export const englishAccount = {
  displayName: 'Display name',
  save: 'Save',
  renamed: (name: string) => `Your friends now see you as ${name}.`,
  blockedHeading: 'Blocked people',
  blockedHint:
    'People you block are no longer your friends, and their requests do not reach you. They are not told about it.',
  noBlocked: 'You have blocked no one. Enter an ID below to block that person.',
  blockSomeone: 'Block someone',
  theirId: 'Their ID',
  block: 'Block',
  blocked: (name: string) => `${name} is blocked.`,
  unblock: 'Unblock',
  unblockOf: (name: string) => `Unblock ${name}`,
  reallyUnblock: (name: string) => `Really unblock ${name}?`,
  unblocked: (name: string) => `${name} is no longer blocked. To be friends again, send a request.`,
  dataHeading: 'Your data',
  exportHint: 'The file has everything that is stored about you, including your last location. Keep it safe.',
  exportData: 'Download my data',
  exported: 'Your data is being downloaded.',
  erase: 'Erase my account …',
  eraseHint: 'This erases your account, your friendships and your devices for good. It cannot be undone.',
  typeToErase: (id: string) => `To confirm, type your ID: ${id}`,
  eraseForGood: 'Erase for good',
  erased: 'Your account has been erased. Your friends no longer see you.',
};
