/**
 * What has the focus may go away with what it did: a button with its row, a form with its step. Whoever works by keyboard would stand
 * nowhere then; so the title of the page has the focus, from which one goes on.
 */
export function keepFocus(page: HTMLElement): void {
  let focused: Element | undefined;
  page.addEventListener('focusin', ({ target }) => {
    focused = target instanceof Element ? target : undefined;
  });
  new MutationObserver(() => {
    if (focused === undefined || focused.isConnected) return;
    focused = undefined;
    const { activeElement } = document;
    if (activeElement === null || activeElement === document.body) focusTitle();
  }).observe(page, { childList: true, subtree: true });
}

/** Without moving the page: what is read out is where one is, not where one looks. */
export function focusTitle(): void {
  document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true });
}
