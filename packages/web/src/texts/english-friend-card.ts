/** The texts of the card of a friend in English. */

export const englishFriendCard = {
  cardOf: (name: string) => `About ${name}`,
  direction: 'Direction',
  /** Clockwise from north. */
  compass: ['north', 'north-east', 'east', 'south-east', 'south', 'south-west', 'west', 'north-west'],
  accuracy: 'Accurate to',
  movement: 'Moving',
  standing: 'standing still',
  battery: 'Battery',
  youSee: 'You see',
  youSeeExact: 'the exact location',
  youSeeAbout: 'the approximate location (about 1 km)',
  theySee: 'Your friend',
  friendsSince: 'Friends since',
  follow: 'Follow on the map',
  openMaps: 'Open in a maps app',
  blockOf: (name: string) => `Block ${name}`,
  reallyBlock: (name: string) => `Really block ${name}?`,
  near: 'near',
  notNear: 'not near',
};
