import type { ReactNode } from 'react';

interface IconProps {
  readonly size?: number;
}

/** A line drawing on a grid of 20, in the colour of the text. Screen readers skip it, since words stand beside it. */
const icon = (drawing: ReactNode) =>
  function Icon({ size = 16 }: IconProps) {
    return (
      <svg
        width={size}
        height={size}
        viewBox="0 0 20 20"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.6"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
        focusable="false"
      >
        {drawing}
      </svg>
    );
  };

export const OverviewIcon = icon(
  <>
    <rect x="3" y="3" width="6" height="7.5" rx="1.2" />
    <rect x="3" y="13" width="6" height="4" rx="1.2" />
    <rect x="11.5" y="3" width="5.5" height="4" rx="1.2" />
    <rect x="11.5" y="9.5" width="5.5" height="7.5" rx="1.2" />
  </>,
);
export const WebhookIcon = icon(
  <>
    <circle cx="5" cy="14" r="2.5" />
    <circle cx="15" cy="14" r="2.5" />
    <circle cx="10" cy="5" r="2.5" />
    <path d="M8.8 7.3 6.2 11.800M11.2 7.300l2.6 4.500M7.5 14h5" />
  </>,
);
export const DeliveryIcon = icon(<path d="M17 3 9 11M17 3l-5 14-3-6-6-3z" />);
export const ReplayIcon = icon(<path d="M3.5 10a6.5 6.5 0 1 0 2-4.700L3.5 7.200M3.5 3.500v3.700h3.7" />);
export const JobIcon = icon(<path d="M3.5 5.500h8M3.5 10h6M3.5 14.500h6M12 13.200l2 2 3.500-4.500" />);
export const CatalogueIcon = icon(
  <path d="M4 4.500A1.5 1.5 0 0 1 5.5 3H16v11H5.500A1.5 1.5 0 0 0 4 15.500m0-11v11A1.5 1.5 0 0 0 5.5 17H16v-3M7.5 6.500h5M7.5 9.500h3" />,
);
export const TenantsIcon = icon(
  <path d="M3.5 8.500V17h13V8.500M2.5 6.5 4 3h12l1.5 3.500c0 1.1-1 2-2.2 2S13 7.6 13 6.500c0 1.1-1.3 2-3 2s-3-.9-3-2c0 1.1-1.1 2-2.3 2s-2.2-.9-2.2-2zM8 17v-4.500h4V17" />,
);
export const HealthIcon = icon(<path d="M2.5 10.500h3.5l2-5 3.500 9.500 2.500-7 1.300 2.500h2.200" />);
export const KeyIcon = icon(
  <>
    <circle cx="6.5" cy="13.5" r="3.5" />
    <path d="m9 11 7.5-7.500M13.5 6.500l2.5 2.5" />
  </>,
);
export const SettingsIcon = icon(
  <>
    <path d="M3 6h6M13 6h4M3 14h3M10 14h7" />
    <circle cx="11" cy="6" r="2" />
    <circle cx="8" cy="14" r="2" />
  </>,
);
export const SearchIcon = icon(
  <>
    <circle cx="9" cy="9" r="5" />
    <path d="m13 13 4 4" />
  </>,
);
export const PlusIcon = icon(<path d="M10 4v12M4 10h12" />);
export const CrossIcon = icon(<path d="m5 5 10 10M15 5 5 15" />);
export const CopyIcon = icon(
  <>
    <rect x="7" y="7" width="10" height="10" rx="1.5" />
    <path d="M13 7V4.500A1.5 1.5 0 0 0 11.5 3h-7A1.5 1.5 0 0 0 3 4.500v7A1.5 1.5 0 0 0 4.5 13H7" />
  </>,
);
export const CheckIcon = icon(<path d="m4 10.5 4 4 8-9" />);
export const DotsIcon = icon(
  <>
    <circle cx="4.5" cy="10" r="0.9" fill="currentColor" />
    <circle cx="10" cy="10" r="0.9" fill="currentColor" />
    <circle cx="15.5" cy="10" r="0.9" fill="currentColor" />
  </>,
);
export const LeftIcon = icon(<path d="m12 4-6 6 6 6" />);
export const RightIcon = icon(<path d="m8 4 6 6-6 6" />);
export const DownIcon = icon(<path d="m5 7.5 5 5 5-5" />);
export const SunIcon = icon(
  <>
    <circle cx="10" cy="10" r="3.2" />
    <path d="M10 2.500v1.500M10 16v1.500M2.5 10H4M16 10h1.500M4.7 4.700l1 1M14.3 14.300l1 1M4.7 15.300l1-1M14.3 5.700l1-1" />
  </>,
);
export const MoonIcon = icon(<path d="M16.5 12.200A7 7 0 0 1 7.8 3.500a7 7 0 1 0 8.7 8.700z" />);
export const LeaveIcon = icon(
  <path d="M8 3H4.500A1.5 1.5 0 0 0 3 4.500v11A1.5 1.5 0 0 0 4.5 17H8M13 6.500l3.5 3.5-3.5 3.500M16 10H7.5" />,
);
export const MenuIcon = icon(<path d="M3 5.500h14M3 10h14M3 14.500h14" />);
export const WarningIcon = icon(<path d="M10 3 2.5 16.500h15zM10 8v4M10 14.300v.1" />);
export const EyeIcon = icon(
  <>
    <path d="M2 10s3-5.5 8-5.500S18 10 18 10s-3 5.5-8 5.500S2 10 2 10z" />
    <circle cx="10" cy="10" r="2.3" />
  </>,
);
export const PauseIcon = icon(<path d="M7 4v12M13 4v12" />);
export const PlayIcon = icon(<path d="M6 4v12l10-6z" />);
export const EditIcon = icon(<path d="M12.5 4.500l3 3L7 16H4v-3zM10.5 6.500l3 3" />);
export const TrashIcon = icon(
  <path d="M3.5 5.500h13M8 5.500V3.500h4v2M5 5.500l.8 11h8.400l.8-11M8.5 8.500v5M11.5 8.500v5" />,
);
export const FlaskIcon = icon(
  <path d="M8 3v5l-4.5 7.500A1 1 0 0 0 4.4 17h11.200a1 1 0 0 0 .9-1.500L12 8V3M6.5 3h7M6 12.500h8" />,
);
