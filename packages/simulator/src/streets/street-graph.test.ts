/** What the tiles leave apart is joined, what passes over is not, and unconnected parts are left out. */
import { describe, expect, it } from '@jest/globals';
import { road, smallTown, waysOf } from './small-town.testing.ts';
import { buildStreetGraph, type StreetGraph } from './street-graph.ts';

const degrees = (graph: StreetGraph): number[] => waysOf(graph).sort();

describe('roads on the ground', () => {
  it('meet where they cross, though neither has a point there', () => {
    const graph = buildStreetGraph([
      road([
        [0, 50],
        [100, 50],
      ]),
      road([
        [50, 0],
        [50, 100],
      ]),
    ]);
    expect(degrees(graph)).toEqual([1, 1, 1, 1, 4]);
  });

  it('meet where one ends on the other, or nearly so', () => {
    const graph = buildStreetGraph([
      road([
        [0, 50],
        [100, 50],
      ]),
      road([
        [50, 52],
        [50, 100],
      ]),
    ]);
    expect(degrees(graph)).toEqual([1, 1, 1, 3]);
  });

  it('go on across a border at which two tiles rounded differently', () => {
    const graph = buildStreetGraph([
      road([
        [0, 50],
        [96, 50],
      ]),
      road([
        [96, 51],
        [200, 50],
      ]),
    ]);
    expect(graph.junctions).toHaveLength(2);
    expect(graph.stretches).toHaveLength(1);
  });

  it('are one stretch between junctions, however many bends they have', () => {
    const graph = buildStreetGraph([
      road([
        [0, 0],
        [10, 20],
        [30, 25],
        [60, 80],
      ]),
    ]);
    expect(graph.stretches).toMatchObject([{ shape: { length: 4 } }]);
    expect(graph.stretches[0]?.meters).toBeGreaterThan(80 * 0.85);
  });
});

describe('bridges and motorways', () => {
  const below = road([
    [0, 50],
    [200, 50],
  ]);

  it('pass over what they cross', () => {
    const bridge = road(
      [
        [50, 0],
        [50, 100],
      ],
      'street',
      false,
    );
    const ramp = road([
      [50, 100],
      [120, 100],
      [120, 50],
    ]);
    // The bridge hangs on the ramp, the ramp on the street: no junction under the bridge.
    expect(degrees(buildStreetGraph([below, bridge, ramp]))).toEqual([1, 1, 1, 3]);
  });

  it('join where they end', () => {
    const bridge = road(
      [
        [50, 50],
        [50, 100],
      ],
      'street',
      false,
    );
    expect(degrees(buildStreetGraph([below, bridge]))).toEqual([1, 1, 1, 3]);
  });
});

describe('the city', () => {
  it('is the largest part that all modes can use; an island is left out', () => {
    const island = road([
      [1_000, 1_000],
      [1_050, 1_000],
    ]);
    const graph = buildStreetGraph([
      road([
        [0, 0],
        [500, 0],
      ]),
      road([
        [0, 0],
        [0, 500],
      ]),
      island,
    ]);
    expect(graph.stretches).toHaveLength(1);
  });

  it('has its addresses where streets meet, not where one bends', () => {
    const town = smallTown(4);
    expect(degrees(town)).toEqual([...Array(4).fill(2), ...Array(8).fill(3), ...Array(4).fill(4)]);
    expect(town.addresses).toHaveLength(16);
    expect(smallTown(3).addresses).toHaveLength(7);
  });

  it('has no addresses on motorways and paths', () => {
    const graph = buildStreetGraph([
      road([
        [0, 0],
        [100, 0],
        [200, 0],
      ]),
      road(
        [
          [100, 0],
          [100, 400],
        ],
        'motorway',
        false,
      ),
      road(
        [
          [200, 0],
          [200, 300],
        ],
        'path',
      ),
    ]);
    expect(graph.junctions).toHaveLength(5);
    expect(graph.addresses).toHaveLength(3);
  });

  it('is refused when there are no streets', () => {
    expect(() => buildStreetGraph([])).toThrow('no streets');
  });
});
