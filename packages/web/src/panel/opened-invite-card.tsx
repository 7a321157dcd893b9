/** Shows who invites the user whose tab was opened with the link of an invite, before anything happens, and accepts it. */
import { type InvitePreview, NearbyError } from '@nearby-friends/client';
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import type { OpenedInvite } from '../people/invite-link.ts';
import type { SignedIn } from '../session/session.ts';
import { now } from '../state/now.ts';
import type { Texts } from '../texts/english.ts';
import { language, texts } from '../texts/language.ts';
import { untilText } from '../texts/measures.ts';
import { problemText } from '../texts/problem-text.ts';
import type { ActionRunner } from './action-runner.ts';
import { grantOf, OfferChoice, useOffer } from './offer-choice.tsx';
import { PersonId } from './person-id.tsx';

interface OpenedInviteCardProps {
  readonly invite: OpenedInvite;
  readonly signedIn: Pick<SignedIn, 'connection' | 'people' | 'status'>;
  readonly actions: ActionRunner;
}

export function OpenedInviteCard({ invite, signedIn, actions }: OpenedInviteCardProps) {
  const { connection, people, status } = signedIn;
  const { code } = invite;
  const preview = useSignal<InvitePreview | NearbyError | null>(null);
  const offer = useOffer();
  const isOnline = status.value.kind === 'online';
  useEffect(() => {
    // Read again when the connection returns, if it could not be read before.
    if (code === null || !isOnline || (preview.value !== null && !(preview.value instanceof NearbyError))) return;
    let isCurrent = true;
    connection.api.invites.preview(code).then(
      (read) => {
        if (isCurrent) preview.value = read;
      },
      (error: NearbyError) => {
        if (isCurrent) preview.value = error;
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [code, isOnline, connection]);
  const text = texts.value;
  const read = preview.value;
  if (code === null || read === null) return null;
  const close = (): void => {
    preview.value = null;
    invite.done();
  };
  if (read instanceof NearbyError || read.relation !== 'none') {
    return (
      <Card text={text}>
        <p>{read instanceof NearbyError ? problemText(read, text) : relationText(read, text)}</p>
        <button type="button" class="button" onClick={close}>
          {text.inviteClose}
        </button>
      </Card>
    );
  }
  const { id, displayName } = read.inviter;
  const accept = (): void =>
    void actions
      .run(
        async () => {
          await connection.api.invites.accept(code, grantOf(offer));
          await people.reload();
        },
        () => texts.value.accepted(displayName),
      )
      .then((isDone) => {
        if (isDone) close();
      });
  return (
    <Card text={text}>
      <p>
        {text.invitedBy(displayName)} <PersonId id={id} />
      </p>
      <p class="small">{youWillSee(read, text)}</p>
      <OfferChoice offer={offer} label={text.willSee(displayName)} />
      <div class="card-actions">
        <button type="button" class="button button-main" onClick={accept}>
          {text.acceptInvite}
        </button>
        <button type="button" class="button" onClick={close}>
          {text.notNow}
        </button>
      </div>
    </Card>
  );
}

function Card({ text, children }: { readonly text: Texts; readonly children: ComponentChildren }) {
  return (
    <section class="opened-invite" aria-label={text.openedInvite}>
      {children}
    </section>
  );
}

function relationText({ inviter: { displayName }, relation }: InvitePreview, text: Texts): string {
  if (relation === 'self') return text.inviteIsMine;
  return relation === 'friend' ? text.inviteOfFriend(displayName) : text.inviteOfBlocked(displayName);
}

function youWillSee({ precision, until }: InvitePreview, text: Texts): string {
  const what = { exact: text.youSeeExact, approximate: text.youSeeAbout, hidden: text.youSeeNothing }[precision];
  const sentence = text.inviteShows(what);
  return until === null ? sentence : text.until(sentence, untilText(until, language.value, now.value));
}
