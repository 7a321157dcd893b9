/** The users on the screenshots and their positions in Chicago. */

interface ScreenshotPerson {
  readonly id: string;
  readonly name: string;
  readonly lat: number;
  readonly lng: number;
  readonly isApproximate?: boolean;
}

export const SCREENSHOT_PEOPLE: readonly ScreenshotPerson[] = [
  { id: 'bob', name: 'Bob Miller', lat: 41.8863, lng: -87.6281 },
  { id: 'carol', name: 'Carol Danvers', lat: 41.8917, lng: -87.6118 },
  { id: 'minjun', name: '김민준', lat: 41.8796, lng: -87.6446 },
  { id: 'priya', name: 'Priya Patel', lat: 41.8712, lng: -87.6279 },
  { id: 'noah', name: 'Noah', lat: 41.9006, lng: -87.6365 },
  { id: 'emma', name: 'Emma Wilson', lat: 41.8958, lng: -87.6561, isApproximate: true },
  { id: 'seoyeon', name: '이서연', lat: 41.8688, lng: -87.6512 },
  { id: 'zoe', name: 'Zoë Clark', lat: 41.8571, lng: -87.6196 },
  { id: 'lucas', name: 'Lucas Brown', lat: 41.8842, lng: -87.6693 },
  { id: 'ava', name: 'Ava', lat: 41.9125, lng: -87.6489 },
];
