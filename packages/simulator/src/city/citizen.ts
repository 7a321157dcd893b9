/** A resident with a phone in their pocket: what it would report, and when. */
import type { Position, UserId } from '@nearby-friends/protocol';
import { randomOf } from '../plain/seeded-random.ts';
import type { CityClock } from './city-clock.ts';
import { GpsReceiver } from './gps-receiver.ts';
import { PhoneHabits, type PhoneState } from './phone-habits.ts';
import { type Biography, Resident, type ResidentOptions } from './resident.ts';

/** What the phone is up to at a moment. */
interface PhoneMoment {
  readonly state: PhoneState;
  /** Whether its owner is under way. */
  readonly isMoving: boolean;
  readonly position: Position;
}

export class Citizen {
  readonly user: UserId;
  readonly #resident: Resident;
  readonly #receiver: GpsReceiver;
  readonly #habits: PhoneHabits;
  readonly #clock: CityClock;
  readonly #alwaysOn: boolean;

  /** `alwaysOn`: the phone never stops reporting. */
  constructor(options: ResidentOptions & { readonly user: UserId; readonly alwaysOn?: boolean }) {
    const { user, biography, clock, alwaysOn = false } = options;
    this.user = user;
    this.#clock = clock;
    this.#alwaysOn = alwaysOn;
    this.#resident = new Resident(options);
    this.#receiver = new GpsReceiver(streamOf(biography, 5));
    this.#habits = new PhoneHabits(streamOf(biography, 6));
  }

  /** At that wall time (ms), never earlier than at the last call. Speeds are those one sees: the pace of the city counts. */
  at(wallMs: number): PhoneMoment {
    const motion = this.#resident.motionAt(wallMs);
    const seconds = this.#clock.secondsAt(wallMs);
    const state = this.#habits.stateAt(seconds, this.#resident.isHome);
    const seen = { ...motion, speed: motion.speed * this.#clock.pace };
    return {
      state: this.#alwaysOn ? 'reporting' : state,
      isMoving: this.#resident.mode !== undefined,
      position: { ...this.#receiver.fix(seen, seconds), battery: this.#habits.battery },
    };
  }
}

function streamOf({ seed }: Biography, stream: number) {
  return randomOf(seed, stream);
}
