/** The options of `npm run replay`: what is parsed and what `--help` says come from the same table. */
import { DEFAULT_RADIUS_METERS } from '@nearby-friends/protocol';
import { PRESETS } from './presets.ts';
import { type OptionTable, optionLines } from './read-option.ts';

export const OPTION_TABLE = {
  preset: { value: 'NAME', text: `settings that fit a dataset: ${Object.keys(PRESETS).join(', ')}` },
  friendships: { value: 'FILE', text: 'CSV user,friend; default $NEARBY_DATA/friendships.csv' },
  movements: { value: 'FILE', text: 'CSV user,timestamp,lat,lon, sorted; default the preset’s in $NEARBY_DATA' },
  assign: { text: 'give the movements to the best-connected users of the friendships (an invention)' },
  speed: { value: 'N', text: 'dataset seconds per second' },
  ttl: { value: 'SECONDS', text: 'how long a position counts, in dataset time' },
  from: { value: 'TIME', text: 'play from here, ISO 8601 with zone; default the preset’s, or the first movement' },
  to: { value: 'TIME', text: 'play up to here' },
  hours: { value: 'N', text: 'play so many hours of dataset time, instead of --to' },
  radius: {
    value: 'METERS',
    text: `everybody’s radius, which stays in their profiles; default ${DEFAULT_RADIUS_METERS}`,
  },
  transport: { value: 'NAME', text: 'websocket (default), polling, or both: polling and then the upgrade' },
  checkpoints: { value: 'N', text: 'compare also so often on the way; default 4' },
  gateways: { value: 'N', text: 'gateways of the stack that is started; default 2' },
  url: { value: 'URL', text: 'replay against this deployment, which must hold the friendships and give dev tokens' },
  'deployment-ttl': { value: 'SECONDS', text: 'with --url: the POSITION_TTL_SECONDS of that deployment' },
  help: { text: 'this' },
} as const satisfies OptionTable;

export function helpText(): string {
  const presets = Object.entries(PRESETS).map(([name, { description }]) => `  ${name.padEnd(10)}${description}`);
  return `Replays movements through real clients and compares what each sees with what the dataset says.

  npm run replay -- [options]

Without --url it starts a stack of its own on this machine, imports the friendships, and stops it again. Without
--movements and --preset, the preset is checkins. Exits with 1 when a list differs from the dataset’s.

Options
${optionLines(OPTION_TABLE)}

Presets
${presets.join('\n')}
`;
}
