/** Finds source addresses for each gateway of a system without other clients: the load balancer chooses by address. */
import { NearbyClient } from './nearby-client.ts';
import { readMetric } from './read-metric.ts';
import type { System } from './system.ts';

/** Resolves with the first three bytes of an address for each gateway, found by trying. */
export async function findAddressPrefixes(system: System): Promise<readonly string[]> {
  const { url, gatewayOpsPorts } = system;
  const sessions = () => Promise.all(gatewayOpsPorts.map((opsPort) => readMetric(opsPort, 'nearby_sessions')));
  const prefixes: string[] = [];
  for (let i = 1; i < 200 && prefixes.filter(Boolean).length < gatewayOpsPorts.length; i++) {
    const prefix = `10.7.${i}`;
    const probe = new NearbyClient({ url, token: await system.token('probe'), address: `${prefix}.1` });
    await probe.connect();
    const gateway = (await sessions()).findIndex((count) => count > 0);
    if (gateway >= 0) prefixes[gateway] ??= prefix;
    probe.close();
    while ((await sessions()).some((count) => count > 0));
  }
  return prefixes;
}
