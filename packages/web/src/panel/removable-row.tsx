/** A row of a list with a button that removes it after a second press. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { texts } from '../texts/language.ts';
import { Face } from '../ui/face.tsx';
import { ConfirmButton } from './confirm-button.tsx';

interface RemovableRowProps {
  /** Shown as an avatar before the name. */
  readonly faceOf?: string;
  readonly name: string;
  /** What stands below the name until the user is asked. */
  readonly children?: ComponentChildren;
  /** The text of the button, by default that it removes. */
  readonly action?: string;
  /** The label of the button. */
  readonly removeLabel: string;
  /** The question, by default whether to remove `name`. */
  readonly confirmation?: string;
  readonly remove: () => void;
}

export function RemovableRow(props: RemovableRowProps) {
  const { faceOf, name, children, removeLabel, remove } = props;
  const isConfirming = useSignal(false);
  const text = texts.value;
  const { action = text.remove, confirmation = text.reallyRemove(name) } = props;
  return (
    <li class="person">
      {faceOf !== undefined && <Face id={faceOf} name={name} />}
      <span class="person-text">
        <span class="person-name">{name}</span>
        <span class="person-more">{isConfirming.value ? confirmation : children}</span>
      </span>
      <ConfirmButton
        isConfirming={isConfirming}
        action={action}
        label={removeLabel}
        confirmation={confirmation}
        run={remove}
      />
    </li>
  );
}
