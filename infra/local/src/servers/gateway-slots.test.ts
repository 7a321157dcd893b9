/** Removing a gateway does not move the clients of the others. */
import { describe, expect, it } from '@jest/globals';
import { GatewaySlots } from './gateway-slots.ts';

describe('GatewaySlots', () => {
  it('keeps the slot of a removed gateway for the next one', () => {
    const slots = new GatewaySlots();
    for (const port of [1001, 1002, 1003]) slots.add(port);
    slots.remove(1002);
    expect(slots.servers().map(({ port, down }) => (down ? 'down' : port))).toEqual([1001, 'down', 1003]);
    slots.add(1004);
    slots.add(1005);
    expect(slots.servers().map(({ port, down }) => (down ? 'down' : port))).toEqual([1001, 1004, 1003, 1005]);
  });
});
