/** The messages on one user's channel, in order. */
import { ChannelSubscriptions, type Redis } from '@nearby-friends/bus';
import { locationKey, type UserId } from '@nearby-friends/protocol';
import { silentLogger, systemClock } from '@nearby-friends/service-kit';

interface Listener {
  /** Everything published so far and not read yet. */
  read(): Promise<Buffer[]>;
}

const END = Buffer.from('the end');

/** Resolves once `subscriber`, which must be a connection that only subscribes, listens. */
export async function listenTo(user: UserId, subscriber: Redis, commands: Redis): Promise<Listener> {
  const subscriptions = new ChannelSubscriptions({ redis: subscriber, clock: systemClock, logger: silentLogger });
  let received: Buffer[] = [];
  let onEnd: () => void = () => undefined;
  await subscriptions.subscribe(locationKey(user), (payload) => {
    if (payload.equals(END)) onEnd();
    else received.push(payload);
  });
  return {
    async read() {
      // Redis delivers a channel in order: after this message all earlier ones have arrived.
      const ended = new Promise<void>((resolve) => {
        onEnd = resolve;
      });
      await commands.spublish(locationKey(user), END);
      await ended;
      const messages = received;
      received = [];
      return messages;
    },
  };
}
