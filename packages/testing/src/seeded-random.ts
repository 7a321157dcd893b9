/** Random numbers that are the same in every run, so that a failure can be run again. */
export { seededRandom } from '@nearby-friends/simulator';
