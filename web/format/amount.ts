/**
 * An amount as a person types it, as whole pence. Exact: the digits are taken as they stand, never through a fraction.
 * Taken: `12`, `12.5`, `12.50`, `£1,234.50`, with spaces around. Each mistake has its own sentence.
 */
export type Amount =
  | { ok: true; pence: number }
  | {
      ok: false;
      problem: 'empty' | 'text' | 'negative' | 'zero' | 'fraction' | 'too-large';
      message: string;
    };

const WELL_FORMED = /^([-−+]?)£?((?:\d{1,3}(?:,\d{3})+|\d+)?)(?:\.(\d*))?$/;

export function parseAmount(text: string): Amount {
  const tight = text.trim().replace(/^([-−+]?)\s*£?\s*/, '$1');
  if (tight === '') return refused('empty');
  const [, sign, whole, pence = ''] = WELL_FORMED.exec(tight) ?? [];
  if (whole === undefined || whole + pence === '') return refused('text');
  if (/[1-9]/.test(pence.slice(2))) return refused('fraction');
  const value = BigInt(whole.replaceAll(',', '') + pence.slice(0, 2).padEnd(2, '0'));
  if (value === 0n) return refused('zero');
  if (sign === '-' || sign === '−') return refused('negative');
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) return refused('too-large');
  return { ok: true, pence: Number(value) };
}

const MESSAGES = {
  empty: 'Enter an amount.',
  text: 'Enter an amount in pounds and pence, such as 12.50.',
  negative: 'An amount cannot be less than zero. Enter it without the minus sign.',
  zero: 'Enter an amount above zero.',
  fraction: 'A penny cannot be divided: use at most two digits after the point.',
  'too-large': 'This is more than an account can hold.',
} as const;

function refused(problem: keyof typeof MESSAGES): Amount {
  return { ok: false, problem, message: MESSAGES[problem] };
}
