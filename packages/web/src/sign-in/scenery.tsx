/** The background of the sign-in page: a radius with friends. */

/** x and y from the centre, radius and colour class. */
const FRIENDS = [
  [-44, -20, 3.4, 'a'],
  [37, -29, 2.8, 'b'],
  [55, 15, 3.8, 'c'],
  [-49, 23, 2.6, 'd'],
  [33, 33, 2.9, 'e'],
  [-29, 36, 2.2, 'c'],
  [-66, 4, 2.4, 'e'],
  [68, -14, 2.2, 'a'],
] as const;

export function Scenery() {
  return (
    <svg
      class="scenery"
      viewBox="-80 -80 160 160"
      preserveAspectRatio="xMidYMid slice"
      aria-hidden="true"
      focusable="false"
    >
      {[20, 38, 56, 74].map((radius) => (
        <circle key={radius} class="scenery-ring" r={radius} />
      ))}
      {FRIENDS.map(([x, y, size, colour]) => (
        <circle key={`${x} ${y}`} class={`scenery-friend scenery-${colour}`} cx={x} cy={y} r={size} />
      ))}
    </svg>
  );
}
