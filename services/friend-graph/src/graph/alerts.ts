/** Decides when users want to be alerted, and where the messages go. */
import { createHash, ECDH } from 'node:crypto';
import {
  type AlertLanguage,
  CodedError,
  isPushServiceAccepted,
  type PushSubscription,
  type UserId,
} from '@nearby-friends/protocol';
import type { AlertSettings, AlertSettingsChange, MutedFriend } from '../database/alert-repository.ts';
import type { Repositories } from '../database/create-repositories.ts';
import type { TokenHolder } from './accounts.ts';
import { requireAdmitted } from './admission.ts';

/** Port: the public key that browsers subscribe with; null while nothing sends alerts. */
export type ReadPushKey = () => Promise<string | null>;

export interface ChosenSettings extends AlertSettings {
  readonly muted: MutedFriend[];
}

/** What a browser says of its subscription. */
export interface NewSubscription {
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
  readonly language: AlertLanguage;
}

type Sources = Pick<Repositories, 'transactions' | 'users' | 'alerts' | 'pushSubscriptions' | 'revocations'>;

export class Alerts {
  readonly #repositories: Sources;
  readonly #readPushKey: ReadPushKey;
  readonly #pushServices: readonly string[];

  constructor(options: { repositories: Sources; readPushKey: ReadPushKey; pushServices: readonly string[] }) {
    this.#repositories = options.repositories;
    this.#readPushKey = options.readPushKey;
    this.#pushServices = options.pushServices;
  }

  /** Rejects with `push_off` while nothing sends alerts, and with `unavailable`. */
  async pushKey(): Promise<string> {
    const key = await this.#readPushKey().catch((cause: unknown) => {
      throw new CodedError('unavailable', 'The key cannot be read at the moment. Try again.', { cause });
    });
    if (key !== null) return key;
    throw new CodedError('push_off', 'This deployment sends no alerts. Its operator can turn them on.');
  }

  async settingsOf(user: UserId): Promise<ChosenSettings> {
    const { alerts } = this.#repositories;
    const [settings, muted] = await Promise.all([alerts.settingsOf(user), alerts.mutedBy(user)]);
    return { ...settings, muted };
  }

  async change(user: UserId, change: AlertSettingsChange): Promise<ChosenSettings> {
    const { users, alerts } = this.#repositories;
    await users.createIfNew(user);
    const [settings, muted] = await Promise.all([alerts.change(user, change), alerts.mutedBy(user)]);
    return { ...settings, muted };
  }

  /** Null: no longer. Rejects with `not_found` if the two are not friends. */
  async mute(user: UserId, friend: UserId, until: number | null): Promise<void> {
    const isFriend = await this.#repositories.alerts.mute(user, friend, until === null ? null : new Date(until));
    if (!isFriend) throw new CodedError('not_found', 'There is no such friend.');
  }

  /**
   * Idempotent; a browser repeats it now and then. The user's oldest subscription makes room. As with devices, none is added
   * behind a sign-out by a call that was authenticated before. Returns the id, which the endpoint decides.
   */
  async subscribe({ user, issuedAt }: TokenHolder, subscription: NewSubscription): Promise<string> {
    const { endpoint, keys, language } = subscription;
    if (!isPushServiceAccepted(endpoint, this.#pushServices)) {
      const message = 'endpoint must be an https address of a known push service. Others can be named by the operator.';
      throw new CodedError('invalid_payload', message);
    }
    if (!isPublicKey(keys.p256dh)) throw new CodedError('invalid_payload', 'keys.p256dh must be a point of P-256.');
    const { transactions, users, revocations, pushSubscriptions } = this.#repositories;
    const stored: PushSubscription = { id: idOfEndpoint(endpoint), endpoint, ...keys, language };
    await users.createIfNew(user);
    await transactions.run(async (transaction) => {
      await transaction.lockDevices(user);
      const exists = await transaction.lockUser(user);
      requireAdmitted(await revocations.revocationOf(user, transaction), issuedAt, exists);
      await pushSubscriptions.put(transaction, user, stored);
    });
    return stored.id;
  }

  /** Idempotent, also for an unknown id. */
  async unsubscribe(user: UserId, id: string): Promise<void> {
    await this.#repositories.pushSubscriptions.remove(user, id);
  }
}

function idOfEndpoint(endpoint: string): string {
  return createHash('sha256').update(endpoint).digest('base64url');
}

function isPublicKey(p256dh: string): boolean {
  try {
    ECDH.convertKey(p256dh, 'prime256v1', 'base64url');
    return true;
  } catch {
    return false;
  }
}
