/** The registered devices of the user, each with a button that removes it. */
import type { DeviceKind, ListedDevice } from '@nearby-friends/client';
import { useSignal } from '@preact/signals';
import type { RegisteredDevices } from '../me/registered-devices.ts';
import { now } from '../state/now.ts';
import type { Texts } from '../texts/english.ts';
import { language, texts } from '../texts/language.ts';
import { lastSeenText } from '../texts/measures.ts';
import type { ActionRunner } from './action-runner.ts';

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
  const isConfirming = useSignal(false);
  const text = texts.value;
  const { id, name } = device;
  return (
    <li class="person">
      <span class="person-text">
        <span class="person-name">{name}</span>
        <span class="person-more">
          {isConfirming.value ? text.reallyRemove(name) : stateText(device, text, now.value)}
        </span>
      </span>
      <button
        type="button"
        class={isConfirming.value ? 'button button-small button-danger' : 'button button-small button-plain'}
        aria-label={isConfirming.value ? text.reallyRemove(name) : text.removeDevice(name)}
        onClick={() => {
          if (isConfirming.value)
            void actions.run(
              () => devices.remove(id),
              () => texts.value.deviceRemoved(name),
            );
          isConfirming.value = !isConfirming.value;
        }}
      >
        {text.remove}
      </button>
      {isConfirming.value && (
        <button
          type="button"
          class="button button-small"
          onClick={() => {
            isConfirming.value = false;
          }}
        >
          {text.cancel}
        </button>
      )}
    </li>
  );
}

function stateText({ kind, lastSeenAt, isSharing }: ListedDevice, text: Texts, at: number): string {
  if (lastSeenAt === null) return text.neverReported;
  const app = kind === null || kind === 'generic' ? null : APPS[kind];
  const reported = text.lastReported(lastSeenText(lastSeenAt, language.value, at));
  return [app, reported, isSharing ? text.deviceShares : null].filter((part) => part).join(' · ');
}
