import { describe, expect, it } from 'vitest';
import type { Filter } from '../src/generated/wire';
import { belongs, byDay, join, mailboxes, merge } from '../src/logic/rows';
import { row } from './rows.fixture';

const all: Filter = { account: null, mailbox: null, unread: false, text: null };
const seqs = (rows: { seq: number }[]) => rows.map((r) => r.seq);

describe('merging changes', () => {
  const held = [row(9), row(7), row(5)];

  it('keeps new rows apart, newest first', () => {
    const { rows, fresh } = merge(held, [row(10), row(11)], all, 9, true);
    expect(seqs(rows)).toEqual([9, 7, 5]);
    expect(seqs(fresh)).toEqual([11, 10]);
  });

  it('replaces a held row where it stands, also when the filter would no longer choose it', () => {
    const read = row(7, { unread: false, rev: 20 });
    const { rows } = merge(held, [read], { ...all, unread: true }, 9, true);
    expect(rows[1]).toEqual(read);
    expect(seqs(rows)).toEqual([9, 7, 5]);
  });

  it('never goes back to an earlier revision', () => {
    const known = row(7, { rev: 30, unread: false });
    const { rows } = merge([known], [row(7, { rev: 20 }), row(7, { rev: 10 })], all, 9, true);
    expect(rows).toEqual([known]);
  });

  it('takes the last of several changes of one row', () => {
    const { fresh } = merge([], [row(3, { rev: 4 }), row(3, { rev: 6, unread: false })], all, 0, false);
    expect(fresh).toEqual([row(3, { rev: 6, unread: false })]);
  });

  it('lets a row in between that belongs now', () => {
    const { rows, fresh } = merge(held, [row(8, { rev: 20 })], all, 9, true);
    expect(seqs(rows)).toEqual([9, 8, 7, 5]);
    expect(fresh).toEqual([]);
  });

  it('leaves rows older than what was read to the next page, unless everything was read', () => {
    expect(seqs(merge(held, [row(2, { rev: 20 })], all, 9, true).rows)).toEqual([9, 7, 5]);
    expect(seqs(merge(held, [row(2, { rev: 20 })], all, 9, false).rows)).toEqual([9, 7, 5, 2]);
  });

  it('leaves out what the filter does not choose', () => {
    const { fresh } = merge(
      held,
      [row(10, { account: 'other@x.example' })],
      { ...all, account: 'lena@home.example' },
      9,
      true,
    );
    expect(fresh).toEqual([]);
  });
});

it('joins runs without doubles, the later revision staying', () => {
  const later = row(4, { rev: 9, unread: false });
  expect(join([row(5), row(4)], [later, row(3)])).toEqual([row(5), later, row(3)]);
});

describe('a filter', () => {
  const mail = row(1, {
    from: { name: 'Miriam Weiß', address: 'm@x.example' },
    subject: 'Schlüsselübergabe',
    mailbox: 'Familie',
  });

  it.each([
    ['a word’s beginning', { text: 'schlüs' }, true],
    ['without accents or case', { text: 'SCHLUSSELUBER' }, true],
    ['words from several places, in any order', { text: 'familie miriam' }, true],
    ['the middle of a word', { text: 'lüssel' }, false],
    ['one word of two', { text: 'miriam jonas' }, false],
    ['blanks only', { text: '  ' }, true],
    ['the mailbox', { mailbox: 'Familie' }, true],
    ['another mailbox', { mailbox: 'INBOX' }, false],
    ['another account', { account: 'l@work.example' }, false],
    ['unread', { unread: true }, true],
  ])('judges %s', (_, choice, chosen) => {
    expect(belongs(mail, { ...all, ...choice })).toBe(chosen);
  });
});

it('groups rows by the day they were stored', () => {
  const days = byDay([row(3), row(2), row(1, { received_at: '2026-11-20T12:00:00Z' })]);
  expect(days.map((d) => seqs(d.rows))).toEqual([[3, 2], [1]]);
});

it('names the mailboxes met, each once', () => {
  const rows = [
    row(3, { mailbox: 'Lists' }),
    row(2, { mailbox: null }),
    row(1, { mailbox: 'Builds' }),
    row(0, { mailbox: 'Lists' }),
  ];
  expect(mailboxes(rows)).toEqual(['Builds', 'Lists']);
});
