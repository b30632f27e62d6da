import { ActionIcon, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import {
  CatalogueIcon,
  DeliveryIcon,
  HealthIcon,
  JobIcon,
  KeyIcon,
  LeaveIcon,
  MenuIcon,
  MoonIcon,
  OverviewIcon,
  ReplayIcon,
  SettingsIcon,
  SunIcon,
  TenantsIcon,
  WarningIcon,
  WebhookIcon,
} from '../ui/display/icons.tsx';
import { zoneName } from '../format/time.ts';
import { Clock, useTimes } from '../ui/display/time.tsx';
import type { Times } from '../ui/display/time.tsx';
import { lazily } from './lazily.tsx';
import { forgetSearches } from '../ui/lists/last-search.ts';
import { Mark } from './mark.tsx';
import { ServicesAway } from './services-away.tsx';
import { useIdentity, useSession } from './session.tsx';
import styles from './shell.module.css';
import { Tip } from '../ui/display/tip.tsx';
import { Name } from '../ui/display/name.tsx';

const MenuFrame = lazily(async () => (await import('../ui/layout/dialog-frames.tsx')).MenuFrame);

interface Place {
  readonly href: string;
  readonly name: string;
  readonly icon: ReactNode;
  readonly for?: 'operator' | 'tenant';
}

const PLACES: readonly Place[] = [
  { href: '/', name: 'Overview', icon: <OverviewIcon /> },
  { href: '/webhooks', name: 'Webhooks', icon: <WebhookIcon /> },
  { href: '/deliveries', name: 'Deliveries', icon: <DeliveryIcon /> },
  { href: '/failures', name: 'Failures', icon: <WarningIcon /> },
  { href: '/jobs', name: 'Jobs', icon: <JobIcon /> },
  { href: '/replays', name: 'Replays', icon: <ReplayIcon /> },
  { href: '/event-types', name: 'Event types', icon: <CatalogueIcon /> },
  { href: '/health', name: 'Health', icon: <HealthIcon />, for: 'operator' },
  { href: '/tenants', name: 'Tenants', icon: <TenantsIcon />, for: 'operator' },
  { href: '/keys', name: 'API keys', icon: <KeyIcon />, for: 'operator' },
  { href: '/settings', name: 'Settings', icon: <SettingsIcon />, for: 'tenant' },
];

/** The frame of every page: navigation, the signed-in user, and the page. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const [opened, { open, close }] = useDisclosure();
  const [wasOpened, setWasOpened] = useState(false);
  if (opened && !wasOpened) setWasOpened(true);
  const [location] = useLocation();
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    close();
    window.scrollTo(0, 0);
  }, [location, close]);
  useEffect(() => forgetSearches, []);
  return (
    <Clock>
      <a href="#content" className={styles['skip']}>
        Skip to the content
      </a>
      <div className={styles['shell']}>
        <aside className={styles['side']}>
          <SideContent />
        </aside>
        <div className={styles['bar']}>
          <Brand />
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label="Open the menu" onClick={open}>
            <MenuIcon size={20} />
          </ActionIcon>
        </div>
        {wasOpened && (
          <MenuFrame opened={opened} onClose={close} title={<Brand />}>
            <div className={styles['drawer']}>
              <SideContent withoutBrand />
            </div>
          </MenuFrame>
        )}
        <main id="content" ref={main} tabIndex={-1} className={styles['main']}>
          <ServicesAway>{children}</ServicesAway>
        </main>
      </div>
    </Clock>
  );
}

const Brand = () => (
  <Link href="/" className={styles['brand'] ?? ''}>
    <Mark size={24} /> Signet
  </Link>
);

function SideContent({ withoutBrand = false }: { readonly withoutBrand?: boolean }) {
  const { isOperator } = useIdentity();
  const role = isOperator ? 'operator' : 'tenant';
  const places = PLACES.filter((place) => place.for === undefined || place.for === role);
  return (
    <>
      {!withoutBrand && <Brand />}
      <nav aria-label="Main" className={styles['nav']}>
        {places.map((place) => (
          <NavLink key={place.href} {...place} />
        ))}
      </nav>
      <TimesChoice />
      <Who />
    </>
  );
}

function NavLink({ href, name, icon }: Place) {
  const [location] = useLocation();
  const isHere = href === '/' ? location === '/' : location === href || location.startsWith(`${href}/`);
  return (
    <Link href={href} className={styles['link'] ?? ''} aria-current={isHere ? 'page' : undefined}>
      {icon} {name}
    </Link>
  );
}

function Who() {
  const { signOut } = useSession();
  const { key, tenant, isOperator } = useIdentity();
  return (
    <div className={styles['who']}>
      <div className={styles['whoText']}>
        <span className={styles['whoName']}>
          <Name>{tenant?.name ?? 'All tenants'}</Name>
        </span>
        <Tip label={`Signed in with the key “${key.name}” (${key.prefix}…)`}>
          <span className={styles['whoKey']}>
            {isOperator ? 'Operator' : 'Tenant'} · <Name>{key.name}</Name>
          </span>
        </Tip>
      </div>
      <div className={styles['whoActions']}>
        <SchemeToggle />
        <Tip label="Sign out">
          <ActionIcon variant="subtle" color="gray" aria-label="Sign out" onClick={signOut}>
            <LeaveIcon />
          </ActionIcon>
        </Tip>
      </div>
    </div>
  );
}

/** How times are shown on all pages. */
function TimesChoice() {
  const { times, setTimes } = useTimes();
  return (
    <label className={styles['times']}>
      Times
      <select value={times} onChange={({ currentTarget }) => setTimes(currentTarget.value as Times)}>
        <option value="relative">Relative</option>
        <option value="local">Exact, {zoneName()}</option>
        <option value="utc">Exact, UTC</option>
      </select>
    </label>
  );
}

function SchemeToggle() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const other = scheme === 'light' ? 'dark' : 'light';
  return (
    <Tip label={`Switch to ${other}`}>
      <ActionIcon variant="subtle" color="gray" aria-label={`Switch to ${other}`} onClick={() => setColorScheme(other)}>
        {scheme === 'light' ? <MoonIcon /> : <SunIcon />}
      </ActionIcon>
    </Tip>
  );
}
