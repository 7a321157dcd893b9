/** Puts the page together and shows it. */
import '@fontsource-variable/inter/wght.css';
import './look/page.css';
import './look/controls.css';
import './look/sign-in.css';
import './look/panel.css';
import './look/map.css';
import { render } from 'preact';
import { startNow } from './look/now.ts';
import { startTheme } from './look/theme.ts';
import { Page } from './page.tsx';
import { Session } from './session/session.ts';
import { loadPageConfig } from './settings/page-config.ts';
import { startLanguage, texts } from './texts/language.ts';

startNow();
startTheme();
startLanguage();
const config = await loadPageConfig();
const session = new Session({ config, texts: () => texts.value });
const element = document.getElementById('page');
if (element === null) throw new Error('index.html has no element "page".');
render(<Page session={session} config={config} />, element);
await session.resume();
