/** The seal of Signet. */
export function Mark({ size = 24 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" style={{ display: 'block', flex: 'none' }}>
      <rect width="32" height="32" rx="8" fill="#4353c4" />
      <circle cx="16" cy="16" r="8.5" fill="none" stroke="#fff" strokeWidth="2.2" />
      <path
        d="M19.6 13c-.8-1.1-2-1.7-3.6-1.7-2 0-3.5 1-3.5 2.5 0 3.6 7 1.4 7 4.5 0 1.4-1.4 2.4-3.4 2.4-1.7 0-3.2-.7-4-1.9"
        fill="none"
        stroke="#fff"
        strokeWidth="2"
        strokeLinecap="round"
      />
    </svg>
  );
}
