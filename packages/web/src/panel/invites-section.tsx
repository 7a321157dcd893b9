/** The section for invites: a new one with its link and code, and those that are open. */
import type { Invite, InviteWithCode } from '@nearby-friends/client';
import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { inviteLink } from '../people/invite-link.ts';
import { Invites } from '../people/invites.ts';
import type { SignedIn } from '../session/session.ts';
import { pageBase } from '../settings/page-base.ts';
import { now } from '../state/now.ts';
import { language, texts } from '../texts/language.ts';
import { untilText } from '../texts/measures.ts';
import { QrCode } from '../ui/qr-code.tsx';
import type { ActionRunner } from './action-runner.ts';
import { copyText } from './copy-text.ts';
import { grantOf, OfferChoice, useOffer } from './offer-choice.tsx';
import { RemovableRow } from './removable-row.tsx';

interface InvitesSectionProps {
  readonly signedIn: Pick<SignedIn, 'connection' | 'people'>;
  readonly actions: ActionRunner;
}

export function InvitesSection({ signedIn, actions }: InvitesSectionProps) {
  const { connection, people } = signedIn;
  const invites = useMemo(() => new Invites({ api: connection.api.invites }), [connection]);
  const friends = people.friends.value.length;
  useEffect(() => {
    // A new friend may have come by one of them.
    void invites.reload();
  }, [invites, friends]);
  const text = texts.value;
  const list = invites.list.value;
  return (
    <section class="devices" aria-labelledby="invites-heading">
      <h2 id="invites-heading">{text.invitesHeading}</h2>
      <p class="small">{text.invitesHint}</p>
      <InviteForm invites={invites} actions={actions} />
      {list.length > 0 && (
        <ul class="people">
          {list.map((invite) => (
            <InviteRow key={invite.id} invite={invite} invites={invites} actions={actions} />
          ))}
        </ul>
      )}
    </section>
  );
}

function InviteForm({ invites, actions }: { readonly invites: Invites; readonly actions: ActionRunner }) {
  const isForMany = useSignal(false);
  const created = useSignal<InviteWithCode | null>(null);
  const offer = useOffer();
  const text = texts.value;
  if (created.value) return <NewInvite created={created} actions={actions} />;
  const create = (): void =>
    void actions.run(
      async () => {
        created.value = await invites.create({ uses: isForMany.value ? 'many' : 'once', ...grantOf(offer) });
      },
      () => texts.value.inviteCreated,
    );
  return (
    <div class="request-form">
      <OfferChoice offer={offer} label={text.theyWillSee} />
      <label class="check">
        <input
          type="checkbox"
          checked={isForMany.value}
          onChange={({ currentTarget }) => {
            isForMany.value = currentTarget.checked;
          }}
        />
        <span>{text.inviteMany}</span>
      </label>
      <button type="button" class="button button-main" onClick={create}>
        {text.createInvite}
      </button>
    </div>
  );
}

interface NewInviteProps {
  readonly created: Signal<InviteWithCode | null>;
  readonly actions: ActionRunner;
}

function NewInvite({ created, actions }: NewInviteProps) {
  const field = useRef<HTMLInputElement>(null);
  const text = texts.value;
  if (created.value === null) return null;
  const link = inviteLink(pageBase(), created.value.code);
  const share = (): void => {
    // The user may change their mind, which is no failure.
    navigator.share({ text: texts.value.inviteText, url: link }).catch(() => undefined);
  };
  return (
    <div class="request-form">
      <label class="field field-wide">
        <span>{text.inviteLink}</span>
        <input type="text" ref={field} readOnly value={link} autocomplete="off" spellcheck={false} />
      </label>
      <button
        type="button"
        class="button button-main"
        onClick={() =>
          void copyText(field.current).then(
            () => actions.say(() => texts.value.inviteCopied),
            () => actions.say(() => texts.value.inviteNotCopied),
          )
        }
      >
        {text.copyInvite}
      </button>
      {'share' in navigator && (
        <button type="button" class="button" onClick={share}>
          {text.shareInvite}
        </button>
      )}
      <QrCode text={link} label={text.inviteCode} />
      <p class="small">{text.inviteWarning}</p>
      <button
        type="button"
        class="button"
        onClick={() => {
          created.value = null;
        }}
      >
        {text.inviteDone}
      </button>
    </div>
  );
}

interface InviteRowProps {
  readonly invite: Invite;
  readonly invites: Invites;
  readonly actions: ActionRunner;
}

function InviteRow({ invite: { id, uses, timesUsed, expiresAt }, invites, actions }: InviteRowProps) {
  const text = texts.value;
  const name = uses === 'once' ? text.inviteForOne : text.inviteForMany(timesUsed);
  const end = untilText(expiresAt, language.value, now.value);
  return (
    <RemovableRow
      name={name}
      action={text.revokeInvite}
      removeLabel={text.revokeInviteOf(name)}
      confirmation={text.reallyRevokeInvite}
      remove={() =>
        void actions.run(
          () => invites.revoke(id),
          () => texts.value.inviteRevoked,
        )
      }
    >
      {text.inviteUntil(end)}
    </RemovableRow>
  );
}
