/**
 * The idiomatic build: one Socket.IO room per friend, and a position is emitted to its user's room on all servers.
 *
 * Written as the documentation has it: https://socket.io/docs/v4/rooms/ (join, `io.to(room).emit`) and
 * https://github.com/socketio/socket.io-redis-adapter (README: "With the ioredis package", "With Redis sharded
 * Pub/Sub"). No filter by distance, no right, no cache; the token's place takes the user's name.
 */
import { createServer } from 'node:http';
import { createAdapter, createShardedAdapter } from '@socket.io/redis-adapter';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { Server } from 'socket.io';

const { REDIS_URL = '', DATABASE_URL = '', ADAPTER = 'sharded', PORT = '0', OPS_PORT = '0' } = process.env;

const pubClient = new Redis(REDIS_URL);
const subClient = pubClient.duplicate();
const database = new Pool({ connectionString: DATABASE_URL });
const complain = (error: Error): void => void process.stderr.write(`${error.message}\n`);
for (const client of [pubClient, subClient, database]) client.on('error', complain);

const io = new Server({
  adapter: ADAPTER === 'classic' ? createAdapter(pubClient, subClient) : createShardedAdapter(pubClient, subClient),
  serveClient: false,
});

io.on('connection', (socket) => {
  const userId = userOf(socket.handshake.auth['token']);
  // At once, before anything is awaited: what the client sends meanwhile must find its listener.
  socket.on('location:update', ({ lat, lng }: { lat: number; lng: number }) => {
    io.to(roomOf(userId)).emit('friend:location', { id: userId, lat, lng, at: Date.now() });
  });
  joinFriends(userId, (rooms) => socket.join(rooms)).then(() => socket.emit('rooms:joined'), complain);
});

async function joinFriends(userId: string, join: (rooms: string[]) => Promise<void> | void): Promise<void> {
  const { rows } = await database.query<{ subject_id: string }>('SELECT subject_id FROM edges WHERE viewer_id = $1', [
    userId,
  ]);
  await join(rows.map(({ subject_id }) => roomOf(subject_id)));
}

function roomOf(userId: string): string {
  return `location:${userId}`;
}

/** The claim `sub`, unverified: what checking costs is not what is compared. */
function userOf(token: string): string {
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { sub: string };
  return claims.sub;
}

io.listen(Number(PORT));
createServer((_request, response) => response.writeHead(200).end()).listen(Number(OPS_PORT), '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));
