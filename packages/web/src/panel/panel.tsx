/** The panel beside the map, a sheet over it on a phone, with three tabs and the settings. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Announcer } from '../announce/announcer.ts';
import type { RadiusChoice } from '../nearby/radius-choice.ts';
import type { Session, SignedIn } from '../session/session.ts';
import { texts } from '../texts/language.ts';
import { Icon, type IconName } from '../ui/icon.tsx';
import { AccountView } from './account-view.tsx';
import { ActionRunner } from './action-runner.ts';
import { NearbyList } from './nearby-list.tsx';
import { OpenedInviteCard } from './opened-invite-card.tsx';
import { PanelHead } from './panel-head.tsx';
import { PausedBar } from './paused-bar.tsx';
import { PeopleView } from './people-view.tsx';
import { SharingView } from './sharing-view.tsx';
import { useSheet } from './use-sheet.ts';

type Tab = 'nearby' | 'people' | 'sharing';
const TABS: readonly Tab[] = ['nearby', 'people', 'sharing'];
const ICONS: Readonly<Record<Tab, IconName>> = { nearby: 'near', people: 'people', sharing: 'eye' };

interface PanelProps {
  readonly session: Session;
  readonly signedIn: SignedIn;
  readonly radius: RadiusChoice;
  readonly announcer: Announcer;
}

export function Panel({ session, signedIn, radius, announcer }: PanelProps) {
  const tab = useSignal<Tab>('nearby');
  const isSettingsOpen = useSignal(false);
  const { sheet, handle, isLarge, toggle } = useSheet();
  const text = texts.value;
  const titles: Readonly<Record<Tab, string>> = {
    nearby: text.nearbyTab,
    people: text.peopleTab,
    sharing: text.sharingTab,
  };
  const counts: Readonly<Record<Tab, number>> = {
    nearby: signedIn.nearby.list.value.length,
    people: signedIn.people.requests.value.incoming.length,
    sharing: 0,
  };
  const actions = new ActionRunner(announcer);
  const view = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Another view begins at its top.
    view.current?.scrollTo(0, 0);
  }, [tab.value]);
  const near = counts.nearby;
  useEffect(() => {
    document.title = near > 0 ? `(${near}) ${text.title}` : text.title;
  }, [near, text]);
  useEffect(
    () => () => {
      document.title = texts.value.title;
    },
    [],
  );
  useEffect(
    () =>
      signedIn.nearby.selectedId.subscribe((id) => {
        if (id === null) return;
        // Selected on the map: the card is in the list.
        tab.value = 'nearby';
        isSettingsOpen.value = false;
      }),
    [signedIn],
  );

  /** Keyboard behaviour of ARIA tabs: arrows wrap around, Home and End go to the ends. */
  const changeTab = (event: KeyboardEvent): void => {
    const index = TABS.indexOf(tab.value);
    const next = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: TABS.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const chosen = TABS[(next + TABS.length) % TABS.length] ?? 'nearby';
    tab.value = chosen;
    document.getElementById(`tab-${chosen}`)?.focus();
  };

  return (
    <aside class="panel" ref={sheet}>
      <button
        type="button"
        class="sheet-handle"
        ref={handle}
        aria-expanded={isLarge.value}
        aria-label={isLarge.value ? text.sheetSmaller : text.sheetLarger}
        onClick={toggle}
      />
      <PanelHead signedIn={signedIn} isSettingsOpen={isSettingsOpen} />
      {isSettingsOpen.value && (
        <section class="view" id="settings" aria-label={text.settings}>
          <AccountView session={session} signedIn={signedIn} announcer={announcer} actions={actions} />
        </section>
      )}
      <OpenedInviteCard invite={session.openedInvite} signedIn={signedIn} actions={actions} />
      <div class="tabs" role="tablist" aria-label={text.tabs} hidden={isSettingsOpen.value}>
        {TABS.map((one) => (
          <button
            key={one}
            type="button"
            role="tab"
            class="tab"
            id={`tab-${one}`}
            aria-selected={tab.value === one}
            aria-controls="view"
            tabIndex={tab.value === one ? 0 : -1}
            onClick={() => {
              tab.value = one;
            }}
            onKeyDown={changeTab}
          >
            <Icon name={ICONS[one]} />
            <span>{titles[one]}</span>
            {counts[one] > 0 && <span class="count">{counts[one]}</span>}
          </button>
        ))}
      </div>
      {tab.value !== 'sharing' && !isSettingsOpen.value && <PausedBar people={signedIn.people} actions={actions} />}
      {/* Hidden and not removed: a half-typed request, or a secret that is shown once, is still there afterwards. */}
      <div
        class="view"
        role="tabpanel"
        id="view"
        ref={view}
        tabIndex={-1}
        aria-labelledby={`tab-${tab.value}`}
        hidden={isSettingsOpen.value}
      >
        {tab.value === 'nearby' && <NearbyList signedIn={signedIn} radius={radius} actions={actions} />}
        {tab.value === 'people' && <PeopleView signedIn={signedIn} actions={actions} />}
        {tab.value === 'sharing' && <SharingView signedIn={signedIn} actions={actions} />}
      </div>
    </aside>
  );
}
