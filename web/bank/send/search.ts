/** Where one is in sending money, as it stands in the address. What is typed is kept in the tab, not there. */
export interface SendSearch {
  /** the account that was being looked at */
  from?: number;
  step?: 'review';
  /** the transfer that was sent: its result is shown */
  transfer?: number;
}

export function sendSearch(search: Record<string, unknown>): SendSearch {
  const number = (value: unknown) =>
    Number.isSafeInteger(Number(value)) && Number(value) > 0 ? Number(value) : undefined;
  const [from, transfer] = [number(search.from), number(search.transfer)];
  return {
    ...(from !== undefined && { from }),
    ...(search.step === 'review' && { step: 'review' }),
    ...(transfer !== undefined && { transfer }),
  };
}
