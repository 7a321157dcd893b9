import { describe, expect, it } from '@jest/globals';
import { capacityText } from './capacity-text.ts';
import { computeCapacity, gatewaysWithViewer } from './compute-capacity.ts';
import { parseCapacityArguments } from './parse-capacity-arguments.ts';
import { OWN_COSTS, parseUnitCosts, readUnitCosts, UNIT_COST_NAMES, type UnitCostName } from './unit-costs.ts';

const REFERENCE = { users: 10_000_000, intervalSeconds: 30, friends: 400, active: 0.1, near: 1 };
const ENV = { INIT_CWD: '/home/me' };
const MACHINE = { utilization: 0.5, connectionsPerGateway: 20_000 };
/** Everything costs 1 µs or 1 byte unless said otherwise. */
const costs =
  (given: Partial<Record<UnitCostName, number>> = {}) =>
  (name: UnitCostName): number =>
    given[name] ?? 1;

describe('the capacity', () => {
  it('has 333,000 position updates and 13.4 million deliveries a second', () => {
    const { reports, deliveries } = computeCapacity(REFERENCE, MACHINE, costs());
    expect(Math.round(reports / 1_000)).toBe(333);
    expect(deliveries / 1e6).toBeCloseTo(13.33, 1);
  });

  it('takes as many gateways as their sockets need where CPU is cheap', () => {
    const { gateways, gatewaysForConnections } = computeCapacity(REFERENCE, MACHINE, costs());
    expect(gatewaysForConnections).toBe(500);
    expect(gateways).toBe(500);
  });

  it('takes as many gateways as the CPU needs with the messages that these gateways cause', () => {
    const cost = costs({ gatewayMicrosPerMessage: 50, gatewayMicrosPerDelivery: 10 });
    const capacity = computeCapacity(REFERENCE, MACHINE, cost);
    const cores = (capacity.reports + capacity.messages * 50 + capacity.deliveries * 10) / 1e6;
    expect(capacity.gatewayCores).toBeCloseTo(cores);
    expect(capacity.gateways * MACHINE.utilization).toBeGreaterThanOrEqual(cores);
    expect((capacity.gateways - 5) * MACHINE.utilization).toBeLessThan(cores);
  });

  it('needs no more Redis messages than gateways or viewers', () => {
    expect(gatewaysWithViewer(1, 40)).toBe(1);
    expect(gatewaysWithViewer(2, 40)).toBeCloseTo(2);
    expect(gatewaysWithViewer(1_000_000, 40)).toBeCloseTo(40, 2);
    expect(gatewaysWithViewer(10, 0)).toBe(0);
  });

  it('leaves deliveries out for friends who are not near, but not the messages', () => {
    const near = computeCapacity(REFERENCE, MACHINE, costs());
    const far = computeCapacity({ ...REFERENCE, near: 0 }, MACHINE, costs());
    expect(far.deliveries).toBe(0);
    expect(far.messages).toBe(near.messages);
  });
});

describe('the unit costs', () => {
  it('of the package are complete, each with its source, and give a text with every figure’s arithmetic', async () => {
    const own = await readUnitCosts(OWN_COSTS);
    const capacity = computeCapacity(REFERENCE, MACHINE, (name) => own[name].value);
    const text = capacityText(REFERENCE, MACHINE, own, capacity);
    for (const name of UNIT_COST_NAMES) expect(text).toContain(own[name].source);
    expect(text).toContain('10,000,000 / 30 s = 333,300/s');
    expect(text).not.toContain('NaN');
  });

  it('of another file are refused with what is wrong', () => {
    expect(() => parseUnitCosts('{', 'mine.json')).toThrow('mine.json is no JSON');
    expect(() => parseUnitCosts('{}', 'mine.json')).toThrow('gatewayMicrosPerUpdate');
  });
});

describe('the options', () => {
  it('are the 10 M user reference case by default', () => {
    expect(parseCapacityArguments([], ENV)).toEqual({
      workload: REFERENCE,
      machine: { utilization: 0.6, connectionsPerGateway: 20_000 },
      costsFile: OWN_COSTS,
    });
  });

  it('have shares in per cent and files relative to where the person is', () => {
    const plan = parseCapacityArguments(['--users', '1000', '--near', '30', '--costs', 'c.json'], ENV);
    expect(plan).toMatchObject({ workload: { users: 1_000, near: 0.3 }, costsFile: '/home/me/c.json' });
  });

  it.each([[['--users', 'many']], [['--active', '101']], [['--unknown']]])('are refused: %j', (args) => {
    expect(() => parseCapacityArguments(args, ENV)).toThrow();
  });
});
