/** The user's data: a file with all of it, and the erasure of the account. */
import type { AccountExport } from '@nearby-friends/client';
import { useSignal } from '@preact/signals';
import type { Session, SignedIn } from '../session/session.ts';
import { texts } from '../texts/language.ts';
import type { ActionRunner } from './action-runner.ts';

interface DataSectionProps {
  readonly session: Session;
  readonly signedIn: Pick<SignedIn, 'connection' | 'userId'>;
  readonly actions: ActionRunner;
}

export function DataSection({ session, signedIn, actions }: DataSectionProps) {
  const { connection, userId } = signedIn;
  const isErasing = useSignal(false);
  const text = texts.value;
  return (
    <div class="data">
      <p class="small">{text.exportHint}</p>
      <button
        type="button"
        class="button"
        onClick={() =>
          actions.run(
            async () => download(await connection.api.account.export(), userId),
            () => texts.value.exported,
          )
        }
      >
        {text.exportData}
      </button>
      {isErasing.value ? (
        <EraseForm
          session={session}
          userId={userId}
          actions={actions}
          cancel={() => {
            isErasing.value = false;
          }}
        />
      ) : (
        <button
          type="button"
          class="button button-danger"
          onClick={() => {
            isErasing.value = true;
          }}
        >
          {text.erase}
        </button>
      )}
    </div>
  );
}

interface EraseFormProps {
  readonly session: Session;
  readonly userId: string;
  readonly actions: ActionRunner;
  readonly cancel: () => void;
}

/** The id is typed, because nothing brings an erased account back. */
function EraseForm({ session, userId, actions, cancel }: EraseFormProps) {
  const typed = useSignal('');
  const isBusy = useSignal(false);
  const text = texts.value;
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (typed.value.trim() !== userId || isBusy.value) return;
    isBusy.value = true;
    await actions.run(
      () => session.erase(),
      () => texts.value.erased,
    );
    isBusy.value = false;
  };
  return (
    <form class="erase" onSubmit={(event) => void submit(event)}>
      <p class="problem" id="erase-hint">
        {text.eraseHint}
      </p>
      <label class="field">
        <span>{text.typeToErase(userId)}</span>
        <input
          type="text"
          required
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          aria-describedby="erase-hint"
          value={typed.value}
          onInput={({ currentTarget }) => {
            typed.value = currentTarget.value;
          }}
        />
      </label>
      <div class="sharing-line">
        <button type="submit" class="button button-danger" disabled={typed.value.trim() !== userId || isBusy.value}>
          {text.eraseForGood}
        </button>
        <button type="button" class="button" onClick={cancel}>
          {text.cancel}
        </button>
      </div>
    </form>
  );
}

/** The file contains the last position, so its address ends with the download. */
function download(data: AccountExport, userId: string): void {
  const file = new Blob([JSON.stringify(data, null, 2)], { type: 'application/json' });
  const address = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = address;
  link.download = `nearby-friends-${userId.replaceAll(/[^\w-]/g, '_')}.json`;
  link.click();
  // Firefox reads the file after the click has returned.
  setTimeout(() => URL.revokeObjectURL(address));
}
