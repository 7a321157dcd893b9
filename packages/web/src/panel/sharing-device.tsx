/** Says which device the user's location comes from, and lets this one take over. */
import type { SignedIn } from '../session/session.ts';
import { texts } from '../texts/language.ts';
import type { ActionRunner } from './action-runner.ts';

interface SharingDeviceProps {
  readonly signedIn: Pick<SignedIn, 'connection' | 'isSharing' | 'me'>;
  readonly actions: ActionRunner;
}

/** Each window is a device of its own: two windows may be at two places. */
export function SharingDevice({ signedIn, actions }: SharingDeviceProps) {
  const { connection, isSharing, me } = signedIn;
  const text = texts.value;
  if (me.source.value === 'none') return <p class="sharing-hint">{text.noLocationHere}</p>;
  // Not known before the first report, nor while there is no connection.
  if (isSharing.value === undefined) return null;
  if (isSharing.value) return <p class="sharing-hint">{text.locationFromHere}</p>;
  return (
    <>
      <p class="sharing-hint">{text.locationFromElsewhere}</p>
      <div class="sharing-line">
        <button
          type="button"
          class="button"
          onClick={() =>
            actions.run(
              async () => {
                await connection.shareFromThisDevice();
                await me.renew();
              },
              () => texts.value.tookOver,
            )
          }
        >
          {text.shareFromHere}
        </button>
      </div>
    </>
  );
}
