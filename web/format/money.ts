/**
 * Money as text. Amounts are whole pence; nothing here computes with fractions: the decimal text is made from the digits,
 * and Intl only dresses it, so that 90,071,992,547,409.91 pounds come out to the penny.
 */
const pounds = new Intl.NumberFormat('en-GB', { style: 'currency', currency: 'GBP' });

/** `£1,234.05`, `−£3.00`; with `sign` also `+£1,234.05`. */
export function formatMoney(pence: number, { sign = false } = {}): string {
  const text = pounds.format(decimal(Math.abs(pence)));
  if (pence < 0) return `−${text}`;
  return sign && pence > 0 ? `+${text}` : text;
}

/** `1234.05`, `-3.00`: for a spreadsheet, and for the field of a form. */
export function plainMoney(pence: number): string {
  return `${pence < 0 ? '-' : ''}${decimal(Math.abs(pence))}`;
}

function decimal(pence: number): `${number}` {
  const digits = String(pence).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}` as `${number}`;
}
