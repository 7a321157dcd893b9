/** Runs the files of a project one after the other, after those of the other projects: for bounds on time. */
import TestRunner from 'jest-runner';

export default class SerialRunner extends TestRunner {
  isSerial = true;
}
