/** Keeps in sight what has the focus in a pane, when the pane gets lower: by a bar below it, or a window made smaller. */
export function keepFocusInSight(pane: HTMLElement): () => void {
  let height = pane.clientHeight;
  const look = new ResizeObserver(() => {
    const before = height;
    height = pane.clientHeight;
    const at = document.activeElement;
    if (!at || at === pane || !pane.contains(at)) return;
    const end = at.getBoundingClientRect().bottom - pane.getBoundingClientRect().top;
    // What had been scrolled away is left there.
    if (end > height && end <= before + 1) at.scrollIntoView({ block: 'nearest' });
  });
  look.observe(pane);
  return () => look.disconnect();
}
