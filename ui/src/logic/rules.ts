/** Rules as they are shown and typed. */
import type { Privacy, Rule, Then } from '../generated/wire';
import { isolated, t } from '../i18n.svelte';
import { listOf, until } from './time';

export function blankRule(): Rule {
  return {
    name: null,
    enabled: true,
    account: [],
    folder: [],
    sender: [],
    subject: [],
    until: null,
    then: null,
    privacy: null,
    hook: [],
  };
}

/** A condition: its field is typed a pattern a line. */
export type PatternField = 'sender' | 'subject' | 'folder' | 'account';

/** A rule as its form holds it. */
export type Draft = Record<PatternField | 'name' | 'hook', string> & {
  then: Then | '';
  privacy: Privacy | '';
  /** Whether it still ends when it was to. */
  ends: boolean;
};

export function draftOf(rule: Rule): Draft {
  return {
    name: rule.name ?? '',
    sender: rule.sender.join('\n'),
    subject: rule.subject.join('\n'),
    folder: rule.folder.join('\n'),
    account: rule.account.join('\n'),
    then: rule.then ?? '',
    privacy: rule.privacy ?? '',
    hook: rule.hook.join('\n'),
    ends: rule.until !== null,
  };
}

/** The rule that a form says; what the form doesn't show is as in `base`. */
export function ruleOf(draft: Draft, base: Rule): Rule {
  return {
    ...base,
    name: draft.name.trim() || null,
    sender: patterns(draft.sender),
    subject: patterns(draft.subject),
    folder: patterns(draft.folder),
    account: patterns(draft.account),
    then: draft.then || null,
    privacy: draft.privacy || null,
    // Arguments are taken as they are; only lines without anything are none.
    hook: draft.hook.split('\n').filter((line) => line !== ''),
    until: draft.ends ? base.until : null,
  };
}

/** Whether it does nothing. */
export function isIdle(rule: Rule): boolean {
  return rule.then === null && rule.privacy === null && rule.hook.length === 0;
}

/** One pattern a line. */
function patterns(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** What a rule is about, in a line. */
export function conditions(rule: Rule): string {
  const told = [
    [t('rule-sender'), rule.sender],
    [t('rule-subject'), rule.subject],
    [t('rule-folder'), rule.folder],
    [t('rule-account'), rule.account],
  ] as const;
  const parts = told
    .filter(([, list]) => list.length > 0)
    .map(([name, list]) => name + t('colon') + listOf(list, 'disjunction'));
  return parts.length === 0 ? t('rule-every') : parts.join(t('semicolon'));
}

/** What it does, in a line, and until when. */
export function consequences(rule: Rule, now: number): string {
  const parts: string[] = [];
  if (rule.then) parts.push(t('rule-then') + t('colon') + thenWord(rule.then));
  if (rule.privacy) parts.push(t('rule-privacy') + t('colon') + privacyWord(rule.privacy));
  if (rule.hook[0] !== undefined) parts.push(t('rule-hook') + t('colon') + isolated(rule.hook[0]));
  if (rule.until) parts.push(t('rule-until', { time: until(Date.parse(rule.until), now) }));
  return parts.join(t('semicolon'));
}

export function thenWord(then: Then): string {
  switch (then) {
    case 'notify':
      return t('then-notify');
    case 'silent':
      return t('then-silent');
    case 'suppress':
      return t('then-suppress');
    case 'vip':
      return t('then-vip');
  }
}

export function privacyWord(level: Privacy): string {
  switch (level) {
    case 'full':
      return t('privacy-full');
    case 'sender':
      return t('privacy-sender');
    case 'count':
      return t('privacy-count');
  }
}
