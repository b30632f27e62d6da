/** Where the pictures of the README lie, from the root of the repository. */
export const PICTURES = 'docs/pictures';

/** Size of each screenshot in pixels: what a laptop shows. */
export const SCREENSHOT = { width: 1280, height: 720 } as const;

/** Screenshots of the README by file name, with the folder in apps/console/src/pages whose page they show. */
export const SCREENSHOTS = {
  'console-overview.png': 'overview',
  'console-delivery.png': 'delivery',
} as const;
