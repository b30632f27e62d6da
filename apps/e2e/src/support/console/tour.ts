import { waitFor } from '@signet/testing';
import { accessibilityViolations } from './browser.ts';
import type { Console } from './console.ts';

/** A page, and what is opened on it: a dialog, a menu, a filter. */
export interface Place {
  readonly path: string;
  /** Names of the buttons and items to press, one after the other. */
  readonly press?: readonly string[];
}

/** Waits until the data of the page has been loaded. */
async function loaded({ page }: Console): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await waitFor(async () => (await page.locator('[aria-busy="true"]').count()) === 0, {
    what: 'the page to be loaded',
  });
}

/** Whether every panel, and everything around it, has faded in. */
const IS_OPAQUE = `[...document.querySelectorAll('[role=dialog], [role=menu]')].every((panel) => {
  for (let one = panel; one; one = one.parentElement) if (getComputedStyle(one).opacity !== '1') return false;
  return true;
})`;

async function press(console: Console, name: string): Promise<void> {
  const menu = console.page.getByRole('menu');
  const isItem = (await menu.count()) > 0;
  const item = console.page.getByRole('menuitem', { name, exact: true });
  await (isItem ? item : console.button(name)).first().click();
  // The menu fades out behind the dialog that its item opens: axe-core must not judge the colours of a half transparent panel.
  if (isItem) await menu.waitFor({ state: 'detached' });
  await console.dialog().or(menu).first().waitFor();
  await waitFor(() => console.page.evaluate<boolean>(IS_OPAQUE), {
    what: `what "${name}" opens to be shown in full`,
  });
}

/** Goes to each place, and returns by place what axe-core finds there, and whether the content is wider than the page. */
export async function violationsAt(console: Console, places: readonly Place[]): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const { path, press: names = [] } of places) {
    await console.go(path);
    await loaded(console);
    for (const name of names) await press(console, name);
    const violations = await accessibilityViolations(console.page);
    const tooWide = await console.page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    if (tooWide > 0) violations.push(`It is ${tooWide} pixels too wide.`);
    if (violations.length > 0) found[[path, ...names].join(' → ')] = violations;
  }
  return found;
}
