// A bot in 15 lines: accepts every friend request, stands at a place, and greets who comes near.
//   node examples/greeter-bot.mjs cafe 37.7955 -122.3937 [http://localhost:8080]
import { connect, signInForDevelopment } from '@nearby-friends/client';

const [userId = 'cafe', lat, lng, url = 'http://localhost:8080'] = process.argv.slice(2);
const bot = connect({ url, getToken: async () => (await signInForDevelopment({ url, userId })).token });
const report = () => bot.updateLocation({ lat: Number(lat), lng: Number(lng) }).catch(console.error);
const acceptAll = async () => {
  for (const { id } of (await bot.api.requests.list()).incoming) await bot.api.requests.accept(id);
};
/** @type {readonly string[]} */
let near = [];
bot.nearby.subscribe((friends) => {
  for (const { id } of friends) if (!near.includes(id)) console.log(`Hello, ${id}!`);
  near = friends.map(({ id }) => id);
});
bot.onFriendsChanged(() => acceptAll().catch(console.error));
setInterval(report, 60_000);
await Promise.all([report(), acceptAll()]);
