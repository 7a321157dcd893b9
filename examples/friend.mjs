// A client in 20 lines: signs in, reports a position every 30 s and prints the friends who are near.
//   node examples/friend.mjs alice 37.7955 -122.3937 [http://localhost:8080]
import { io } from 'socket.io-client';

const [userId, lat, lng, url = 'http://localhost:8080'] = process.argv.slice(2);
const headers = { 'content-type': 'application/json' };
const response = await fetch(`${url}/api/v1/dev/tokens`, { method: 'POST', headers, body: JSON.stringify({ userId }) });
const { token, title } = await response.json();
if (!token) throw new Error(`No token for "${userId}": ${title}.`);

const near = new Map();
const show = () =>
  console.log([...near.values()].map((f) => `${f.id} at ${Math.round(f.distance)} m`).join(', ') || 'no friend near');
const socket = io(url, { auth: { token }, transports: ['websocket'] });
const report = () => socket.emit('location:update', { lat: Number(lat), lng: Number(lng) });
socket.on('connect', report);
socket.on('connect_error', (error) => console.error(error.message));
const change = (upserts, removed) => {
  for (const id of removed) near.delete(id);
  for (const friend of upserts) near.set(friend.id, friend);
  show();
};
socket.on('nearby:snapshot', ({ friends }) => change(friends, [...near.keys()]));
socket.on('nearby:changes', ({ upserts, removed }) => change(upserts, removed));
setInterval(report, 30_000);
