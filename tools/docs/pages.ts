import { EVENT_TYPES_PAGE, eventTypesPage } from './event-types.ts';
import { SETTINGS_PAGE, settingsPage } from './settings.ts';

/** Every generated page by its place from the root of the repository. */
export const pages = (): Readonly<Record<string, string>> => ({
  [SETTINGS_PAGE]: `${settingsPage()}\n`,
  [EVENT_TYPES_PAGE]: `${eventTypesPage()}\n`,
});
