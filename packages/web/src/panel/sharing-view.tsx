/** Who can see me: hidden with one tap, roughly only, for a while; or nobody, for a while. */
import type { Grant, Viewer } from '@nearby-friends/client';
import { useSignal } from '@preact/signals';
import { Face } from '../look/face.tsx';
import { Icon } from '../look/icon.tsx';
import { now } from '../look/now.ts';
import type { Friendships } from '../people/friendships.ts';
import type { Texts } from '../texts/english.ts';
import { language, texts } from '../texts/language.ts';
import { untilText } from '../texts/measures.ts';
import type { Doing } from './doing.ts';
import { GrantChoice } from './grant-choice.tsx';
import { SharingCard } from './sharing-card.tsx';

interface SharingProps {
  readonly people: Friendships;
  readonly doing: Doing;
}

export function SharingView({ people, doing }: SharingProps) {
  const text = texts.value;
  const viewers = people.viewers.value;
  return (
    <>
      <SharingCard people={people} doing={doing} />
      <h2>{text.viewersHeading}</h2>
      {viewers.length === 0 && <p class="empty">{text.noViewers}</p>}
      <ul class="people">
        {viewers.map((viewer) => (
          <ViewerRow key={viewer.id} viewer={viewer} people={people} doing={doing} />
        ))}
      </ul>
    </>
  );
}

function ViewerRow({ viewer, people, doing }: SharingProps & { readonly viewer: Viewer }) {
  const isOpen = useSignal(false);
  const text = texts.value;
  const { id, displayName } = viewer;
  const isHidden = !isSeen(viewer, now.value);
  const set = (grant: Grant): void => {
    const state = (): string => stateText(grant, texts.value, now.value);
    void doing.run(
      () => people.grant(id, grant),
      () => texts.value.granted(displayName, state()),
    );
  };
  return (
    <li class={isHidden ? 'viewer viewer-hidden' : 'viewer'}>
      <div class="person">
        <Face id={id} name={displayName} />
        <span class="person-text">
          <span class="person-name">{displayName}</span>
          <span class="person-more">{stateText(viewer, text, now.value)}</span>
        </span>
        <button
          type="button"
          class="quiet-button"
          aria-label={isHidden ? text.showTo(displayName) : text.hideFrom(displayName)}
          title={isHidden ? text.showTo(displayName) : text.hideFrom(displayName)}
          onClick={() => set({ precision: isHidden ? 'exact' : 'hidden', until: null })}
        >
          <Icon name={isHidden ? 'eyeOff' : 'eye'} />
        </button>
        <button
          type="button"
          class="quiet-button turning"
          aria-expanded={isOpen.value}
          aria-label={text.sees(displayName)}
          title={text.sees(displayName)}
          onClick={() => {
            isOpen.value = !isOpen.value;
          }}
        >
          <Icon name="chevron" />
        </button>
      </div>
      {isOpen.value && <GrantChoice viewer={viewer} set={set} />}
    </li>
  );
}

/** Whether the grant lets anything through now. */
function isSeen({ precision, until }: Grant, at: number): boolean {
  return precision !== 'hidden' && (until === null || at < until);
}

function stateText(grant: Grant, text: Texts, at: number): string {
  if (!isSeen(grant, at)) return text.seesNothing;
  const state = grant.precision === 'exact' ? text.seesExact : text.seesAbout;
  return grant.until === null ? state : text.until(state, untilText(grant.until, language.value, at));
}
