/** The composition root of the page: creates the session and renders. */
import '@fontsource-variable/inter/wght.css';
import './ui/page.css';
import './ui/controls.css';
import './ui/sign-in.css';
import './ui/panel.css';
import './ui/account.css';
import './ui/friend-card.css';
import './ui/map.css';
import { render } from 'preact';
import { openProvider } from './oidc/open-provider.ts';
import { Page } from './page.tsx';
import { OpenedInvite } from './people/invite-link.ts';
import { Session } from './session/session.ts';
import { loadPageConfig } from './settings/page-config.ts';
import { loadProviderConfig } from './settings/provider-config.ts';
import { registerServiceWorker } from './settings/register-service-worker.ts';
import { startOffline } from './state/is-offline.ts';
import { startNow } from './state/now.ts';
import { startLanguage, texts } from './texts/language.ts';
import { startUnits } from './texts/units.ts';
import { startKeepingFocus } from './ui/keep-focus.ts';
import { startTheme } from './ui/theme.ts';

startNow();
startOffline();
startTheme();
startLanguage();
startUnits();
const openedInvite = new OpenedInvite();
const takeInvite = (): void =>
  openedInvite.take(new URL(location.href), (address) => history.replaceState(history.state, '', address));
takeInvite();
// A link that is opened in this tab while the page is open.
addEventListener('hashchange', takeInvite);
const [config, loaded] = await Promise.all([loadPageConfig(), loadProviderConfig()]);
const provider = loaded && openProvider(loaded);
const session = new Session({ config, provider, openedInvite, texts: () => texts.value });
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) session.cancelLeaving();
});
const element = document.getElementById('page');
if (element === null) throw new Error('index.html must contain an element with id "page".');
startKeepingFocus(element);
render(<Page session={session} config={config} />, element);
await session.resume();
registerServiceWorker();
