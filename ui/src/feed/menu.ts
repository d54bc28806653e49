/** What can be done with a row, or with all that are selected. */
import { t } from '../i18n.svelte';
import { target } from '../logic/links';
import type { Item } from '../parts/MenuList.svelte';
import { everything, type Feed } from './feed.svelte';

export function rowItems(feed: Feed, seq: number): Item[] {
  const rows = feed.targets(seq);
  const only = rows.length === 1 ? rows[0] : undefined;
  const items: Item[] = [];
  const host = only ? target(only.link) : null;
  if (only && host !== null) {
    items.push({ label: t('open-at', { host }), key: '↵', choose: () => void feed.open(only) });
  }
  const unread = rows.some((row) => row.unread);
  items.push({
    label: unread ? t('mark-read') : t('mark-unread'),
    key: 'R',
    choose: () => feed.toggleRead(rows),
  });
  const selected = feed.selected.has(seq);
  items.push({
    label: selected ? t('unselect') : t('select'),
    key: 'X',
    choose: () => feed.select(seq, 'toggle'),
  });
  if (feed.selected.size > 0)
    items.push({ label: t('select-none'), key: 'Esc', choose: () => feed.selectNone() });
  if (!only) return items;
  const { name, address } = only.from ?? { name: null, address: null };
  const sender = name ?? address;
  if (sender !== null) {
    items.push({
      label: t('only-from', { who: sender }),
      divided: true,
      choose: () => feed.choose({ ...everything, text: sender }),
    });
  }
  if (only.mailbox !== null) {
    const { account, mailbox } = only;
    const box = feed.several ? `${feed.labels.get(account) ?? account} / ${mailbox}` : mailbox;
    items.push({
      label: t('only-in', { box }),
      divided: sender === null,
      choose: () => feed.choose({ ...everything, account, mailbox }),
    });
  }
  return items;
}
