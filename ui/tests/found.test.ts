import { describe as group, expect, it } from 'vitest';
import type { Row } from '../src/generated/wire';
import { describe } from '../src/logic/describe';
import { foundBy } from '../src/logic/found';
import { words } from '../src/logic/marks';
import { row } from './rows.fixture';

const from = { name: 'Zoe Müller', address: 'zoe.mueller@post.example.org' };

function found(text: string, change: Partial<Row> = {}, snippet = true) {
  const one = row(1, { from, subject: 'Notes for Sunday', snippet: 'Bring the example.', ...change });
  const { address, folder, inFolder } = foundBy(one, describe(one), words(text), snippet);
  return [address, folder, inFolder];
}

group('a row that was found', () => {
  it('by nothing shows what it always shows', () => {
    expect(found('')).toEqual([null, null, false]);
    expect(found('', { mailbox: 'Lists' })).toEqual([null, 'Lists', false]);
  });

  it('by the address shows it', () => {
    expect(found('mueller')).toEqual([from.address, null, false]);
    expect(found('zoe.mueller@post.example.org')).toEqual([from.address, null, false]);
    expect(found('sunday post')).toEqual([from.address, null, false]);
  });

  it('by what is shown already doesn’t show the address', () => {
    expect(found('zoe')).toEqual([null, null, false]);
    expect(found('müll')).toEqual([null, null, false]);
    expect(found('example')).toEqual([null, null, false]);
    expect(found('zoe@x.example', { from: { name: null, address: 'zoe@x.example' } })).toEqual([
      null,
      null,
      false,
    ]);
  });

  it('shows the address where the text that has the word isn’t shown', () => {
    expect(found('example', {}, false)).toEqual([from.address, null, false]);
  });

  it('by its folder shows it, the inbox as well', () => {
    expect(found('inb', { mailbox: 'INBOX' })).toEqual([null, 'INBOX', true]);
    expect(found('famil', { mailbox: 'Familie/Reisen' })).toEqual([null, 'Familie/Reisen', true]);
    expect(found('reis zoe', { mailbox: 'Familie/Reisen' })).toEqual([null, 'Familie/Reisen', true]);
  });

  it('about a box names it once', () => {
    expect(found('lists', { kind: 'cleared', from: null, mailbox: 'Lists' })).toEqual([null, null, false]);
  });
});
