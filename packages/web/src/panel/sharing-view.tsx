/** The tab for sharing: pause, viewers and their grants. */
import type { Grant, Viewer } from '@nearby-friends/client';
import { useSignal } from '@preact/signals';
import type { Friendships } from '../people/friendships.ts';
import { now } from '../state/now.ts';
import type { Texts } from '../texts/english.ts';
import { language, texts } from '../texts/language.ts';
import { untilText } from '../texts/measures.ts';
import { Face } from '../ui/face.tsx';
import { Icon } from '../ui/icon.tsx';
import type { ActionRunner } from './action-runner.ts';
import { GrantChoice } from './grant-choice.tsx';
import { SharingCard } from './sharing-card.tsx';

interface SharingProps {
  readonly people: Friendships;
  readonly actions: ActionRunner;
}

export function SharingView({ people, actions }: SharingProps) {
  const text = texts.value;
  const viewers = people.viewers.value;
  return (
    <>
      <SharingCard people={people} actions={actions} />
      <h2>{text.viewersHeading}</h2>
      {viewers.length === 0 && <p class="empty">{text.noViewers}</p>}
      <ul class="people">
        {viewers.map((viewer) => (
          <ViewerRow key={viewer.id} viewer={viewer} people={people} actions={actions} />
        ))}
      </ul>
    </>
  );
}

function ViewerRow({ viewer, people, actions }: SharingProps & { readonly viewer: Viewer }) {
  const isOpen = useSignal(false);
  const text = texts.value;
  const { id, displayName } = viewer;
  const isHidden = !isVisible(viewer, now.value);
  const set = (grant: Grant): void => {
    const state = (): string => stateText(grant, texts.value, now.value);
    void actions.run(
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
          class="icon-button"
          aria-label={isHidden ? text.showTo(displayName) : text.hideFrom(displayName)}
          title={isHidden ? text.showTo(displayName) : text.hideFrom(displayName)}
          onClick={() => set({ precision: isHidden ? 'exact' : 'hidden', until: null })}
        >
          <Icon name={isHidden ? 'eyeOff' : 'eye'} />
        </button>
        <button
          type="button"
          class="icon-button turning"
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

/** Whether the grant makes the user visible at a time. */
function isVisible({ precision, until }: Grant, at: number): boolean {
  return precision !== 'hidden' && (until === null || at < until);
}

function stateText(grant: Grant, text: Texts, at: number): string {
  if (!isVisible(grant, at)) return text.seesNothing;
  const state = grant.precision === 'exact' ? text.seesExact : text.seesAbout;
  return grant.until === null ? state : text.until(state, untilText(grant.until, language.value, at));
}
