/** Registers a device and shows its secret once. */
import type { DeviceWithSecret } from '@nearby-friends/client';
import { type Signal, useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { owntracksUrl } from '../me/owntracks-setup.ts';
import type { RegisteredDevices } from '../me/registered-devices.ts';
import { pageBase } from '../settings/page-base.ts';
import { texts } from '../texts/language.ts';
import type { ActionRunner } from './action-runner.ts';
import { copyText } from './copy-text.ts';
import { MAX_DEVICE_NAME_LENGTH, STAYS_VISIBLE_CHOICES } from './device-choices.ts';
import { OwnTracksGuide } from './owntracks-guide.tsx';

interface DeviceFormProps {
  readonly devices: RegisteredDevices;
  readonly userId: string;
  readonly actions: ActionRunner;
}

export function DeviceForm({ devices, userId, actions }: DeviceFormProps) {
  const name = useSignal('');
  const staysVisibleSeconds = useSignal<number>(STAYS_VISIBLE_CHOICES[0]);
  const isBusy = useSignal(false);
  /** Kept while it is shown and no longer. */
  const registered = useSignal<DeviceWithSecret | null>(null);
  const text = texts.value;
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const chosen = name.value.trim();
    if (chosen === '' || isBusy.value) return;
    isBusy.value = true;
    const isDone = await actions.run(
      async () => {
        const device = { name: chosen, staysVisibleSeconds: staysVisibleSeconds.value };
        registered.value = await devices.register(device);
      },
      () => texts.value.deviceAdded(chosen),
    );
    isBusy.value = false;
    if (isDone) name.value = '';
  };
  if (registered.value) return <Secret registered={registered} userId={userId} actions={actions} />;
  return (
    <form class="request-form" onSubmit={(event) => void submit(event)}>
      <label class="field field-wide">
        <span>{text.deviceName}</span>
        <input
          type="text"
          value={name.value}
          required
          maxLength={MAX_DEVICE_NAME_LENGTH}
          autocomplete="off"
          placeholder={text.deviceNamePlaceholder}
          onInput={({ currentTarget }) => {
            name.value = currentTarget.value;
          }}
        />
      </label>
      <label class="field">
        <span>{text.staysVisible}</span>
        <select
          value={staysVisibleSeconds.value}
          onChange={({ currentTarget }) => {
            staysVisibleSeconds.value = Number(currentTarget.value);
          }}
        >
          {STAYS_VISIBLE_CHOICES.map((seconds) => (
            <option key={seconds} value={seconds}>
              {text.minutes(seconds / 60)}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="button button-main" disabled={isBusy.value}>
        {text.addDevice}
      </button>
    </form>
  );
}

interface SecretProps {
  readonly registered: Signal<DeviceWithSecret | null>;
  readonly userId: string;
  readonly actions: ActionRunner;
}

function Secret({ registered, userId, actions }: SecretProps) {
  const field = useRef<HTMLInputElement>(null);
  const text = texts.value;
  const device = registered.value;
  if (device === null) return null;
  return (
    <div class="request-form">
      <p class="small">{text.secretHint(device.name, userId)}</p>
      <label class="field field-wide">
        <span>{text.secret}</span>
        <input type="text" ref={field} readOnly value={device.secret} autocomplete="off" spellcheck={false} />
      </label>
      <button
        type="button"
        class="button button-main"
        onClick={() =>
          copyText(field.current).then(
            () => actions.say(() => texts.value.secretCopied),
            () => actions.say(() => texts.value.secretNotCopied),
          )
        }
      >
        {text.copySecret}
      </button>
      <OwnTracksGuide url={owntracksUrl(pageBase())} userId={userId} secret={device.secret} />
      <button
        type="button"
        class="button"
        onClick={() => {
          registered.value = null;
        }}
      >
        {text.secretDone}
      </button>
    </div>
  );
}
