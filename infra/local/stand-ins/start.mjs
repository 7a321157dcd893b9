// Runs `npm start` with the stand-ins, for tests of the launcher. Needs the built infra/local.
import { fileURLToPath } from 'node:url';
import { main } from '../dist/start/start.js';

const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const service = file('service.mjs');
const entryPoints = {
  gateway: service,
  location: service,
  'friend-graph': service,
  ingest: service,
  alerts: service,
  migrate: file('migrate.mjs'),
  residents: file('residents.mjs'),
};
process.exit(await main(process.argv.slice(2), { entryPoints }));
