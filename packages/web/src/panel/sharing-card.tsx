/** Shows whether sharing is on and from which device, with buttons that change it. */
import { useSignal } from '@preact/signals';
import type { OwnPosition } from '../me/own-position.ts';
import { ScreenWakeLock } from '../me/screen-wake-lock.ts';
import { isVisible } from '../people/visible-grant.ts';
import type { SignedIn } from '../session/session.ts';
import { exactNow, now } from '../state/now.ts';
import { language, texts } from '../texts/language.ts';
import { untilText } from '../texts/measures.ts';
import { Icon } from '../ui/icon.tsx';
import type { ActionRunner } from './action-runner.ts';
import { DURATION_CHOICES, type DurationChoice, expiryOf } from './duration-choice.ts';
import { SharingDevice } from './sharing-device.tsx';

export function SharingCard({ signedIn, actions }: { readonly signedIn: SignedIn; readonly actions: ActionRunner }) {
  const { people } = signedIn;
  const end = useSignal<DurationChoice>('never');
  const text = texts.value;
  const { until } = people.sharing.value;
  const isPaused = people.isPausedAt(now.value);
  // The state after its end has no end of its own.
  const endsAt = until !== null && until > now.value ? until : null;
  const count = people.viewers.value.filter((viewer) => isVisible(viewer, now.value)).length;
  const ends: Readonly<Record<DurationChoice, string>> = {
    never: text.untilResumed,
    hour: text.oneHour,
    tonight: text.tonight,
  };
  const paused =
    endsAt === null ? text.sharingPaused : text.sharingPausedUntil(untilText(endsAt, language.value, now.value));
  // A window without a location does not know whether another one shares.
  const isReporting = signedIn.me.source.value !== 'none';
  const on = isReporting ? text.sharingOn : text.sharingIsOn;
  const visible = endsAt === null ? on : text.sharingOnUntil(untilText(endsAt, language.value, now.value));
  // To say "0 people can see you" sounds as if all were well.
  const isAlone = !isPaused && count === 0;
  return (
    <div class={isPaused ? 'sharing sharing-paused' : 'sharing'}>
      <p class="sharing-state">{isPaused ? paused : isAlone ? text.sharingOnAlone : visible}</p>
      {isPaused && <p class="sharing-hint">{text.sharingPausedHint}</p>}
      {!isPaused && !isAlone && isReporting && <p class="sharing-hint">{text.sharingOnHint(count)}</p>}
      <div class="sharing-line">
        {isPaused ? (
          <button
            type="button"
            class="button button-main"
            onClick={() =>
              actions.run(
                () => people.setPaused(false, null),
                () => texts.value.resumed,
              )
            }
          >
            <Icon name="play" />
            {text.resume}
          </button>
        ) : (
          <>
            <button
              type="button"
              class="button button-main"
              onClick={() =>
                actions.run(
                  () => people.setPaused(true, expiryOf(end.value, exactNow())),
                  () => texts.value.paused,
                )
              }
            >
              <Icon name="pause" />
              {text.pause}
            </button>
            <select
              aria-label={text.pauseFor}
              value={end.value}
              onChange={({ currentTarget }) => {
                end.value = currentTarget.value as DurationChoice;
              }}
            >
              {DURATION_CHOICES.map((choice) => (
                <option key={choice} value={choice}>
                  {ends[choice]}
                </option>
              ))}
            </select>
          </>
        )}
      </div>
      {!isPaused && <SharingDevice signedIn={signedIn} actions={actions} />}
      <FastReports me={signedIn.me} />
      {isReporting && <WhileHidden wakeLock={signedIn.wakeLock} />}
    </div>
  );
}

/** Only where the device's own location is reported: a place on the map costs no battery. */
function FastReports({ me }: { readonly me: OwnPosition }) {
  const text = texts.value;
  if (me.source.value !== 'device') return null;
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={me.fastReports.value}
        onChange={({ currentTarget }) => me.setFastReports(currentTarget.checked)}
      />
      <span>{text.fastReports}</span>
    </label>
  );
}

/** A hidden page, or a phone with a dark screen, reports little or nothing. */
function WhileHidden({ wakeLock }: Pick<SignedIn, 'wakeLock'>) {
  const text = texts.value;
  return (
    <>
      <p class="sharing-hint">{text.whileHidden}</p>
      {ScreenWakeLock.isSupported() && (
        <label class="check">
          <input
            type="checkbox"
            checked={wakeLock.isOn.value}
            onChange={({ currentTarget }) => wakeLock.set(currentTarget.checked)}
          />
          <span>{text.keepScreenOn}</span>
        </label>
      )}
    </>
  );
}
