/** A location instance with the RPC methods that friend-graph calls: it returns and deletes last positions. */
import { afterEach } from '@jest/globals';
import { createBus } from '@nearby-friends/bus';
import {
  encodePositionBody,
  forgetUsers,
  type Position,
  RECORD_FORMAT_VERSION,
  RECORD_HEADER_BYTES,
  readActive,
  stopSharing,
  type UserId,
} from '@nearby-friends/protocol';
import { DEFAULT_REDIS_PREFIX, Lifecycle, silentLogger, systemClock } from '@nearby-friends/service-kit';

interface PositionOfTest {
  readonly at: number;
  readonly position: Position;
  /** The device of its mark. */
  readonly device?: string;
}

export interface LocationOfTest {
  readonly positions: Map<UserId, PositionOfTest>;
  readonly forgotten: UserId[];
  /** Whose sharing has ended. */
  readonly stopped: UserId[];
}

/** Call it once in a test file, outside of tests and before its callers, so that it stops after them. */
export function useLocation(): { start(redisUrl: string): Promise<LocationOfTest> } {
  const running: Lifecycle[] = [];
  afterEach(async () => {
    for (const lifecycle of running.splice(0)) await lifecycle.stop();
  });
  return {
    async start(redisUrl) {
      const location: LocationOfTest = { positions: new Map(), forgotten: [], stopped: [] };
      const bus = createBus({
        redisUrl,
        redisPrefix: DEFAULT_REDIS_PREFIX,
        service: 'location',
        instanceId: 'stand-in',
        watch: [],
        clock: systemClock,
        logger: silentLogger,
      });
      bus.rpc.serve(readActive, ({ users }) =>
        users.flatMap((user) => {
          const known = location.positions.get(user);
          return known ? [{ user, entry: encodeEntry(known) }] : [];
        }),
      );
      bus.rpc.serve(forgetUsers, ({ users }) => {
        location.forgotten.push(...users);
        return {};
      });
      bus.rpc.serve(stopSharing, ({ user }) => {
        location.stopped.push(user);
        location.positions.delete(user);
        return {};
      });
      const lifecycle = new Lifecycle({ components: [...bus.components, bus.membership], logger: silentLogger });
      running.push(lifecycle);
      await lifecycle.start();
      return location;
    },
  };
}

/** As the location service keeps it: version, announced, active since, at, body. */
function encodeEntry({ at, position, device }: PositionOfTest): Buffer {
  const header = Buffer.alloc(RECORD_HEADER_BYTES);
  header.writeUInt8(RECORD_FORMAT_VERSION, 0);
  header.writeDoubleBE(at, 2);
  header.writeDoubleBE(at, 10);
  const mark = device === undefined ? undefined : { device, gateway: 'a-gateway', claims: false };
  return Buffer.concat([header, encodePositionBody(position, mark)]);
}
