/** What is known of a selected friend who is near, and what can be done about it. */
import type { NearbyFriend } from '@nearby-friends/client';
import { useSignal } from '@preact/signals';
import { bearingBetween, compassIndex } from '../geometry/bearing.ts';
import type { Alerts } from '../me/alerts.ts';
import type { SignedIn } from '../session/session.ts';
import { exactNow, now } from '../state/now.ts';
import type { Texts } from '../texts/english.ts';
import { language, texts } from '../texts/language.ts';
import { dayText, distanceText, percentText, speedText } from '../texts/measures.ts';
import type { ActionRunner } from './action-runner.ts';
import { ConfirmButton } from './confirm-button.tsx';
import { grantText } from './grant-text.ts';
import { mapsLink } from './maps-link.ts';

/** A grid point of an approximate friend is up to this far from its place, so a direction to a nearer one says nothing, metres. */
const MIN_APPROXIMATE_DIRECTION_METERS = 1_000;
/** Slower is standing, and the heading of a standing phone is noise, metres per second. */
const MIN_SPEED = 0.5;

interface FriendCardProps {
  readonly friend: NearbyFriend;
  readonly signedIn: Pick<SignedIn, 'alerts' | 'connection' | 'me' | 'nearby' | 'people'>;
  readonly actions: ActionRunner;
}

export function FriendCard({ friend, signedIn, actions }: FriendCardProps) {
  const { alerts, connection, nearby, people } = signedIn;
  const { id } = friend;
  const isRemoving = useSignal(false);
  const isBlocking = useSignal(false);
  const text = texts.value;
  const label = people.labelOf(id);
  const isExact = friend.precision === 'exact';
  const isFollowed = nearby.followedId.value === id;
  const openMaps = (): void => {
    // The address is made only now: until the press no place leaves the page.
    const address = mapsLink(friend, navigator.userAgent);
    if (address.startsWith('geo:')) location.href = address;
    else window.open(address, '_blank', 'noopener,noreferrer');
  };
  return (
    <section class="friend-card" aria-label={text.cardOf(label)}>
      <dl class="facts">
        {factsOf(friend, signedIn, text).map(([term, fact]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{fact}</dd>
          </div>
        ))}
      </dl>
      <div class="card-actions">
        <button
          type="button"
          class="chip-button"
          aria-pressed={isFollowed}
          onClick={() => nearby.follow(isFollowed ? null : id)}
        >
          {text.follow}
        </button>
        {isExact && (
          <button type="button" class="chip-button" onClick={openMaps}>
            {text.openMaps}
          </button>
        )}
        {alerts.settings.value?.on && <MuteButton id={id} label={label} alerts={alerts} actions={actions} />}
      </div>
      <div class="card-actions">
        <ConfirmButton
          isConfirming={isRemoving}
          action={isRemoving.value ? text.reallyRemoveFriend(label) : text.remove}
          label={text.removeOf(label)}
          confirmation={text.reallyRemoveFriend(label)}
          run={() =>
            void actions.run(
              () => people.endFriendship(id),
              () => texts.value.removed(label),
            )
          }
        />
        <ConfirmButton
          isConfirming={isBlocking}
          action={isBlocking.value ? text.reallyBlock(label) : text.block}
          label={text.blockOf(label)}
          confirmation={text.reallyBlock(label)}
          run={() =>
            void actions.run(
              async () => {
                await connection.api.blocks.add(id);
                await people.reload();
              },
              () => texts.value.blocked(label),
            )
          }
        />
      </div>
    </section>
  );
}

/** Muted for good as people see it: an alert is muted until a time. */
const MUTED_FOR_MS = 10 * 365 * 86_400_000;

interface MuteButtonProps {
  readonly id: string;
  readonly label: string;
  readonly alerts: Alerts;
  readonly actions: ActionRunner;
}

function MuteButton({ id, label, alerts, actions }: MuteButtonProps) {
  const text = texts.value;
  const isMuted = alerts.mutedUntil(id, now.value) !== null;
  return (
    <button
      type="button"
      class="chip-button"
      aria-label={isMuted ? text.unmuteOf(label) : text.muteOf(label)}
      onClick={() =>
        void actions.run(
          () => alerts.mute(id, isMuted ? null : exactNow() + MUTED_FOR_MS),
          () => (isMuted ? texts.value.unmuted(label) : texts.value.muted(label)),
        )
      }
    >
      {isMuted ? text.unmute : text.mute}
    </button>
  );
}

/** An approximate friend has no accuracy, speed, heading or charge: the server withholds them. */
function factsOf(
  friend: NearbyFriend,
  { me, people }: Pick<SignedIn, 'me' | 'people'>,
  text: Texts,
): (readonly [string, string])[] {
  const facts: (readonly [string, string])[] = [];
  const isExact = friend.precision === 'exact';
  const mine = me.place.value;
  if (mine !== null && (isExact || friend.distance >= MIN_APPROXIMATE_DIRECTION_METERS)) {
    facts.push([text.direction, text.compass[compassIndex(bearingBetween(mine, friend))] ?? '']);
  }
  if (isExact) {
    const { accuracy, speed, heading, battery } = friend;
    if (accuracy !== undefined) facts.push([text.accuracy, distanceText(accuracy, language.value)]);
    if (speed !== undefined) {
      const isMoving = speed >= MIN_SPEED;
      const course = isMoving && heading !== undefined ? ` · ${text.compass[compassIndex(heading)]}` : '';
      facts.push([text.movement, isMoving ? `${speedText(speed, language.value)}${course}` : text.standing]);
    }
    if (battery !== undefined) facts.push([text.battery, percentText(battery, language.value)]);
  }
  facts.push([text.youSee, isExact ? text.youSeeExact : text.youSeeAbout]);
  const viewer = people.viewers.value.find(({ id }) => id === friend.id);
  const shown = viewer && grantText(viewer, people.isPausedAt(now.value), text, now.value);
  facts.push([text.theySee, shown ?? text.seesNothing]);
  const since = people.friends.value.find(({ id }) => id === friend.id)?.since;
  if (since !== undefined) facts.push([text.friendsSince, dayText(since, language.value)]);
  return facts;
}
