/** The list of nearby friends with the radius slider. */
import type { NearbyFriend } from '@nearby-friends/client';
import { useEffect, useRef } from 'preact/hooks';
import { type RadiusChoice, radiusOfShare, shareOfRadius } from '../nearby/radius-choice.ts';
import type { SignedIn } from '../session/session.ts';
import { now } from '../state/now.ts';
import { language, texts } from '../texts/language.ts';
import { ageText, distanceText } from '../texts/measures.ts';
import { Face } from '../ui/face.tsx';
import type { ActionRunner } from './action-runner.ts';
import { FriendCard } from './friend-card.tsx';
import { PersonId } from './person-id.tsx';
import { PositionPrompt } from './position-prompt.tsx';

/** Slider steps, each about 3 % of the radius. */
const SLIDER_STEPS = 240;
/** A smaller uncertainty is not worth a word. */
const SHOWN_FROM_METERS = 100;

interface NearbyListProps {
  readonly signedIn: SignedIn;
  readonly radius: RadiusChoice;
  readonly actions: ActionRunner;
}

export function NearbyList({ signedIn, radius, actions }: NearbyListProps) {
  const text = texts.value;
  const friends = signedIn.nearby.list.value;
  return (
    <>
      <RadiusField radius={radius} />
      <h2 class="visually-hidden">{text.nearbyHeading}</h2>
      {signedIn.me.source.value === 'none' ? <PositionPrompt me={signedIn.me} /> : null}
      {friends.length === 0 && signedIn.me.source.value !== 'none' ? (
        <EmptyList hasFriends={signedIn.people.friends.value.length > 0} />
      ) : null}
      <ul class="people">
        {friends.map((friend) => (
          <NearbyRow key={friend.id} friend={friend} signedIn={signedIn} actions={actions} />
        ))}
      </ul>
    </>
  );
}

function EmptyList({ hasFriends }: { readonly hasFriends: boolean }) {
  const text = texts.value;
  return (
    <div class="empty">
      <p class="empty-title">{hasFriends ? text.emptyTitle : text.noFriendsYet}</p>
      <p>{hasFriends ? text.emptyHint : text.noFriendsYetHint}</p>
    </div>
  );
}

function RadiusField({ radius }: { readonly radius: RadiusChoice }) {
  const text = texts.value;
  const shown = distanceText(radius.meters.value, language.value);
  return (
    <label class="radius-field">
      <span class="radius-line">
        <span>
          {text.radius}
          <span class="visually-hidden">: {text.radiusHint}</span>
        </span>
        <output>{shown}</output>
      </span>
      <input
        type="range"
        min={0}
        max={SLIDER_STEPS}
        step={1}
        value={Math.round(shareOfRadius(radius.meters.value) * SLIDER_STEPS)}
        aria-valuetext={shown}
        onInput={({ currentTarget }) => radius.change(radiusOfShare(Number(currentTarget.value) / SLIDER_STEPS))}
      />
    </label>
  );
}

/** Separates the parts of a row for screen readers. */
function Comma() {
  return <span class="visually-hidden">, </span>;
}

interface NearbyRowProps extends Omit<NearbyListProps, 'radius'> {
  readonly friend: NearbyFriend;
}

function NearbyRow({ friend, signedIn, actions }: NearbyRowProps) {
  const { nearby, people } = signedIn;
  const row = useRef<HTMLLIElement>(null);
  const text = texts.value;
  const isSelected = nearby.selectedId.value === friend.id;
  useEffect(() => {
    // A friend selected on the map is scrolled into view.
    if (isSelected) row.current?.scrollIntoView({ block: 'nearest' });
  }, [isSelected]);
  const name = people.nameOf(friend.id);
  const distance = distanceText(friend.distance, language.value);
  const age = ageText(now.value - friend.at, language.value);
  const isExact = friend.precision === 'exact';
  return (
    <li ref={row}>
      <button
        type="button"
        class="person person-button"
        aria-pressed={isSelected}
        onClick={() => nearby.select(isSelected ? null : friend.id)}
      >
        <Face id={friend.id} name={name} />
        <span class="person-text">
          <span class="person-name">{name}</span>
          <Comma />
          <span class="person-more">
            {people.isAlike(friend.id) && (
              <>
                <PersonId id={friend.id} />
                <Comma />
              </>
            )}
            <span class="person-age">{age}</span>
            <Comma />
            {isExact && (friend.accuracy ?? 0) >= SHOWN_FROM_METERS && (
              <>
                <span class="person-accuracy">{text.within(distanceText(friend.accuracy ?? 0, language.value))}</span>
                <Comma />
              </>
            )}
            <span class={isExact ? 'chip' : 'chip chip-about'}>{isExact ? text.exact : text.about}</span>
          </span>
        </span>
        <Comma />
        <span class="distance">
          {isExact ? '' : '~ '}
          {distance}
        </span>
        <span class="visually-hidden">{text.awayAndShow}</span>
      </button>
      {isSelected && <FriendCard friend={friend} signedIn={signedIn} actions={actions} />}
    </li>
  );
}
