import type { Row } from '../src/generated/wire';
import { blankRow } from '../src/web/engine';

/** A row as stored on a Tuesday noon, changed as wanted. */
export function row(seq: number, change: Partial<Row> = {}): Row {
  return { ...blankRow(), received_at: '2026-11-24T12:00:00Z', seq, rev: seq, ...change };
}
