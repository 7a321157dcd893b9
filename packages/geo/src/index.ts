/** Distances on the sphere the public protocol measures on, and the grid of approximate positions. */
export { approximate, CELL_METERS, hashOfUser, type Place } from './approximate.ts';
export { distanceMeters, EARTH_RADIUS_METERS } from './distance.ts';
export { GRID_PERIOD_MS, GridSchedule } from './grid-schedule.ts';
export { mayBeWithin, minDistanceMeters } from './may-be-within.ts';
export { isPlausibleMove, TOLERATED_JUMPS } from './plausible-movement.ts';
