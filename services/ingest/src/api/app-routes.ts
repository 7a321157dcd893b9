/** The apps that may report (docs/background-apps.md). */
import { CodedError } from '@nearby-friends/protocol';
import { readGeneric } from '../formats/generic.ts';
import { readOverland } from '../formats/overland.ts';
import { readOwnTracks } from '../formats/owntracks.ts';
import { readTraccar } from '../formats/traccar.ts';
import type { Reporters } from '../reporting/reporter.ts';
import type { AppRoute } from './app-route.ts';

const KILOBYTE = 1_024;

export function appRoutes(reporters: Reporters): AppRoute[] {
  return [
    {
      path: '/api/v1/owntracks',
      app: 'owntracks',
      maxBytes: 64 * KILOBYTE,
      hasFriends: true,
      async read({ authorization, body }) {
        return { reporter: await reporters.byBasic(authorization, 'owntracks'), reading: readOwnTracks(body) };
      },
      accepted: () => [],
    },
    {
      path: '/api/v1/positions',
      app: 'generic',
      maxBytes: 16 * KILOBYTE,
      hasFriends: false,
      async read({ authorization, body }) {
        const reporter = await reporters.byBearer(authorization, 'generic', true);
        return { reporter, reading: { fix: readGeneric(body) } };
      },
      accepted: (at) => ({ ok: true, at }),
    },
    {
      path: '/api/v1/ingest/overland',
      app: 'overland',
      maxBytes: 1_024 * KILOBYTE,
      hasFriends: false,
      async read({ authorization, body }) {
        return { reporter: await reporters.byBearer(authorization, 'overland'), reading: readOverland(body) };
      },
      accepted: () => ({ result: 'ok' }),
    },
    {
      path: '/api/v1/ingest/traccar',
      app: 'traccar',
      maxBytes: 1_024 * KILOBYTE,
      hasFriends: false,
      async read({ body }) {
        const report = readTraccar(body);
        if (report === null) throw new CodedError('unauthorized', 'A device_id is required. Set it to the secret.');
        return { reporter: await reporters.bySecret(report.secret, 'traccar'), reading: report.reading };
      },
      accepted: () => ({}),
    },
  ];
}
