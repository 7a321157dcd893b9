/** Replays of real movements, and a city of made-up ones, through real clients: for the command line and end-to-end tests. */

export { seededRandom } from './city/seeded-random.ts';
export type { TransportChoice } from './client/simulated-client.ts';
export { sourceAddress } from './client/source-address.ts';
export { assignMovers } from './dataset/assign-movers.ts';
export { byNumberOfFriends, type Friendships, friendshipsOf, readFriendships } from './dataset/friendships.ts';
export { type Movement, readMovements, type TimeWindow, within } from './dataset/movements.ts';
export { type WindowFigures, windowFigures } from './dataset/window-figures.ts';
export type { Difference, DifferenceKind } from './oracle/differences.ts';
export type { CheckpointResult } from './run/checkpoint.ts';
export type { Disturbance } from './run/disturbances.ts';
export type { Measured } from './run/measurements.ts';
export { type OwnStackOptions, startOwnStack } from './run/own-stack.ts';
export type { ReplayOptions, ReplayProgress, WatchedViewer } from './run/replay-options.ts';
export type { ReplayReport } from './run/replay-report.ts';
export { replay } from './run/replay-run.ts';
export type { SimulationReport } from './run/simulation-report.ts';
export type { Durations } from './run/timings.ts';
