/** Groups client addresses by who owns them: an IPv4 address, or the /64 network that one IPv6 client has to itself. */
import { isIPv6 } from 'node:net';

const HEXTETS = 8;
const NETWORK_HEXTETS = 4;
const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** Equal for addresses of one client. Anything but an address is returned as it is. */
export function addressKey(address: string): string {
  const mapped = MAPPED_IPV4.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [left = '', right] = address.replace(/%.*$/, '').toLowerCase().split('::');
  const head = hextets(left);
  const tail = right === undefined ? [] : hextets(right);
  const zeros = Array.from({ length: Math.max(0, HEXTETS - head.length - tail.length) }, () => '0');
  const network = [...head, ...zeros, ...tail].slice(0, NETWORK_HEXTETS);
  return `${network.map((hextet) => hextet.replace(/^0+(?=.)/, '')).join(':')}::/64`;
}

function hextets(text: string): string[] {
  return text === '' ? [] : text.split(':');
}
