/** After a form was sent in vain, its first wrong field has the focus: the mistake is read out, and typing goes on there. */
export function focusFirstMistake(form: Element): void {
  // Drawn first: what is wrong is known to the fields only then.
  requestAnimationFrame(() => form.querySelector<HTMLElement>('[aria-invalid=true]')?.focus());
}
