/** Distances on the sphere the public protocol measures on. */
export { distanceMeters, EARTH_RADIUS_METERS } from './distance.ts';
export { mayBeWithin } from './may-be-within.ts';
