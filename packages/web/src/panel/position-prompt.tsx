/** Prompts the user to choose a source of the position. */

import type { OwnPosition } from '../me/own-position.ts';
import { texts } from '../texts/language.ts';
import { Icon } from '../ui/icon.tsx';

export function PositionPrompt({ me }: { readonly me: OwnPosition }) {
  const text = texts.value;
  return (
    <div class="empty">
      <p class="empty-title">{text.whereAreYou}</p>
      <p>{text.whereAreYouHint}</p>
      <div class="choices">
        <button type="button" class="button button-main" onClick={() => me.followDevice()}>
          <Icon name="satellite" />
          {text.useDevice}
        </button>
        <button type="button" class="button" onClick={() => me.startWalking()}>
          <Icon name="walk" />
          {text.walk}
        </button>
      </div>
    </div>
  );
}
