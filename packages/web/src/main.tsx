/** The composition root of the page: creates the session and renders. */
import '@fontsource-variable/inter/wght.css';
import './ui/page.css';
import './ui/controls.css';
import './ui/sign-in.css';
import './ui/panel.css';
import './ui/map.css';
import { render } from 'preact';
import { Page } from './page.tsx';
import { Session } from './session/session.ts';
import { loadPageConfig } from './settings/page-config.ts';
import { startNow } from './state/now.ts';
import { startLanguage, texts } from './texts/language.ts';
import { startTheme } from './ui/theme.ts';

startNow();
startTheme();
startLanguage();
const config = await loadPageConfig();
const session = new Session({ config, texts: () => texts.value });
const element = document.getElementById('page');
if (element === null) throw new Error('index.html must contain an element with id "page".');
render(<Page session={session} config={config} />, element);
await session.resume();
