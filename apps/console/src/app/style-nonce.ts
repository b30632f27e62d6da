/**
 * The nonce that the registry wrote into this page. Mantine adds style elements at run time, and the content security
 * policy allows only those with this nonce.
 */
const nonce = document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content ?? '';

// react-remove-scroll, which Mantine's modals use, reads this global of webpack.
(globalThis as { __webpack_nonce__?: string }).__webpack_nonce__ = nonce;

export const styleNonce = (): string => nonce;
