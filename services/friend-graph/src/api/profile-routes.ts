/** `/me` routes: a user's own profile. */
import type { Profiles } from '../graph/profiles.ts';
import { profileChangeSchema, profileSchema, profileToJson } from './profile-schemas.ts';
import { defineRoute, type Route } from './route.ts';

export function profileRoutes({ profiles }: { profiles: Pick<Profiles, 'read' | 'change'> }): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/me',
      operationId: 'readProfile',
      tag: 'Me',
      summary: 'My profile',
      description: 'Creates the user of a valid token if it is unknown.',
      access: 'user',
      response: { status: 200, description: 'The profile.', schema: profileSchema },
      handle: async ({ caller }) => profileToJson(await profiles.read(caller.user)),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/me',
      operationId: 'changeProfile',
      tag: 'Me',
      summary: 'Change my name or my radius',
      description: 'A new radius applies to all devices at once.',
      access: 'user',
      body: profileChangeSchema,
      response: { status: 200, description: 'The new profile.', schema: profileSchema },
      handle: async ({ caller, body }) => profileToJson(await profiles.change(caller.user, body)),
    }),
  ];
}
