/** A report for whoever helps: plain text, in the window's language, without passwords and without mail. */
import type {
  About,
  Account,
  Check,
  NodeStatus,
  Status,
  StepName,
  StepState,
  TestStep,
} from '../generated/wire';
import { t, told } from '../i18n.svelte';
import { accountLine, linkWord } from './connection';

/** A step of a test in a word; without XMPP, it is the mailbox's alone. */
export function stepName(name: StepName, xmpp = true): string {
  switch (name) {
    case 'dns':
      return t('step-dns');
    case 'tls':
      return t('step-tls');
    case 'login':
      return t('step-login');
    case 'services':
      return t('step-services');
    case 'nodes':
      return xmpp ? t('step-nodes') : t('step-folders');
    case 'mailbox':
      return t('step-mailbox');
  }
}

/** What a check is about, in a word. */
export function checkName(about: About): string {
  switch (about) {
    case 'system':
      return t('check-system');
    case 'engine':
      return t('check-engine');
    case 'config':
      return t('check-config');
    case 'store':
      return t('check-store');
    case 'keyring':
      return t('check-keyring');
    case 'bus':
      return t('check-bus');
    case 'notifications':
      return t('notifications');
    case 'tray':
      return t('check-tray');
    case 'subscriptions':
      return t('check-subscriptions');
    case 'push':
      return t('check-push');
    default:
      return stepName(about);
  }
}

/** Whether events arrive from an account's node, in a word. */
export function nodeWord(account: Account, { service, state }: NodeStatus): string {
  switch (state) {
    case 'unknown':
      return t('node-unknown');
    case 'subscribed':
      return service === account.imap?.host ? t('folder-watched') : t('node-subscribed');
    case 'pending':
      return t('node-pending');
    case 'refused':
      return t('node-refused');
    case 'closed':
      return t('node-closed');
  }
}

/** How a step stands in a word. */
export function stateWord(state: StepState | 'todo'): string {
  switch (state) {
    case 'todo':
      return t('step-todo');
    case 'running':
      return t('step-running');
    case 'passed':
      return t('step-passed');
    case 'warned':
      return t('step-warned');
    case 'failed':
      return t('step-failed');
  }
}

export interface Checked {
  account: Account;
  /** The steps of its last check, if it was checked. */
  steps: readonly TestStep[];
}

/** The report, line by line. */
export function report(
  status: Status,
  machine: readonly Check[],
  checked: readonly Checked[],
  now: number,
): string {
  const lines = [`Mailwren ${status.version}`, new Date(now).toISOString()];
  for (const problem of status.problems) lines.push(`! ${problem.code}: ${told(problem.message)}`);
  for (const { about, state, detail } of machine) {
    lines.push(`${checkName(about)}: ${stateWord(state)}, ${told(detail)}`);
  }
  for (const { account, steps } of checked) {
    const stands = status.accounts.find((a) => a.jid === account.jid);
    lines.push('', account.jid);
    if (account.host !== null) lines.push(`  ${t('field-host')}: ${account.host}:${account.port ?? ''}`);
    if (account.imap !== null) {
      lines.push(
        `  ${t('field-imap-host')}: ${[account.imap.host, account.imap.port].filter(Boolean).join(':')}`,
      );
    }
    if (stands) {
      lines.push(`  ${linkWord(stands.link)}, ${accountLine(stands, now)}`);
      if (stands.trouble) lines.push(`  ! ${stands.trouble.code}: ${told(stands.trouble.message)}`);
      for (const node of stands.nodes) {
        const trouble = node.trouble === null ? '' : `: ${told(node.trouble)}`;
        lines.push(`  ${node.service} ${node.node}: ${nodeWord(account, node)}${trouble}`);
      }
      if (stands.strangers > 0) lines.push(`  ${t('strangers', { n: stands.strangers })}`);
    }
    for (const step of steps) {
      lines.push(
        `  ${stepName(step.name, account.xmpp)}: ${stateWord(step.state)}, ${told(step.detail)} (${step.millis} ms)`,
      );
    }
  }
  // Marks of direction are for the eye; in a mail or a bug report they are noise.
  return lines.join('\n').replace(/[\u2066-\u2069]/g, '');
}
