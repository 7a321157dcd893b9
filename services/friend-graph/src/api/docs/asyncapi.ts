/** Creates the AsyncAPI 3.0 document of the socket events from the schemas that validate them. */
import { CLIENT_PROTOCOL_VERSION } from '@nearby-friends/protocol';
import { z } from 'zod';
import type { JsonSchema } from './json-schema.ts';
import { CLIENT_EVENTS, FIELD_NOTES, HANDSHAKE, SERVER_EVENTS } from './socket-events.ts';

const CHANNEL = 'root';
const CONNECT = 'connect';
const CONNECT_ERROR = 'connect_error';

interface AsyncApiMessage {
  readonly name: string;
  readonly summary: string;
  readonly payload: JsonSchema;
}
interface Operation {
  readonly action: 'send' | 'receive';
  readonly channel: JsonSchema;
  readonly summary: string;
  readonly messages: readonly JsonSchema[];
  readonly reply?: JsonSchema;
}
export interface AsyncApiDocument {
  readonly asyncapi: '3.0.0';
  readonly info: JsonSchema;
  readonly servers: JsonSchema;
  readonly channels: { readonly root: JsonSchema & { readonly messages: Record<string, AsyncApiMessage> } };
  /** From the point of view of the server. */
  readonly operations: Record<string, Operation>;
}

/** `location:update` → `location-update`: a name that is valid in a reference. */
export const referenceName = (event: string) => event.replace(':', '-');

/** `publicUrl` is the address of the deployment in browsers; empty if it is not known. */
export function asyncApiDocument(publicUrl: string): AsyncApiDocument {
  const messages: Record<string, AsyncApiMessage> = {};
  const operations: Record<string, Operation> = {};
  const add = (name: string, summary: string, payload: z.ZodType) => {
    messages[referenceName(name)] = { name, summary, payload: toJsonSchema(payload) };
    return [{ $ref: `#/channels/${CHANNEL}/messages/${referenceName(name)}` }];
  };
  const channel = { $ref: `#/channels/${CHANNEL}` };

  const connecting = 'auth of the Socket.IO handshake; never the query string.';
  const refusing = 'The connection is refused; err.data of the error.';
  operations[CONNECT] = {
    action: 'receive',
    channel,
    summary: connecting,
    messages: add(CONNECT, connecting, HANDSHAKE.auth),
    reply: { channel, messages: add(CONNECT_ERROR, refusing, HANDSHAKE.refusal) },
  };
  for (const [name, { summary, payload, ack }] of Object.entries(CLIENT_EVENTS)) {
    const ackName = `${referenceName(name)}-ack`;
    operations[referenceName(name)] = {
      action: 'receive',
      channel,
      summary,
      messages: add(name, summary, payload),
      reply: { channel, messages: add(ackName, `Acknowledgement of ${name}, if the client requests one.`, ack) },
    };
  }
  for (const [name, { summary, payload }] of Object.entries(SERVER_EVENTS)) {
    operations[referenceName(name)] = { action: 'send', channel, summary, messages: add(name, summary, payload) };
  }
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'nearby-friends',
      version: `${CLIENT_PROTOCOL_VERSION}.0.0`,
      description:
        'Positions over Socket.IO 4: WebSocket first, long-polling as the fallback. The HTTP API controls who may see whom.',
    },
    servers: { here: serverAt(publicUrl) },
    channels: { [CHANNEL]: { address: '/', title: 'The main namespace', messages } },
    operations,
  };
}

function serverAt(publicUrl: string): JsonSchema {
  if (publicUrl !== '') {
    const { host, pathname, protocol } = new URL(publicUrl);
    return {
      host,
      pathname: `${pathname.replace(/\/$/, '')}/socket.io/`,
      protocol: protocol === 'https:' ? 'wss' : 'ws',
      description: 'Socket.IO 4 (Engine.IO 4).',
    };
  }
  return {
    host: '{host}',
    pathname: '/socket.io/',
    protocol: 'wss',
    description: 'Socket.IO 4 (Engine.IO 4) on the host of this document; ws where it is served without TLS.',
    variables: { host: { description: 'The host of this document.', default: 'localhost:8080' } },
  };
}

/** In the form of the sender: receivers must ignore unknown fields. */
function toJsonSchema(schema: z.ZodType): JsonSchema {
  const { $schema, ...own } = z.toJSONSchema(schema, { target: 'draft-7', io: 'input' }) as JsonSchema;
  return withNotes(own) as JsonSchema;
}

function withNotes(value: unknown, name?: string): unknown {
  if (Array.isArray(value)) return value.map((item) => withNotes(item));
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const [key, part] of Object.entries(value))
    copy[key] = key === 'properties' ? ofProperties(part) : withNotes(part);
  const note = name === undefined ? undefined : FIELD_NOTES[name];
  return note === undefined ? copy : { description: note, ...copy };
}

function ofProperties(properties: object): JsonSchema {
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, withNotes(schema, name)]));
}
