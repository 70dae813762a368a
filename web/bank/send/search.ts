/** Where one is in sending money, as it stands in the address. What is typed is kept in the tab, not there. */
export interface SendSearch {
  /** the account that was being looked at */
  from?: number | undefined;
  step?: 'review' | undefined;
  /** the transfer that was sent: its result is shown */
  transfer?: number | undefined;
}

export function sendSearch(search: Record<string, unknown>): SendSearch {
  const number = (value: unknown) =>
    Number.isSafeInteger(Number(value)) && Number(value) > 0 ? Number(value) : undefined;
  return {
    from: number(search.from),
    step: search.step === 'review' ? 'review' : undefined,
    transfer: number(search.transfer),
  };
}
