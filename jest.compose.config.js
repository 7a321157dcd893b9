// The tests that need a container engine: `npm run test:compose`, one file after the other.
export { compose as default } from './jest.config.js';
