/** The panel header: the user's name, the connection state and the button for the settings. */
import type { Signal } from '@preact/signals';
import type { SignedIn } from '../session/session.ts';
import { isOffline } from '../state/is-offline.ts';
import { texts } from '../texts/language.ts';
import { Face } from '../ui/face.tsx';
import { Icon } from '../ui/icon.tsx';

interface PanelHeadProps {
  readonly signedIn: SignedIn;
  /** Whether the settings are shown in place of the tabs. */
  readonly isSettingsOpen: Signal<boolean>;
}

export function PanelHead({ signedIn, isSettingsOpen: isOpen }: PanelHeadProps) {
  const text = texts.value;
  const name = signedIn.people.profile.value?.displayName ?? signedIn.userId;
  const kind = isOffline.value ? 'offline' : signedIn.status.value.kind;
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
          <Icon name={isOpen.value ? 'close' : 'settings'} />
        </button>
      </div>
    </header>
  );
}
