/** The web engine's own menu (Reload, Back) has no place in the windows, but where text can be taken or put. */
export function keepEnginesMenuAway(event: MouseEvent): void {
  const at = event.target;
  if (at instanceof Element && (at.matches('input, textarea') || canBeSelected(at))) return;
  event.preventDefault();
}

function canBeSelected(element: Element): boolean {
  const style = getComputedStyle(element);
  // WebKitGTK knows it by its own name alone.
  return (style.userSelect ?? style.webkitUserSelect) === 'text';
}
