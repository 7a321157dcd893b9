/** Decides with Redis of which friends a viewer is alerted: of several replicas exactly one is told to. */
import { type Bus, runScript } from '@nearby-friends/bus';
import { alertsKey, type UserId, viewingKey } from '@nearby-friends/protocol';
import { DECIDE_ALERTS } from './pair-script.ts';

/** What was seen of a friend, see {@link DECIDE_ALERTS}. */
export type Observation = 'near' | 'near-quietly' | 'kept' | 'far' | 'once';

const LETTERS: Readonly<Record<Observation, string>> = {
  near: 'n',
  'near-quietly': 'q',
  kept: 'k',
  far: 'f',
  once: 'o',
};

/** At most once: a process that ends between the decision and the sending has sent nothing. */
export class AlertDecisions {
  readonly #redis: Bus['commands'];
  readonly #redisNow: () => number;

  constructor(options: { redis: Bus['commands']; redisNow: () => number }) {
    this.#redis = options.redis;
    this.#redisNow = options.redisNow;
  }

  /** The names of those whom the viewer is to be alerted of. Rejects when Redis does not respond. */
  async decide(viewer: UserId, seen: ReadonlyMap<string, Observation>): Promise<string[]> {
    if (seen.size === 0) return [];
    const args = [...seen].flatMap(([field, observation]) => [field, LETTERS[observation]]);
    const now = Math.floor(this.#redisNow());
    return (await runScript(this.#redis, DECIDE_ALERTS, [alertsKey(viewer)], [now, ...args])) as string[];
  }

  /** Whether a page or app of the viewer is looked at: it shows by itself who is near. */
  async isPageVisible(viewer: UserId): Promise<boolean> {
    return (await this.#redis.exists(viewingKey(viewer))) > 0;
  }
}
