/** `/me`: a user's own profile. */
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
      description: 'Whoever holds a valid token and is not known yet is made a user here.',
      access: 'user',
      answer: { status: 200, description: 'The profile.', schema: profileSchema },
      handle: async ({ caller }) => profileToJson(await profiles.read(caller.user)),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/me',
      operationId: 'changeProfile',
      tag: 'Me',
      summary: 'Change my name or my radius',
      description: 'A new radius holds on every device at once.',
      access: 'user',
      body: profileChangeSchema,
      answer: { status: 200, description: 'The profile as it is now.', schema: profileSchema },
      handle: async ({ caller, body }) => profileToJson(await profiles.change(caller.user, body)),
    }),
  ];
}
