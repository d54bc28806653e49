/** What a row says in words, for each kind of event. It never claims more than the event told. */
import type { Row } from '../generated/wire';
import { t } from '../i18n.svelte';

export interface Description {
  who: string;
  subject: string;
  subjectMissing: boolean;
  snippet: string;
  /** The folder, unless it is the inbox or is named by `who`. */
  folder: string | null;
  /** A single quiet line: something about the box, not a mail. */
  line: boolean;
}

export function describe(row: Row): Description {
  const box = row.mailbox ?? row.node ?? row.service ?? row.account;
  const told = { subjectMissing: false, snippet: row.snippet ?? '', line: false };
  switch (row.kind) {
    case 'gone':
      return { ...told, who: t('row-item-gone', { box }), subject: '', folder: null, line: true };
    case 'cleared':
      return { ...told, who: t('row-cleared', { box }), subject: '', folder: null, line: true };
    case 'closed':
      return { ...told, who: t('row-closed', { box }), subject: '', folder: null, line: true };
    case 'changed':
      if (row.subject === null && row.from === null) {
        const subject = row.unseen === null ? t('row-changed-only') : t('row-unseen', { n: row.unseen });
        return { ...told, who: t('row-changed', { box }), subject, folder: null };
      }
  }
  return {
    ...told,
    who: row.from?.name ?? row.from?.address ?? t('row-no-sender'),
    subject: row.subject ?? t('row-no-subject'),
    subjectMissing: row.subject === null,
    folder: row.mailbox === null || row.mailbox.toLowerCase() === 'inbox' ? null : row.mailbox,
  };
}
