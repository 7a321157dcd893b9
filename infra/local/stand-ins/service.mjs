// Stands in for a service in tests of the stack: ready as soon as it listens; STAND_IN chooses another behaviour.
//   never-ready   listens and is never ready      fail   prints the reason, exits 3      stubborn   ignores SIGTERM
import { createServer } from 'node:http';

const { INSTANCE_ID, OPS_PORT, PORT, HOST, STAND_IN } = process.env;
const say = (msg, more = {}) => {
  process.stdout.write(`${JSON.stringify({ level: 'info', time: new Date().toISOString(), msg, ...more })}\n`);
};

if (STAND_IN === 'fail') {
  process.stderr.write('the stand-in cannot start: no such thing as luck\n');
  process.exit(3);
}

createServer((_, response) => {
  response.writeHead(STAND_IN === 'never-ready' ? 503 : 200).end();
}).listen(Number(OPS_PORT), HOST);

if (PORT !== undefined) {
  createServer((request, response) => {
    const isTokenRequest = request.url === '/api/v1/dev/tokens';
    response.writeHead(isTokenRequest ? 201 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ instance: INSTANCE_ID, token: 'a.b.c', expiresAt: Date.now() + 60_000 }));
  }).listen(Number(PORT), HOST);
}

process.on('SIGTERM', () => {
  if (STAND_IN === 'stubborn') return;
  say('stopping in order');
  process.exit(0);
});
say('started', { hasDatabase: process.env.DATABASE_URL !== undefined, ttl: process.env.POSITION_TTL_SECONDS });
