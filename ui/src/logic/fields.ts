/** What text fields hold. */

export function orNull(text: string): string | null {
  return text.trim() === '' ? null : text.trim();
}

/** What stands in the lines, without empty ones. */
export function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

export function isPort(text: string): boolean {
  return /^[0-9]+$/.test(text) && Number(text) >= 1 && Number(text) <= 65535;
}
