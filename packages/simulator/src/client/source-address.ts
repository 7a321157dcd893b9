/** Gives every simulated user an address in a separate network, as the users of a real deployment have. */

/** Addresses 10.a.b.c: 65,536 networks of 254 hosts. */
const NETWORKS = 256 * 256;
const HOSTS_PER_NETWORK = 254;

/**
 * The address of the user with this index (0, 1, 2 …). nginx's `ip_hash` uses the first three octets only, so
 * consecutive users get different /24s; users share one only after 65,536 others.
 */
export function sourceAddress(userIndex: number): string {
  const network = userIndex % NETWORKS;
  const host = 1 + (Math.floor(userIndex / NETWORKS) % HOSTS_PER_NETWORK);
  return `10.${network >> 8}.${network & 255}.${host}`;
}
