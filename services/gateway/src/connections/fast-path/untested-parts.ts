/** Finds out at start-up whether Node, Engine.IO and ws are the ones that the fast path was tested with. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** The fast path relies on what these do inside. Raise a version only after the tests of this folder passed with it. */
const TESTED = { node: ['20', '22', '24'], engineIo: '6.6.12', ws: '8.21.3' } as const;

export interface InstalledParts {
  /** As in `process.versions.node`. */
  readonly node: string;
  readonly engineIo: InstalledPackage;
  readonly ws: InstalledPackage;
}

interface InstalledPackage {
  readonly version: string;
  /** Whether it has the hooks of the folder `patches`. */
  readonly isPatched: boolean;
}

/** Describes each part that differs, for the log; empty when the fast path may be used. */
export function findUntestedParts({ node, engineIo, ws }: InstalledParts = findInstalledParts()): string[] {
  const [major = ''] = node.split('.');
  const isNodeTested = TESTED.node.some((tested) => tested === major);
  return [
    ...(isNodeTested ? [] : [`Node ${node}, tested with ${TESTED.node.join(', ')}`]),
    ...differencesOf('engine.io', engineIo, TESTED.engineIo),
    ...differencesOf('ws', ws, TESTED.ws),
  ];
}

function differencesOf(name: string, { version, isPatched }: InstalledPackage, tested: string): string[] {
  if (version !== tested) return [`${name} ${version}, tested with ${tested}`];
  return isPatched ? [] : [`${name} without patches/${name}@${tested}.patch`];
}

/** The packages that Socket.IO itself loads, which a second copy elsewhere does not replace. */
export function findInstalledParts(): InstalledParts {
  const requireFromSocketIo = createRequire(createRequire(import.meta.url).resolve('socket.io'));
  const requireFromEngineIo = createRequire(requireFromSocketIo.resolve('engine.io'));
  const { Socket } = requireFromSocketIo('engine.io') as { Socket: { prototype: object } };
  const { WebSocket, Receiver } = requireFromEngineIo('ws') as Record<'WebSocket' | 'Receiver', { prototype: object }>;
  return {
    node: process.versions.node,
    engineIo: {
      // Engine.IO does not export its manifest.
      version: versionIn(path.join(path.dirname(requireFromSocketIo.resolve('engine.io')), '../package.json')),
      isPatched: 'recordPing' in Socket.prototype && 'receivePong' in Socket.prototype,
    },
    ws: {
      version: versionIn(requireFromEngineIo.resolve('ws/package.json')),
      isPatched: 'tcpSocket' in WebSocket.prototype && 'isBetweenMessages' in Receiver.prototype,
    },
  };
}

function versionIn(manifest: string): string {
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  return version;
}
