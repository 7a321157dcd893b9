/** What lies behind the way in: a radius, and friends in it. */

/** From the middle, in parts of 100: right, down, size; and the class of its colour. */
const FRIENDS = [
  [-30, -18, 4.2, 'a'],
  [24, -27, 3.4, 'b'],
  [36, 12, 4.8, 'c'],
  [-38, 20, 3.2, 'd'],
  [12, 33, 3.8, 'e'],
  [-12, -38, 2.8, 'c'],
] as const;

export function Scenery() {
  return (
    <svg
      class="scenery"
      viewBox="-60 -60 120 120"
      preserveAspectRatio="xMidYMid slice"
      aria-hidden="true"
      focusable="false"
    >
      {[14, 26, 38, 50].map((radius) => (
        <circle key={radius} class="scenery-ring" r={radius} />
      ))}
      {FRIENDS.map(([x, y, size, colour]) => (
        <circle key={`${x} ${y}`} class={`scenery-friend scenery-${colour}`} cx={x} cy={y} r={size} />
      ))}
    </svg>
  );
}
