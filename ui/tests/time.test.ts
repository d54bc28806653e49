import { describe, expect, it } from 'vitest';
import {
  dayName,
  dayNumber,
  rowTime,
  sentOrStored,
  span,
  thisEvening,
  tomorrowMorning,
  until,
  untilNextWording,
} from '../src/logic/time';

const minute = 60_000;
const local = (...of: [number, number, number, number, number]) => new Date(...of).getTime();
const now = local(2026, 10, 24, 15, 0);
const stored = (at: number, sent: number | null = null) => ({
  received_at: new Date(at).toISOString(),
  sent_at: sent === null ? null : new Date(sent).toISOString(),
});

describe('a row’s time', () => {
  it.each([
    ['now', now - 20_000, 'now'],
    ['a minute ahead of our clock', now + minute / 2, 'now'],
    ['minutes', now - 9 * minute, '9 min'],
    ['the last minute before the hour', now - 59 * minute, '59 min'],
  ])('says %s', (_, at, said) => {
    expect(rowTime(stored(at), now)).toBe(said);
  });

  it('is the clock’s from an hour on, whichever the day, as the heading names the day', () => {
    expect(rowTime(stored(local(2026, 10, 24, 8, 12)), now)).toMatch(/8:12/);
    expect(rowTime(stored(local(2026, 10, 20, 8, 12)), now)).toMatch(/^0?8:12/);
  });

  it('bears a weekday when it was sent on another day than it came', () => {
    const late = stored(local(2026, 10, 24, 8, 0), local(2026, 10, 21, 22, 10));
    expect(rowTime(late, now)).toMatch(/Sat.*10:10/);
  });

  it('trusts no date from the future, nor one from years ago', () => {
    const at = local(2026, 10, 24, 8, 0);
    expect(sentOrStored(stored(at, at + 3_600_000))).toBe(at);
    expect(sentOrStored(stored(at, Date.parse('2008-07-18T01:11:11Z')))).toBe(at);
    expect(sentOrStored({ ...stored(at), sent_at: 'not a date' })).toBe(at);
  });
});

describe('a day’s heading', () => {
  it('has words for today and yesterday', () => {
    expect(dayName(dayNumber(now), now).word).toBe('Today');
    expect(dayName(dayNumber(local(2026, 10, 23, 0, 1)), now).word).toBe('Yesterday');
  });

  it('is the date before that, with its year when that is another', () => {
    expect(dayName(dayNumber(local(2026, 10, 20, 12, 0)), now).word).toMatch(/Friday/);
    expect(dayName(dayNumber(local(2025, 11, 31, 12, 0)), now).word).toMatch(/2025/);
  });

  it('changes at local midnight', () => {
    expect(dayNumber(local(2026, 10, 24, 0, 0)) - dayNumber(local(2026, 10, 23, 23, 59))).toBe(1);
  });
});

it.each([
  [-5, '0 s'],
  [40_900, '40 s'],
  [60_000, '1 min'],
  [7_200_000, '2 h'],
  [200_000_000, '2 d'],
])('says a span of %i ms as %s', (ms, said) => {
  expect(span(ms)).toBe(said);
});

it('names the end of a pause by the clock, and by its day when that isn’t today', () => {
  expect(until(local(2026, 10, 24, 16, 30), now)).toMatch(/^0?4:30/);
  expect(until(tomorrowMorning(now), now)).toMatch(/Wed.*7:00/);
});

it.each([
  ['late in the evening', local(2026, 10, 24, 23, 30), local(2026, 10, 25, 7, 0)],
  ['before it is slept', local(2026, 10, 25, 2, 0), local(2026, 10, 25, 7, 0)],
])('tomorrow morning is the next one, %s', (_, at, morning) => {
  expect(tomorrowMorning(at)).toBe(morning);
});

it('this evening is tomorrow’s once it is near', () => {
  expect(thisEvening(local(2026, 10, 24, 17, 0))).toBe(local(2026, 10, 24, 18, 0));
  expect(thisEvening(local(2026, 10, 24, 17, 1))).toBe(local(2026, 10, 25, 18, 0));
});

it('tells an instant that was by its day, and by its date when that is long ago', () => {
  expect(until(local(2026, 10, 23, 7, 0), now)).toMatch(/Mon.*7:00/);
  expect(until(local(2026, 9, 3, 7, 0), now)).toMatch(/Oct/);
});

it('ticks by the second only while seconds are shown', () => {
  expect(untilNextWording([40_000])).toBe(1000);
  expect(untilNextWording([-12_000, 90_000])).toBe(1000);
  expect(untilNextWording([90_000])).toBe(15_000);
  expect(untilNextWording([])).toBe(15_000);
});
