import { describe, expect, it } from 'vitest';
import type { QuietHours } from '../src/generated/wire';
import { areaOf, copied, holds, minutes, painted, quietHours, shades, spans, tidy } from '../src/logic/quiet';

const nights: QuietHours = { days: [], from: '22:00', to: '07:00' };

it.each([
  ['22:00', 1320],
  ['7:05', 425],
  ['24:00', 1440],
  ['24:01', null],
  ['22:60', null],
  ['ten', null],
  ['', null],
])('reads %j as a time of day', (text, at) => {
  expect(minutes(text)).toBe(at);
});

it('keeps a time as the configuration writes it, and leaves what is none', () => {
  const typed = ['7', '7:30', '7.30', ' 22:00 ', '٢٢:٠٠', 'soon'];
  expect(typed.map(tidy)).toEqual(['07:00', '07:30', '07:30', '22:00', '22:00', 'soon']);
});

describe('a week', () => {
  it('shows what goes past midnight on both days, Sunday’s on Monday', () => {
    expect(spans([{ days: ['sun'], from: '22:00', to: '07:00' }])).toEqual([
      { day: 0, from: 0, to: 420 },
      { day: 6, from: 1320, to: 1440 },
    ]);
  });

  it('takes no days for every day, and midnight for the end of one', () => {
    expect(spans([{ days: [], from: '22:00', to: '24:00' }])).toHaveLength(7);
    expect(spans([{ days: ['mon'], from: '22:00', to: '00:00' }])).toEqual([
      { day: 0, from: 1320, to: 1440 },
    ]);
    expect(spans([{ days: ['mon'], from: '00:00', to: '24:00' }])).toEqual([{ day: 0, from: 0, to: 1440 }]);
  });

  it('is quiet from a time to the same one for a whole day', () => {
    expect(quietHours([{ days: ['fri'], from: '18:00', to: '18:00' }])).toBe(24);
  });

  it('counts what overlaps once, and draws it as one', () => {
    const twice: QuietHours[] = [
      { days: ['mon'], from: '10:00', to: '12:00' },
      { days: ['mon'], from: '11:00', to: '12:30' },
    ];
    expect(quietHours(twice)).toBe(2.5);
    expect(spans(twice)).toEqual([{ day: 0, from: 600, to: 750 }]);
  });

  it('tells which hours are quiet, and which partly', () => {
    const monday = shades([{ days: ['mon'], from: '10:00', to: '11:30' }])[0];
    expect(monday?.slice(9, 13)).toEqual(['none', 'all', 'some', 'none']);
  });
});

describe('painting', () => {
  const at = (day: number, hour: number) => ({ day, hour });

  it('adds hours, and says nights that are alike once', () => {
    const evenings = areaOf(at(6, 23), at(0, 22));
    const mornings = areaOf(at(0, 0), at(6, 6));
    expect(painted(painted([], evenings, true), mornings, true)).toEqual([nights]);
  });

  it('takes hours out of what was quiet, and leaves the rest to the minute', () => {
    const before: QuietHours[] = [{ days: ['tue'], from: '09:15', to: '12:45' }];
    expect(painted(before, areaOf(at(1, 10), at(1, 10)), false)).toEqual([
      { days: ['tue'], from: '09:15', to: '10:00' },
      { days: ['tue'], from: '11:00', to: '12:45' },
    ]);
  });

  it('cuts what is longer than a day at midnight, over the end of the week, too', () => {
    const weekend = painted(painted([], areaOf(at(5, 0), at(6, 23)), true), areaOf(at(0, 0), at(0, 6)), true);
    expect(weekend).toEqual([
      { days: ['sat', 'sun'], from: '00:00', to: '24:00' },
      { days: ['mon'], from: '00:00', to: '07:00' },
    ]);
  });

  it('can fill and empty the week', () => {
    const all = areaOf(at(0, 0), at(6, 23));
    expect(painted([nights], all, true)).toEqual([{ days: [], from: '00:00', to: '24:00' }]);
    expect(painted([nights], all, false)).toEqual([]);
  });

  it('writes nothing that draws otherwise', () => {
    // Each pair of corners over quiet hours that cross midnight, overlap and have odd minutes.
    const before: QuietHours[] = [
      nights,
      { days: ['fri', 'sat'], from: '20:20', to: '11:10' },
      { days: ['sun'], from: '00:00', to: '00:00' },
    ];
    for (const [day, hour, on] of [
      [0, 5, true],
      [4, 21, false],
      [6, 23, false],
      [3, 12, true],
    ] as const) {
      const area = areaOf(at(day, hour), at(2, 14));
      const after = shades(painted(before, area, on));
      for (const [d, hours] of shades(before).entries()) {
        for (const [h, shade] of hours.entries()) {
          expect(after[d]?.[h]).toBe(holds(area, at(d, h)) ? (on ? 'all' : 'none') : shade);
        }
      }
    }
  });

  it('copies a day to all days', () => {
    const monday: QuietHours[] = [{ days: ['mon'], from: '12:00', to: '13:30' }];
    expect(copied(monday, 0)).toEqual([{ days: [], from: '12:00', to: '13:30' }]);
    expect(copied(monday, 1)).toEqual([]);
  });
});
