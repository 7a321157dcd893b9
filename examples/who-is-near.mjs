// A client in 15 lines: signs in, reports a position every 30 s and prints the friends who are near at every change.
//   node examples/who-is-near.mjs alice 37.7955 -122.3937 [http://localhost:8080]
import { connect, signInForDevelopment } from '@nearby-friends/client';

const [userId = 'alice', lat, lng, url = 'http://localhost:8080'] = process.argv.slice(2);
const getToken = async () => (await signInForDevelopment({ url, userId })).token;
const connection = connect({ url, getToken });

connection.status.subscribe((status) => console.log(status.kind, 'error' in status ? status.error?.message : ''));
connection.nearby.subscribe((friends) => {
  console.log(friends.map(({ id, distance }) => `${id} at ${Math.round(distance)} m`).join(', ') || 'no friend near');
});
const report = () => connection.updateLocation({ lat: Number(lat), lng: Number(lng) }).catch(console.error);
setInterval(report, 30_000);
await report();
