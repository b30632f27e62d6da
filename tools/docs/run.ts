// `npm run docs`, after a build: writes the pages that are generated.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../dev/settings.ts';
import { SETTINGS_PAGE, settingsPage } from './settings.ts';

writeFileSync(join(ROOT, SETTINGS_PAGE), `${settingsPage()}\n`);
console.log(`Wrote ${SETTINGS_PAGE}`);
