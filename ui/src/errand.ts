/** What one window asks of another as it shows it: a page, and what to begin there with. */
export type Errand =
  | { page: 'diagnosis' }
  /** A new account; one without XMPP, if it says `mailbox`. */
  | { page: 'account'; jid: string; mailbox?: true };

const KEY = 'mailwren.errand';

/** Leaves an errand for the window that is shown next. If it can't be left, that window opens as it is. */
export function leave(errand: Errand): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(errand));
  } catch {
    // Without storage there is no errand.
  }
}

/** Runs errands, now and when the window is shown again; returns how to stop. */
export function run(doIt: (errand: Errand) => void): () => void {
  const look = (): void => {
    const errand = take();
    if (errand) doIt(errand);
  };
  addEventListener('storage', look);
  addEventListener('focus', look);
  look();
  return () => {
    removeEventListener('storage', look);
    removeEventListener('focus', look);
  };
}

function take(): Errand | null {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? 'null');
    localStorage.removeItem(KEY);
    if (typeof found !== 'object' || found === null || !('page' in found)) return null;
    if (found.page === 'diagnosis') return { page: 'diagnosis' };
    if (found.page === 'account' && 'jid' in found) {
      const mailbox = 'mailbox' in found && found.mailbox === true;
      return { page: 'account', jid: String(found.jid), ...(mailbox && { mailbox }) };
    }
  } catch {
    // As if there was none.
  }
  return null;
}
