/** The tab for sharing: pause, viewers and their grants, registered devices. */
import type { Grant, Viewer } from '@nearby-friends/client';
import { useSignal } from '@preact/signals';
import type { Friendships } from '../people/friendships.ts';
import { isVisible, renewedEnd } from '../people/visible-grant.ts';
import type { SignedIn } from '../session/session.ts';
import { exactNow, now } from '../state/now.ts';
import { texts } from '../texts/language.ts';
import { Face } from '../ui/face.tsx';
import { Icon } from '../ui/icon.tsx';
import type { ActionRunner } from './action-runner.ts';
import { AlertsSection } from './alerts-section.tsx';
import { DevicesSection } from './devices-section.tsx';
import { GrantChoice } from './grant-choice.tsx';
import { grantText } from './grant-text.ts';
import { PersonId } from './person-id.tsx';
import { SharingCard } from './sharing-card.tsx';

interface ViewersProps {
  readonly people: Friendships;
  readonly actions: ActionRunner;
}

export function SharingView({ signedIn, actions }: { readonly signedIn: SignedIn; readonly actions: ActionRunner }) {
  const { people } = signedIn;
  const text = texts.value;
  const viewers = people.viewers.value;
  return (
    <>
      <SharingCard signedIn={signedIn} actions={actions} />
      <h2>{text.viewersHeading}</h2>
      {viewers.length === 0 && (
        <div class="empty">
          <p class="empty-title">{text.noViewers}</p>
          <p>{text.noViewersHint}</p>
        </div>
      )}
      <ul class="people">
        {viewers.map((viewer) => (
          <ViewerRow key={viewer.id} viewer={viewer} people={people} actions={actions} />
        ))}
      </ul>
      <AlertsSection alerts={signedIn.alerts} isOnline={signedIn.status.value.kind === 'online'} actions={actions} />
      <DevicesSection signedIn={signedIn} actions={actions} />
    </>
  );
}

function ViewerRow({ viewer, people, actions }: ViewersProps & { readonly viewer: Viewer }) {
  const isOpen = useSignal(false);
  const text = texts.value;
  const { id, displayName } = viewer;
  const label = people.labelOf(id);
  const isHidden = !isVisible(viewer, now.value);
  const isPaused = people.isPausedAt(now.value);
  const before = viewer.precision === 'hidden' ? people.grantBeforeHiding(id) : viewer;
  const toggle = (): void => {
    if (!isHidden) set({ precision: 'hidden', until: null });
    else if (before) set({ precision: before.precision, until: renewedEnd(before.until, exactNow()) });
    // Whatever was guessed could be more than the user wants to show.
    else isOpen.value = true;
  };
  const set = (grant: Grant): void => {
    const state = (): string => grantText(grant, people.isPausedAt(exactNow()), texts.value, exactNow());
    void actions.run(
      () => people.grant(id, grant),
      () => texts.value.granted(label, state()),
    );
  };
  return (
    <li class={isHidden ? 'viewer viewer-hidden' : 'viewer'}>
      <div class="person">
        <Face id={id} name={displayName} />
        <span class="person-text">
          <span class="person-name">{displayName}</span>
          <span class="person-more">
            {people.isAlike(id) && <PersonId id={id} />}
            <span>{grantText(viewer, isPaused, text, now.value)}</span>
          </span>
        </span>
        <button
          type="button"
          class="icon-button"
          aria-label={isHidden ? text.showTo(label) : text.hideFrom(label)}
          title={isHidden ? text.showTo(label) : text.hideFrom(label)}
          onClick={toggle}
        >
          <Icon name={isHidden ? 'eyeOff' : 'eye'} />
        </button>
        <button
          type="button"
          class="icon-button turning"
          aria-expanded={isOpen.value}
          aria-label={text.sees(label)}
          title={text.sees(label)}
          onClick={() => {
            isOpen.value = !isOpen.value;
          }}
        >
          <Icon name="chevron" />
        </button>
      </div>
      {isOpen.value && <GrantChoice label={label} chosen={people.chosenFor(viewer)} before={before} set={set} />}
    </li>
  );
}
