/** The sign-in page: at the identity provider, with any name on a trial system, or with a token. */
import { useSignal } from '@preact/signals';
import { isUserId, USER_ID_PATTERN } from '../session/is-user-id.ts';
import type { Session, SignInProblem } from '../session/session.ts';
import { texts } from '../texts/language.ts';
import { signInProblemText } from '../texts/problem-text.ts';
import { LanguageField, ThemeField } from '../ui/appearance-fields.tsx';
import { Face } from '../ui/face.tsx';
import { Scenery } from './scenery.tsx';

/** Suggested names: "demo" is a friend of most simulated users of `npm start`, the others are used in the README. */
const SUGGESTIONS = ['demo', 'alice', 'bob', 'carol', 'mina', 'joon'];

interface SignInPageProps {
  readonly session: Session;
  readonly isBusy: boolean;
  readonly problem: SignInProblem | undefined;
}

export function SignInPage({ session, isBusy, problem }: SignInPageProps) {
  const text = texts.value;
  return (
    <main class="sign-in">
      <Scenery />
      <div class="sign-in-appearance">
        <LanguageField />
        <ThemeField />
      </div>
      <div class="card">
        <img class="logo" src="icon.svg" alt="" width="56" height="56" />
        <h1>{text.title}</h1>
        <p class="claim">{text.claim}</p>
        {session.openedInvite.code !== null && <p role="status">{text.invitedSignIn}</p>}
        {problem && (
          <p class="problem" role="alert">
            {signInProblemText(problem, text)}
          </p>
        )}
        {session.provider === null ? (
          <TrialForm session={session} isBusy={isBusy} />
        ) : (
          <>
            <ProviderButton session={session} isBusy={isBusy} />
            <details>
              <summary>{text.tryWithoutAccount}</summary>
              <TrialForm session={session} isBusy={isBusy} />
            </details>
          </>
        )}
        <TokenForm session={session} isBusy={isBusy} isOpen={problem?.code === 'not_found'} />
        <p class="small">{text.privacy}</p>
      </div>
    </main>
  );
}

function ProviderButton({ session, isBusy }: { readonly session: Session; readonly isBusy: boolean }) {
  const text = texts.value;
  return (
    <>
      <button
        type="button"
        class="button button-main button-wide"
        disabled={isBusy}
        onClick={() => void session.beginAtProvider()}
      >
        {isBusy ? text.signingIn : text.signIn}
      </button>
      <p class="small">{text.providerHint}</p>
    </>
  );
}

function TrialForm({ session, isBusy }: { readonly session: Session; readonly isBusy: boolean }) {
  const userId = useSignal('');
  const text = texts.value;
  const submit = (event: Event): void => {
    event.preventDefault();
    if (isUserId(userId.value.trim())) void session.signInAs(userId.value.trim());
  };
  return (
    <form onSubmit={submit}>
      <label class="field field-wide">
        <span>{text.who}</span>
        <input
          type="text"
          name="user"
          required
          pattern={USER_ID_PATTERN}
          maxLength={64}
          title={text.whoInvalid}
          autocomplete="username"
          autocapitalize="off"
          spellcheck={false}
          aria-describedby="who-hint"
          value={userId.value}
          onInput={({ currentTarget }) => {
            userId.value = currentTarget.value;
          }}
        />
      </label>
      <p class="small" id="who-hint">
        {text.whoHint}
      </p>
      <fieldset class="suggestions" aria-label={text.suggestions}>
        {SUGGESTIONS.map((name) => (
          <button
            key={name}
            type="button"
            class="suggestion"
            aria-pressed={userId.value === name}
            onClick={() => {
              userId.value = name;
            }}
          >
            <Face id={name} name={name} />
            {name}
          </button>
        ))}
      </fieldset>
      <button type="submit" class="button button-main button-wide" disabled={isBusy}>
        {isBusy ? text.signingIn : text.signIn}
      </button>
    </form>
  );
}

function TokenForm(props: { readonly session: Session; readonly isBusy: boolean; readonly isOpen: boolean }) {
  const { session, isBusy, isOpen } = props;
  const token = useSignal('');
  const text = texts.value;
  const submit = (event: Event): void => {
    event.preventDefault();
    void session.signInWith(token.value.trim());
  };
  return (
    <details open={isOpen}>
      <summary>{text.haveToken}</summary>
      <form onSubmit={submit}>
        <label class="field field-wide">
          <span>{text.token}</span>
          <input
            type="password"
            required
            autocomplete="off"
            aria-describedby="token-hint"
            value={token.value}
            onInput={({ currentTarget }) => {
              token.value = currentTarget.value;
            }}
          />
        </label>
        <p class="small" id="token-hint">
          {text.tokenHint}
        </p>
        <button type="submit" class="button button-wide" disabled={isBusy}>
          {text.signIn}
        </button>
      </form>
    </details>
  );
}
