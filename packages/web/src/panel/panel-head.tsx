/** The panel header: the user's name, the connection state and the settings. */
import { useSignal } from '@preact/signals';
import type { Announcer } from '../announce/announcer.ts';
import type { Session, SignedIn } from '../session/session.ts';
import { texts } from '../texts/language.ts';
import { LanguageField, ThemeField } from '../ui/appearance-fields.tsx';
import { Face } from '../ui/face.tsx';
import { Icon } from '../ui/icon.tsx';

interface PanelHeadProps {
  readonly session: Session;
  readonly signedIn: SignedIn;
  readonly announcer: Announcer;
}

export function PanelHead({ session, signedIn, announcer }: PanelHeadProps) {
  const isOpen = useSignal(false);
  const text = texts.value;
  const name = signedIn.people.profile.value?.displayName ?? signedIn.userId;
  const kind = signedIn.status.value.kind;
  return (
    <header class="head">
      <div class="head-line">
        <Face id={signedIn.userId} name={name} />
        <h1 class="head-name">
          <span class="head-title">{text.title}</span>
          {name}
        </h1>
        <span class={`dot dot-${kind}`} aria-hidden="true" />
        <button
          type="button"
          class="icon-button"
          aria-expanded={isOpen.value}
          aria-controls="settings"
          aria-label={text.settings}
          title={text.settings}
          onClick={() => {
            isOpen.value = !isOpen.value;
          }}
        >
          <Icon name="settings" />
        </button>
      </div>
      <div class="settings" id="settings" hidden={!isOpen.value}>
        <LanguageField />
        <ThemeField />
        <SignOut session={session} announcer={announcer} />
      </div>
    </header>
  );
}

function SignOut({ session, announcer }: Pick<PanelHeadProps, 'session' | 'announcer'>) {
  const isEverywhere = useSignal(false);
  const isBusy = useSignal(false);
  const text = texts.value;
  const signOut = async (): Promise<void> => {
    isBusy.value = true;
    const everywhere = isEverywhere.value;
    const isConfirmed = await session.signOut({ everywhere });
    const { signedOut, signedOutHere, signOutUnconfirmed } = texts.value;
    // Another device that stays signed in goes on sharing.
    announcer.say(isConfirmed ? (everywhere ? signedOut : signedOutHere) : signOutUnconfirmed);
  };
  return (
    <div class="sign-out">
      <label class="check">
        <input
          type="checkbox"
          checked={isEverywhere.value}
          onChange={({ currentTarget }) => {
            isEverywhere.value = currentTarget.checked;
          }}
        />
        <span>{text.onAllDevices}</span>
      </label>
      <button type="button" class="button" disabled={isBusy.value} onClick={() => void signOut()}>
        {text.signOut}
      </button>
    </div>
  );
}
