/** The registered devices of the user, each with a button that removes it. */
import type { DeviceKind, ListedDevice } from '@nearby-friends/client';
import type { RegisteredDevices } from '../me/registered-devices.ts';
import { now } from '../state/now.ts';
import type { Texts } from '../texts/english.ts';
import { language, texts } from '../texts/language.ts';
import { lastSeenText } from '../texts/measures.ts';
import type { ActionRunner } from './action-runner.ts';
import { RemovableRow } from './removable-row.tsx';

interface DeviceListProps {
  readonly devices: RegisteredDevices;
  readonly actions: ActionRunner;
}

const APPS: Readonly<Record<Exclude<DeviceKind, 'generic'>, string>> = {
  owntracks: 'OwnTracks',
  overland: 'Overland',
  traccar: 'Traccar',
};

export function DeviceList({ devices, actions }: DeviceListProps) {
  const list = devices.list.value;
  if (list?.length === 0) return <p class="empty">{texts.value.noDevices}</p>;
  return (
    <ul class="people">
      {list?.map((device) => (
        <DeviceRow key={device.id} device={device} devices={devices} actions={actions} />
      ))}
    </ul>
  );
}

function DeviceRow({ device, devices, actions }: DeviceListProps & { readonly device: ListedDevice }) {
  const text = texts.value;
  const { id, name } = device;
  return (
    <RemovableRow
      name={name}
      removeLabel={text.removeDevice(name)}
      remove={() =>
        void actions.run(
          () => devices.remove(id),
          () => texts.value.deviceRemoved(name),
        )
      }
    >
      {stateText(device, text, now.value)}
    </RemovableRow>
  );
}

function stateText({ kind, lastSeenAt, isSharing }: ListedDevice, text: Texts, at: number): string {
  if (lastSeenAt === null) return text.neverReported;
  const app = kind === null || kind === 'generic' ? null : APPS[kind];
  const reported = text.lastReported(lastSeenText(lastSeenAt, language.value, at));
  return [app, reported, isSharing ? text.deviceShares : null].filter((part) => part).join(' · ');
}
