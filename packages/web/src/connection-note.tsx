/** The note over the map that says what is wrong: no network, no connection, no position, or slow updates. */
import { useSignal } from '@preact/signals';
import type { SignedIn } from './session/session.ts';
import { isOffline } from './state/is-offline.ts';
import type { Texts } from './texts/english.ts';
import { texts } from './texts/language.ts';
import { problemText } from './texts/problem-text.ts';
import { Icon } from './ui/icon.tsx';

interface Note {
  readonly sentence: string;
  readonly isProblem: boolean;
  /** What the user can do nothing about may be read once and put away. */
  readonly isDismissible: boolean;
}

export function ConnectionNote({ signedIn }: { readonly signedIn: SignedIn }) {
  const dismissed = useSignal('');
  const text = texts.value;
  const note = noteOf(signedIn, text);
  const isShown = note !== undefined && note.sentence !== dismissed.value;
  return (
    <div class="notes" role="status">
      {isShown && (
        <p class={note.isProblem ? 'note note-problem' : 'note'}>
          <span>{note.sentence}</span>
          {note.isDismissible && (
            <button
              type="button"
              class="dismiss"
              aria-label={text.dismiss}
              onClick={() => {
                dismissed.value = note.sentence;
              }}
            >
              <Icon name="close" />
            </button>
          )}
        </p>
      )}
    </div>
  );
}

function noteOf({ status, transport, me }: SignedIn, text: Texts): Note | undefined {
  const { kind } = status.value;
  const passing = { isProblem: false, isDismissible: false };
  if (isOffline.value) return { sentence: text.offline, isProblem: true, isDismissible: false };
  if (kind === 'connecting') return { sentence: text.connecting, ...passing };
  if (kind === 'reconnecting') return { sentence: text.reconnecting, ...passing };
  const problem = me.problem.value;
  if (problem) return { sentence: problemText(problem, text), isProblem: true, isDismissible: true };
  if (transport.value === 'polling') return { sentence: text.polling, isProblem: false, isDismissible: true };
  return undefined;
}
