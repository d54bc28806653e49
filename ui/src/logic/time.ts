/** Wording of instants and spans. Every function is given `now` in milliseconds; none reads a clock. */
import type { Row } from '../generated/wire';
import { isolated, locale, t } from '../i18n.svelte';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A mail's own date is believed up to so long before it was stored. */
const BELIEVABLE = 30 * DAY;

const shapes = {
  clock: { hour: '2-digit', minute: '2-digit' },
  dayAndClock: { weekday: 'short', hour: '2-digit', minute: '2-digit' },
  shortDate: { day: 'numeric', month: 'short' },
  shortDateYear: { day: 'numeric', month: 'short', year: 'numeric' },
  longDay: { weekday: 'long', day: 'numeric', month: 'long' },
  longDayYear: { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
  short: { weekday: 'short' },
  long: { weekday: 'long' },
  exactly: { dateStyle: 'full', timeStyle: 'medium' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

/** Formats are dear to make. */
const made = new Map<string, Intl.DateTimeFormat>();

function shape(name: keyof typeof shapes): Intl.DateTimeFormat {
  const key = `${locale()} ${name}`;
  let format = made.get(key);
  if (!format) made.set(key, (format = new Intl.DateTimeFormat(locale(), shapes[name])));
  return format;
}

/** The local calendar day, as a number that grows by one a day. */
export function dayNumber(at: number): number {
  const d = new Date(at);
  return Math.round(Date.UTC(d.getFullYear(), d.getMonth(), d.getDate()) / DAY);
}

/** When a row's mail was sent, if that can be believed; else when it was stored. */
export function sentOrStored(row: Pick<Row, 'received_at' | 'sent_at'>): number {
  const stored = Date.parse(row.received_at);
  const sent = row.sent_at === null ? NaN : Date.parse(row.sent_at);
  return sent <= stored + MINUTE && stored - sent < BELIEVABLE ? sent : stored;
}

/** A row's time under its day's heading: "3 min", "08:12"; "Mon 22:10" or a date when sent on another day. */
export function rowTime(row: Pick<Row, 'received_at' | 'sent_at'>, now: number): string {
  const at = sentOrStored(row);
  const age = now - at;
  if (age < MINUTE) return t('time-now');
  if (age < HOUR) return t('time-minutes', { n: Math.floor(age / MINUTE) });
  const apart = dayNumber(Date.parse(row.received_at)) - dayNumber(at);
  if (apart === 0) return shape('clock').format(at);
  return apart < 7 ? shape('dayAndClock').format(at) : shape('shortDate').format(at);
}

/** For hovering: the exact instants. */
export function exactTime(row: Pick<Row, 'received_at' | 'sent_at'>): string {
  const stored = shape('exactly').format(Date.parse(row.received_at));
  if (row.sent_at === null || Number.isNaN(Date.parse(row.sent_at))) return t('time-stored', { stored });
  return t('time-sent-stored', { sent: shape('exactly').format(Date.parse(row.sent_at)), stored });
}

/** A day's heading: a word for the last two days, and the date. */
export function dayName(day: number, now: number): { word: string; date: string } {
  const at = new Date(day * DAY);
  const local = new Date(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate(), 12);
  const sameYear = local.getFullYear() === new Date(now).getFullYear();
  const date = shape(sameYear ? 'longDay' : 'longDayYear').format(local);
  const today = dayNumber(now);
  if (day === today) return { word: t('day-today'), date };
  if (day === today - 1) return { word: t('day-yesterday'), date };
  return { word: date, date: '' };
}

/** "40 s", "3 min", "2 h", "5 d": how long, in its largest unit. */
export function span(ms: number): string {
  const length = Math.max(0, ms);
  if (length < MINUTE) return t('span-seconds', { n: Math.floor(length / SECOND) });
  if (length < HOUR) return t('span-minutes', { n: Math.floor(length / MINUTE) });
  if (length < DAY) return t('span-hours', { n: Math.floor(length / HOUR) });
  return t('span-days', { n: Math.floor(length / DAY) });
}

/** An instant ahead, or one that was: its clock time, with the weekday or date unless it is today. */
export function until(at: number, now: number): string {
  const apart = Math.abs(dayNumber(at) - dayNumber(now));
  if (apart === 0) return shape('clock').format(at);
  return apart < 7 ? shape('dayAndClock').format(at) : shape('shortDateYear').format(at);
}

/** The clock time that begins an hour, for charts. */
export function hourOf(at: number): string {
  return shape('clock').format(Math.floor(at / HOUR) * HOUR);
}

/** Seven in the morning of the next day, local time; before four, of this one: as the tray and `mailwrenctl` mean it. */
export function tomorrowMorning(now: number): number {
  const d = new Date(now);
  return new Date(d.getFullYear(), d.getMonth(), d.getDate() + (d.getHours() < 4 ? 0 : 1), 7).getTime();
}

/** Six in the evening, local time; tomorrow's if that is less than an hour off. */
export function thisEvening(now: number): number {
  const d = new Date(now);
  const at = (days: number) => new Date(d.getFullYear(), d.getMonth(), d.getDate() + days, 18).getTime();
  return at(0) - now >= HOUR ? at(0) : at(1);
}

/** How long a wording of `span` stays true, so that clocks tick no more than they must. */
export function untilNextWording(ages: readonly number[]): number {
  return ages.some((age) => Math.abs(age) < MINUTE) ? SECOND : 15 * SECOND;
}

/** From one instant to another, as short as can be told. */
export function stretch(from: number, to: number): string {
  const apart = dayNumber(to) - dayNumber(from);
  const name = apart === 0 ? 'clock' : apart < 7 ? 'dayAndClock' : 'shortDate';
  return shape(name).formatRange(from, to);
}

/** Names in a row, or those of which one will do. */
export function listOf(names: readonly string[], type: 'unit' | 'disjunction' = 'unit'): string {
  return new Intl.ListFormat(locale(), { type, style: 'short' }).format(names.map(isolated));
}

/** A day of the week, Monday first. */
export function dayWord(day: number, how: 'short' | 'long' = 'short'): string {
  return shape(how).format(new Date(2024, 0, 1 + day, 12));
}

/** A time of day from its minute. */
export function clockOf(minute: number): string {
  return shape('clock').format(new Date(2024, 0, 1, 0, minute));
}

/** An hour's two figures, for a scale. */
export function figures(hour: number): string {
  return new Intl.NumberFormat(locale(), { minimumIntegerDigits: 2 }).format(hour);
}
