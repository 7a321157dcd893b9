/** `/me/devices` routes: the devices with whose secrets apps report positions. */
import {
  deviceKindSchema,
  MIN_STAYS_VISIBLE_SECONDS,
  registeredDeviceIdSchema,
  staysVisibleSecondsSchema,
} from '@nearby-friends/protocol';
import { z } from 'zod';
import type { Device } from '../database/device-repository.ts';
import { MAX_DEVICES } from '../graph/limits.ts';
import type { ListedDevice, RegisteredDevices } from '../graph/registered-devices.ts';
import { timeSchema } from './response-schemas.ts';
import { defineRoute, type Route } from './route.ts';
import { visibleNameSchema } from './visible-name.ts';

const MAX_DEVICE_NAME_LENGTH = 64;

const deviceIdSchema = registeredDeviceIdSchema.meta({
  id: 'DeviceId',
  description: 'Of a registered device; opaque.',
});
const visibleSecondsSchema = staysVisibleSecondsSchema.describe(
  'How long its positions stay visible, s: an app in the background reports a resting phone rarely.',
);

const deviceRequestSchema = z
  .strictObject({
    name: visibleNameSchema(MAX_DEVICE_NAME_LENGTH).describe('For me; no other user sees it.'),
    staysVisibleSeconds: visibleSecondsSchema.default(MIN_STAYS_VISIBLE_SECONDS),
  })
  .meta({ id: 'DeviceRequest' });

/** What the export has of it. */
export const deviceSchema = z
  .strictObject({
    id: deviceIdSchema,
    name: z.string().max(MAX_DEVICE_NAME_LENGTH),
    kind: deviceKindSchema.nullable().describe('The app that reported last; null: none has.'),
    staysVisibleSeconds: visibleSecondsSchema,
    createdAt: timeSchema,
    lastSeenAt: timeSchema.nullable().describe('The minute of its last report; null: it has never reported.'),
  })
  .meta({ id: 'Device' });

const listedDeviceSchema = deviceSchema
  .extend({
    isSharing: z.boolean().nullable().describe('Whether my last position is from it; null: not known at the moment.'),
  })
  .meta({ id: 'ListedDevice' });

const devicesSchema = z
  .strictObject({ items: z.array(listedDeviceSchema).max(MAX_DEVICES) })
  .meta({ id: 'Devices', description: 'The oldest first.' });

const registeredDeviceSchema = z
  .strictObject({
    id: deviceIdSchema,
    name: z.string().max(MAX_DEVICE_NAME_LENGTH),
    secret: z.string().describe('43 characters of A-Za-z0-9_-. Shown only here: only its hash is kept.'),
    staysVisibleSeconds: visibleSecondsSchema,
    createdAt: timeSchema,
  })
  .meta({ id: 'RegisteredDevice' });

export function deviceToJson(device: Device): z.infer<typeof deviceSchema> {
  const { id, name, kind, staysVisibleSeconds, createdAt, lastSeenAt } = device;
  const times = { createdAt: createdAt.getTime(), lastSeenAt: lastSeenAt?.getTime() ?? null };
  return { id, name, kind, staysVisibleSeconds, ...times };
}

function listedToJson(device: ListedDevice): z.infer<typeof listedDeviceSchema> {
  return { ...deviceToJson(device), isSharing: device.isSharing };
}

export function deviceRoutes({ devices }: { devices: RegisteredDevices }): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/me/devices',
      operationId: 'listDevices',
      tag: 'Devices',
      summary: 'My registered devices',
      description: 'Without connections, such as a page that is open.',
      access: 'user',
      response: { status: 200, description: 'All of them.', schema: devicesSchema },
      handle: async ({ caller }) => ({ items: (await devices.devicesOf(caller.user)).map(listedToJson) }),
    }),
    defineRoute({
      method: 'POST',
      path: '/me/devices',
      operationId: 'registerDevice',
      tag: 'Devices',
      summary: 'Register a device',
      description:
        'Its secret lets an app report my position and see which friends are near, and nothing else, until the device is ' +
        `removed, I sign out everywhere or erase my account. At most ${MAX_DEVICES} devices can be registered. Not idempotent: after a 503, look at the list ` +
        'and remove what was registered without its secret being shown.',
      access: 'user',
      body: deviceRequestSchema,
      failures: ['device_limit'],
      response: { status: 201, description: 'The device with its secret.', schema: registeredDeviceSchema },
      async handle({ caller, body }) {
        const { id, secret, createdAt } = await devices.register(caller, body);
        return { id, ...body, secret, createdAt: createdAt.getTime() };
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/me/devices/{id}',
      operationId: 'removeDevice',
      tag: 'Devices',
      summary: 'Remove a device',
      description:
        'Its secret is void. If my last position is from it, no viewer sees that position when the call returns; another ' +
        'device shares with its next report.',
      access: 'user',
      pathId: { description: 'One of my devices.', malformed: 'invalid_payload', schema: deviceIdSchema },
      response: { status: 204, description: 'There is no such device.' },
      handle: ({ caller, id, signal }) => devices.remove(caller.user, id, signal),
    }),
  ];
}
