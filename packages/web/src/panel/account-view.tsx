/** The settings and the account of the user: name, appearance, blocked users, data, and the ways out. */
import { useSignal } from '@preact/signals';
import type { Announcer } from '../announce/announcer.ts';
import type { Friendships } from '../people/friendships.ts';
import type { Session, SignedIn } from '../session/session.ts';
import { texts } from '../texts/language.ts';
import { LanguageField, ThemeField, UnitsField } from '../ui/appearance-fields.tsx';
import type { ActionRunner } from './action-runner.ts';
import { BlockedSection } from './blocked-section.tsx';
import { DataSection } from './data-section.tsx';

/** The API's limit. */
const MAX_DISPLAY_NAME_LENGTH = 100;

interface AccountViewProps {
  readonly session: Session;
  readonly signedIn: SignedIn;
  readonly announcer: Announcer;
  readonly actions: ActionRunner;
}

export function AccountView({ session, signedIn, announcer, actions }: AccountViewProps) {
  const text = texts.value;
  return (
    <>
      <NameForm people={signedIn.people} userId={signedIn.userId} actions={actions} />
      <LanguageField />
      <ThemeField />
      <UnitsField />
      <SignOut session={session} announcer={announcer} />
      <BlockedSection signedIn={signedIn} actions={actions} />
      <h2>{text.dataHeading}</h2>
      <DataSection session={session} signedIn={signedIn} actions={actions} />
    </>
  );
}

interface NameFormProps {
  readonly people: Friendships;
  readonly userId: string;
  readonly actions: ActionRunner;
}

function NameForm({ people, userId, actions }: NameFormProps) {
  /** Null: the user has not typed. */
  const typed = useSignal<string | null>(null);
  const text = texts.value;
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const name = typed.value?.trim();
    if (!name) return;
    const isDone = await actions.run(
      () => people.rename(name),
      () => texts.value.renamed(name),
    );
    if (isDone) typed.value = null;
  };
  return (
    <form class="request-form" onSubmit={(event) => void submit(event)}>
      <label class="field">
        <span>{text.displayName}</span>
        <input
          type="text"
          required
          maxLength={MAX_DISPLAY_NAME_LENGTH}
          autocomplete="nickname"
          value={typed.value ?? people.profile.value?.displayName ?? ''}
          onInput={({ currentTarget }) => {
            typed.value = currentTarget.value;
          }}
        />
      </label>
      <button type="submit" class="button button-main">
        {text.save}
      </button>
      <p class="small">{text.yourId(userId)}</p>
    </form>
  );
}

function SignOut({ session, announcer }: Pick<AccountViewProps, 'session' | 'announcer'>) {
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
