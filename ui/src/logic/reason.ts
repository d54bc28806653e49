/** Why a mail was told as it was, in words. */
import type { Hush, Reason } from '../generated/wire';
import { t } from '../i18n.svelte';
import { until } from './time';

export function reasonText(reason: Reason, now: number): string {
  const args = { outcome: outcome(reason), cause: cause(reason, now) };
  if (reason.privacy === 'sender') return t('reason-sender', args);
  return reason.privacy === 'count' ? t('reason-count', args) : t('reason', args);
}

function outcome(reason: Reason): string {
  switch (reason.outcome) {
    case 'notify':
      return t('outcome-notify');
    case 'silent':
      return t('outcome-silent');
    case 'suppress':
      return t('outcome-suppress');
    case 'group':
      return t('outcome-group');
  }
}

function cause(reason: Reason, now: number): string {
  switch (reason.cause) {
    case 'usual':
      return t('cause-usual');
    case 'rule':
      return t('cause-rule', { rule: reason.rule });
    case 'vip':
      return t('cause-vip', { rule: reason.rule });
    case 'paused':
      return reason.until === null
        ? t('cause-paused')
        : t('cause-paused-until', { time: until(Date.parse(reason.until), now) });
    case 'quiet_hours':
      return t('cause-quiet', { time: until(Date.parse(reason.until), now) });
    case 'do_not_disturb':
      return t('cause-dnd');
    case 'first_sight':
      return t('cause-first');
    case 'headless':
      return t('cause-headless');
    case 'told_before':
      return t('cause-before');
    case 'burst':
      return t('cause-burst');
    case 'away':
      return t('cause-away');
    case 'after_quiet':
      return t('cause-after');
    case 'snoozed':
      return t('cause-snoozed');
  }
}

/** Why no notifications come at present. */
export function hushWord(hush: Hush, now: number): string {
  switch (hush.cause) {
    case 'paused':
      return hush.until === null
        ? t('paused-open')
        : t('paused-until', { time: until(Date.parse(hush.until), now) });
    case 'quiet_hours':
      return t('hush-quiet', { time: until(Date.parse(hush.until), now) });
    case 'do_not_disturb':
      return t('hush-dnd');
  }
}
