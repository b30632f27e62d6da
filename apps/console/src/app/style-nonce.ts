/**
 * The nonce that the registry wrote into this page: Mantine adds style elements at run time, and the content security
 * policy lets through only those that bear it.
 */
const nonce = document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content ?? '';

// react-remove-scroll, below Mantine's modals, asks this global of webpack's.
(globalThis as { __webpack_nonce__?: string }).__webpack_nonce__ = nonce;

export const styleNonce = (): string => nonce;
