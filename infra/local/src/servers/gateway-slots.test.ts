/** Removing a gateway does not move the clients of the others. */
import { describe, expect, it } from '@jest/globals';
import { GatewaySlots } from './gateway-slots.ts';

describe('GatewaySlots', () => {
  it('keeps the place of one that went, for the next one', () => {
    const places = new GatewaySlots();
    for (const port of [1001, 1002, 1003]) places.add(port);
    places.remove(1002);
    expect(places.servers().map(({ port, down }) => (down ? 'down' : port))).toEqual([1001, 'down', 1003]);
    places.add(1004);
    places.add(1005);
    expect(places.servers().map(({ port, down }) => (down ? 'down' : port))).toEqual([1001, 1004, 1003, 1005]);
  });
});
