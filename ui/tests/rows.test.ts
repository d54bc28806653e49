import { describe, expect, it } from 'vitest';
import type { Filter } from '../src/generated/wire';
import { belongs, byDay, join, merge, partsOf } from '../src/logic/rows';
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

describe('parts of a day', () => {
  const late = (seq: number, change: object = {}) => row(seq, { sent_at: '2026-11-24T03:00:00Z', ...change });
  const shape = (rows: Parameters<typeof partsOf>[0], fold = true) =>
    partsOf(rows, fold).map((part) => [part.away, seqs(part.rows)]);

  it('gathers what came late and together', () => {
    expect(shape([row(9), late(8), late(7), late(6), late(5), row(4)])).toEqual([
      [false, [9]],
      [true, [8, 7, 6, 5]],
      [false, [4]],
    ]);
  });

  it('takes the server’s word for it, too', () => {
    const told = [4, 3, 2, 1].map((seq) => row(seq, { delayed: true }));
    expect(shape(told)).toEqual([[true, [4, 3, 2, 1]]]);
  });

  it.each([
    ['too few', [late(3), late(2), late(1)]],
    ['in time', [4, 3, 2, 1].map((seq) => row(seq, { sent_at: '2026-11-24T11:58:00Z' }))],
    ['apart', [4, 3, 2, 1].map((seq) => late(seq, { received_at: `2026-11-24T12:${10 + seq * 3}:00Z` }))],
    ['not mail', [4, 3, 2, 1].map((seq) => late(seq, { kind: 'cleared', delayed: true }))],
  ])('leaves alone what is %s', (_, rows) => {
    expect(shape(rows).map(([away]) => away)).not.toContain(true);
  });

  it('folds nothing that was searched for', () => {
    expect(shape([late(4), late(3), late(2), late(1)], false)).toEqual([[false, [4, 3, 2, 1]]]);
  });

  it('keep their keys as rows are added at either end', () => {
    const held = [late(70), late(69), late(68), late(67), row(66), row(10)];
    const keys = partsOf(held, true).map((part) => part.key);
    const more = partsOf([row(72), late(71), ...held, row(9)], true).map((part) => part.key);
    expect(more.slice(-keys.length)).toEqual(keys);
    expect(new Set(more).size).toBe(more.length);
  });
});
