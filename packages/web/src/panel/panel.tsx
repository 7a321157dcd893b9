/** The panel beside the map, a sheet over it on a phone, with three tabs. */
import { useSignal } from '@preact/signals';
import type { Announcer } from '../announce/announcer.ts';
import type { RadiusChoice } from '../nearby/radius-choice.ts';
import type { Session, SignedIn } from '../session/session.ts';
import { texts } from '../texts/language.ts';
import { Icon, type IconName } from '../ui/icon.tsx';
import { ActionRunner } from './action-runner.ts';
import { NearbyList } from './nearby-list.tsx';
import { PanelHead } from './panel-head.tsx';
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
      <PanelHead session={session} signedIn={signedIn} announcer={announcer} />
      <div class="tabs" role="tablist" aria-label={text.tabs}>
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
      <div class="view" role="tabpanel" id="view" tabIndex={-1} aria-labelledby={`tab-${tab.value}`}>
        {tab.value === 'nearby' && <NearbyList signedIn={signedIn} radius={radius} />}
        {tab.value === 'people' && <PeopleView people={signedIn.people} userId={signedIn.userId} actions={actions} />}
        {tab.value === 'sharing' && <SharingView signedIn={signedIn} actions={actions} />}
      </div>
    </aside>
  );
}
