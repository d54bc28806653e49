/** Quiet hours as a week: what is typed, what is drawn, and what is painted. */
import type { Day, QuietHours } from '../generated/wire';

export const week: readonly Day[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const HOUR = 60;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

/** Minutes since midnight; `null` if it is no time of day. 24:00 is the end of the day. */
export function minutes(text: string): number | null {
  const found = /^([0-9]{1,2}):([0-9]{2})$/.exec(text.trim());
  const at = Number(found?.[1]) * HOUR + Number(found?.[2]);
  return found && Number(found[2]) < 60 && at <= DAY ? at : null;
}

/** A time as it is kept: `7:00`, `7.00` and `7` are 07:00, in Arabic figures, too. What is none stays as it is. */
export function tidy(text: string): string {
  const latin = text.trim().replace(/[٠-٩]/g, (figure) => String('٠١٢٣٤٥٦٧٨٩'.indexOf(figure)));
  const hour = /^[0-9]{1,2}$/.test(latin) ? `${latin}:00` : latin.replace('.', ':');
  return minutes(hour) === null ? text : hour.padStart(5, '0');
}

/** Each minute of the week, from Monday's first: 1 where it is quiet. */
type Stillness = Uint8Array;

function stillness(quiet: readonly QuietHours[]): Stillness {
  const still = new Uint8Array(WEEK);
  for (const hours of quiet) {
    const from = minutes(hours.from);
    const to = minutes(hours.to);
    if (from === null || to === null) continue;
    const length = (to % DAY) - (from % DAY);
    for (const day of hours.days.length === 0 ? week : hours.days) {
      const begin = week.indexOf(day) * DAY + (from % DAY);
      const end = begin + (length > 0 ? length : length + DAY);
      for (let minute = begin; minute < end; minute += 1) still[minute % WEEK] = 1;
    }
  }
  return still;
}

export interface Span {
  day: number;
  from: number;
  to: number;
}

/** The quiet of a week, each day's apart, in minutes; what goes past midnight is on both days, what overlaps is one. */
export function spans(quiet: readonly QuietHours[]): Span[] {
  const still = stillness(quiet);
  return week.flatMap((_, day) => runs(still.subarray(day * DAY, (day + 1) * DAY), day));
}

function runs(still: Stillness, day: number): Span[] {
  const found: Span[] = [];
  for (let from = still.indexOf(1); from >= 0;) {
    const end = still.indexOf(0, from);
    const to = end < 0 ? still.length : end;
    found.push({ day, from, to });
    from = end < 0 ? -1 : still.indexOf(1, to);
  }
  return found;
}

/** How many hours of the week are quiet; what overlaps counts once. */
export function quietHours(quiet: readonly QuietHours[]): number {
  const count = stillness(quiet).reduce((sum, one) => sum + one, 0);
  return Math.round(count / 6) / 10;
}

/** A cell of the week: a day, and an hour of it. */
export interface Cell {
  day: number;
  hour: number;
}

/** The cells between two, corner to corner. */
export interface Area {
  days: [first: number, last: number];
  hours: [first: number, last: number];
}

export function areaOf(a: Cell, b: Cell): Area {
  return {
    days: [Math.min(a.day, b.day), Math.max(a.day, b.day)],
    hours: [Math.min(a.hour, b.hour), Math.max(a.hour, b.hour)],
  };
}

export function holds({ days, hours }: Area, { day, hour }: Cell): boolean {
  return day >= days[0] && day <= days[1] && hour >= hours[0] && hour <= hours[1];
}

/** How much of each hour is quiet, by day and hour. */
export function shades(quiet: readonly QuietHours[]): ('all' | 'some' | 'none')[][] {
  const still = stillness(quiet);
  return week.map((_, day) =>
    Array.from({ length: 24 }, (__, hour) => {
      const begin = day * DAY + hour * HOUR;
      const count = still.subarray(begin, begin + HOUR).reduce((sum, one) => sum + one, 0);
      return count === HOUR ? 'all' : count > 0 ? 'some' : 'none';
    }),
  );
}

/** Quiet hours with an area made quiet, or loud. */
export function painted(quiet: readonly QuietHours[], { days, hours }: Area, on: boolean): QuietHours[] {
  const still = stillness(quiet);
  for (let day = days[0]; day <= days[1]; day += 1) {
    still.fill(on ? 1 : 0, day * DAY + hours[0] * HOUR, day * DAY + (hours[1] + 1) * HOUR);
  }
  return written(still);
}

/** Quiet hours with each day as one of them is. */
export function copied(quiet: readonly QuietHours[], day: number): QuietHours[] {
  const still = stillness(quiet);
  const pattern = still.slice(day * DAY, (day + 1) * DAY);
  for (const [to] of week.entries()) still.set(pattern, to * DAY);
  return written(still);
}

/** As few quiet hours as say it: one for all days on which it begins and ends alike. */
function written(still: Stillness): QuietHours[] {
  if (still.every((one) => one === 1)) return [{ days: [], from: '00:00', to: '24:00' }];
  const found = new Map<string, QuietHours>();
  for (let begin = 0; begin < WEEK; begin += 1) {
    if (still[begin] !== 1 || still[(begin + WEEK - 1) % WEEK] === 1) continue;
    let left = 0;
    while (still[(begin + left) % WEEK] === 1) left += 1;
    for (let at = begin; left > 0;) {
      // They last a day at most; what is longer is cut at midnight.
      const length = left <= DAY ? left : DAY - (at % DAY);
      const [from, to] = [clock(at % DAY), clock((at + length) % DAY || DAY)];
      const hours = found.get(from + to) ?? { days: [], from, to };
      hours.days.push(week[Math.floor(at / DAY) % 7] as Day);
      found.set(from + to, hours);
      at += length;
      left -= length;
    }
  }
  const inOrder = (days: readonly Day[]) => week.filter((day) => days.includes(day));
  return [...found.values()].map((hours) => ({
    ...hours,
    days: hours.days.length === 7 ? [] : inOrder(hours.days),
  }));
}

function clock(minute: number): string {
  const figures = (n: number) => String(n).padStart(2, '0');
  return `${figures(Math.floor(minute / HOUR))}:${figures(minute % HOUR)}`;
}
