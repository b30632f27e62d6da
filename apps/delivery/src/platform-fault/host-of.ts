import type { RoutedWebhook } from '../webhook-directory/routed-webhook.ts';

const hosts = new WeakMap<RoutedWebhook, string>();

/** The host of the webhook's URL, without its port; the whole URL if it cannot be parsed. It is parsed once for each webhook. */
export function hostOf(webhook: RoutedWebhook): string {
  const known = hosts.get(webhook);
  if (known !== undefined) return known;
  const host = URL.parse(webhook.url)?.hostname ?? webhook.url;
  hosts.set(webhook, host);
  return host;
}
