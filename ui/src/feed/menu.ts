/** What can be done with a row, or with all that are selected. */
import { t } from '../i18n.svelte';
import { lettered } from '../logic/keys';
import { wayTo } from '../logic/links';
import { isTold, senderOf } from '../logic/rows';
import { thisEvening, tomorrowMorning } from '../logic/time';
import type { Item } from '../parts/MenuList.svelte';
import { everything, type Feed } from './feed.svelte';

export function rowItems(feed: Feed, seq: number): Item[] {
  const rows = feed.targets(seq);
  const only = rows.length === 1 ? rows[0] : undefined;
  const items: Item[] = [];
  const way = only ? wayTo(only) : null;
  if (only && way !== null) {
    items.push({ label: way.label, key: '↵', choose: () => void feed.deeds.open(only) });
  }
  const unread = rows.some((row) => row.unread);
  items.push({
    label: unread ? t('mark-read') : t('mark-unread'),
    key: 'R',
    choose: () => feed.deeds.toggleRead(rows),
  });
  const movable = feed.deeds.movable(rows);
  if (movable.length > 0) {
    items.push(
      {
        label: t('archive'),
        key: 'E',
        divided: true,
        choose: () => void feed.deeds.move(movable, 'archive'),
      },
      { label: t('delete'), key: '#', choose: () => void feed.deeds.move(movable, 'delete') },
      { label: t('junk'), choose: () => void feed.deeds.move(movable, 'junk') },
    );
  }
  if (rows.some(isTold))
    items.push({
      label: t('snooze'),
      key: 'S',
      divided: movable.length > 0,
      choose: () => feed.deeds.ask('snooze', seq),
    });
  const sender = only ? senderOf(only) : null;
  if (sender !== null)
    items.push({ label: t('mute', { who: sender }), key: 'M', choose: () => feed.deeds.ask('mute', seq) });
  const selected = feed.selected.has(seq);
  items.push({
    label: selected ? t('unselect') : t('select'),
    key: 'X',
    divided: true,
    choose: () => feed.select(seq, 'toggle'),
  });
  if (feed.selected.size > 0)
    items.push({ label: t('select-none'), key: lettered('Esc'), choose: () => feed.selectNone() });
  if (!only) return items;
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

/** Until when rows can be put off. */
export function laterItems(feed: Feed, seq: number): Item[] {
  const rows = feed.targets(seq);
  const items: Item[] = [
    { label: t('later-hour'), choose: () => void feed.deeds.snooze(rows, 'hour') },
    { label: t('later-evening'), choose: () => void feed.deeds.snooze(rows, 'evening') },
    { label: t('later-tomorrow'), choose: () => void feed.deeds.snooze(rows, 'tomorrow') },
    { label: t('later-monday'), choose: () => void feed.deeds.snooze(rows, 'monday') },
  ];
  if (rows.some((row) => row.snoozed_until !== null)) {
    items.push({ label: t('later-never'), divided: true, choose: () => void feed.deeds.snooze(rows, null) });
  }
  return items;
}

/** Until when a row's sender can be muted. */
export function muteItems(feed: Feed, seq: number, now: number): Item[] {
  const row = feed.targets(seq)[0];
  if (!row) return [];
  return [
    { label: t('mute-evening'), choose: () => void feed.deeds.mute(row, thisEvening(now)) },
    { label: t('mute-tomorrow'), choose: () => void feed.deeds.mute(row, tomorrowMorning(now)) },
    { label: t('mute-good'), divided: true, choose: () => void feed.deeds.mute(row, null) },
  ];
}
