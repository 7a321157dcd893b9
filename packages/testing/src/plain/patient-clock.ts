/** The clock of a test's own end of a call: a busy machine does not make it give up. */
import { type Clock, systemClock } from '@nearby-friends/service-kit';

const PATIENCE = 20;

/** Real time, except that whatever waits once waits {@link PATIENCE} times as long. */
export const patientClock: Clock = {
  ...systemClock,
  after: (ms, run) => systemClock.after(ms * PATIENCE, run),
};
