/** The panel header: the user's name, the connection state and the settings. */
import { useSignal } from '@preact/signals';
import type { Session, SignedIn } from '../session/session.ts';
import { texts } from '../texts/language.ts';
import { LanguageField, ThemeField } from '../ui/appearance-fields.tsx';
import { Face } from '../ui/face.tsx';
import { Icon } from '../ui/icon.tsx';

export function PanelHead({ session, signedIn }: { readonly session: Session; readonly signedIn: SignedIn }) {
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
        <button type="button" class="button" onClick={() => session.signOut()}>
          {text.signOut}
        </button>
      </div>
    </header>
  );
}
