/** A button that asks before it acts: the second press does it, and another button cancels. */
import type { Signal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { texts } from '../texts/language.ts';

interface ConfirmButtonProps {
  readonly isConfirming: Signal<boolean>;
  readonly action: string;
  /** The label of the button, and the question that replaces it. */
  readonly label: string;
  readonly confirmation: string;
  readonly run: () => void;
}

export function ConfirmButton({ isConfirming, action, label, confirmation, run }: ConfirmButtonProps) {
  const button = useRef<HTMLButtonElement>(null);
  return (
    <>
      <button
        type="button"
        ref={button}
        class={isConfirming.value ? 'button button-small button-danger' : 'button button-small button-plain'}
        aria-label={isConfirming.value ? confirmation : label}
        onClick={() => {
          if (isConfirming.value) run();
          isConfirming.value = !isConfirming.value;
        }}
      >
        {action}
      </button>
      {isConfirming.value && (
        <button
          type="button"
          class="button button-small"
          onClick={() => {
            isConfirming.value = false;
            // This button goes away, and the focus with it.
            button.current?.focus();
          }}
        >
          {texts.value.cancel}
        </button>
      )}
    </>
  );
}
