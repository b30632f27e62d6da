import { lazily } from '../../app/lazily.tsx';

/** A field with a list to choose from. Its code is loaded when it is shown: no page needs it at first. */
export const Choose = lazily(async () => (await import('./choice.tsx')).Choice);
