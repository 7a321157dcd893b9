/** Opens connections of this package to chosen gateways of a deployment and closes them after each test. */
import { afterEach } from '@jest/globals';
import type { System } from '@nearby-friends/testing';
import { connect } from './connect.ts';
import type { ConnectOptions } from './connect-options.ts';
import type { ConnectionStatus, NearbyConnection } from './nearby-connection.ts';

interface ConnectionOfTest extends NearbyConnection {
  /** All statuses so far. */
  readonly statuses: readonly ConnectionStatus[];
  readonly ids: readonly string[];
}

type ConnectAs = (
  user: string,
  options?: { gateway?: number } & Partial<Omit<ConnectOptions, 'url'>>,
) => Promise<ConnectionOfTest>;

/** Call it once in a test file, outside the tests. */
export function useConnections(deployment: System): ConnectAs {
  const connections: NearbyConnection[] = [];
  afterEach(() => {
    for (const connection of connections.splice(0)) connection.close();
  });
  return async (user, { gateway = 0, ...options } = {}) => {
    const credentials = options.token || options.getToken ? {} : { token: await deployment.token(user) };
    const connection = connect({
      url: deployment.url,
      headers: { 'x-forwarded-for': deployment.addressOn(gateway) },
      ...credentials,
      ...options,
    });
    connections.push(connection);
    const statuses = [connection.status.value];
    connection.status.subscribe((status) => statuses.push(status));
    return {
      ...connection,
      statuses,
      get ids() {
        return connection.nearby.value.map(({ id }) => id);
      },
    };
  };
}
