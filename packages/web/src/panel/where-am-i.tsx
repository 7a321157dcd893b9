/** Asks a person for the one thing without which nobody can be near. */
import { Icon } from '../look/icon.tsx';
import type { OwnPosition } from '../me/own-position.ts';
import { texts } from '../texts/language.ts';

export function WhereAmI({ me }: { readonly me: OwnPosition }) {
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
        <button type="button" class="button" onClick={() => me.walkFromWhereIWas()}>
          <Icon name="walk" />
          {text.walk}
        </button>
      </div>
    </div>
  );
}
