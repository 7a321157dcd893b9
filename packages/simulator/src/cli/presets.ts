/** Settings that make a meaningful replay of each dataset, with the reasons. */

export interface Preset {
  readonly description: string;
  /** Its file in the data folder. */
  readonly movementsFile: string;
  /** Whether the movers do not appear in the friendships and their movements are given to its users. */
  readonly assign: boolean;
  /** Dataset seconds per wall second. */
  readonly speed: number;
  /** Dataset time. */
  readonly ttlSeconds: number;
  /** ISO times; the whole file unless given. */
  readonly from?: string;
  readonly to?: string;
}

const DAY_SECONDS = 86_400;

export const PRESETS = {
  /**
   * People check in every few hours to days, so the TTL is 14 days here. Before October 2009 there are only
   * some dozens of check-ins a month.
   */
  checkins: {
    description: 'check-ins of 333 friends over a year, 1.4 days a second, TTL 14 days = 10 s; 4.6 minutes',
    movementsFile: 'checkins.csv',
    assign: false,
    speed: 120_960,
    ttlSeconds: 14 * DAY_SECONDS,
    from: '2009-10-01T00:00:00Z',
    to: '2010-10-23T00:00:00Z',
  },
  /** The real TTL of ten minutes; a cab reports each minute and becomes inactive now and then. */
  cabs: {
    description:
      '200 cabs given to the best-connected users, six hours, a minute a second, TTL 600 s = 10 s; 6 minutes',
    movementsFile: 'cab_traces.csv',
    assign: true,
    speed: 60,
    ttlSeconds: 600,
  },
} as const satisfies Record<string, Preset>;

/** For other movements: the real TTL, ten times as fast as recorded. */
export const CUSTOM_MOVEMENTS: Omit<Preset, 'description' | 'movementsFile'> = {
  assign: false,
  speed: 10,
  ttlSeconds: 600,
};

type PresetName = keyof typeof PRESETS;

export const PRESET_NAMES: readonly string[] = Object.keys(PRESETS);

export function isPresetName(name: string): name is PresetName {
  return Object.hasOwn(PRESETS, name);
}
