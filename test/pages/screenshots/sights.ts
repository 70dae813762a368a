/** What there is to see: the pages by name, and where and when each of them is there to be taken. */
import type { Page } from 'playwright-core';
import { progress, review } from '../steps.js';
import type { LivedIn } from './lived-in.js';

/** What a page shows when it is there, and what is done on it before. */
export interface Sight {
  readonly path: string;
  readonly there: string;
  readonly first?: (page: Page) => Promise<void>;
}

export type Sights = Readonly<Record<string, Sight>>;

export const DOOR: Sights = {
  'sign-in': { path: '/sign-in', there: 'role=heading[name="Sign in"]' },
  register: { path: '/register', there: 'role=heading[name="Register"]' },
};

export function bankSights({ accounts: [current, savings] }: LivedIn): Sights {
  return {
    accounts: { path: '/accounts', there: `role=heading[name="Account ${savings}"]` },
    statement: { path: `/accounts/${current}`, there: 'canvas' },
    deposit: { path: `/accounts/${savings}/deposit`, there: 'role=textbox[name="Amount"]' },
    review: {
      path: `/send?from=${current}`,
      there: 'role=button[name="Send £12.50"]',
      first: (page) => review(page, '12.50', savings),
    },
    accepted: {
      path: `/send?from=${current}`,
      there: '[data-progress=accepted]',
      first: async (page) => {
        await review(page, '2', savings);
        await page.getByRole('button', { name: 'Send £2.00' }).click();
        await progress(page, 'accepted');
      },
    },
    refused: {
      path: `/send?from=${current}`,
      there: '[data-progress=refused]',
      first: async (page) => {
        await review(page, '90,000', savings);
        await page.getByRole('button', { name: 'Send £90,000.00' }).click();
        await progress(page, 'refused');
      },
    },
  };
}

export async function operatorSights({ system, accounts: [current], correlation }: LivedIn): Promise<Sights> {
  const { events } = (await system.askBus(`/correlations/${correlation}`)) as {
    events: { position: string }[];
  };
  const { head } = (await system.askBus('/totals')) as { head: string };
  const time = `service=accounts&path=/account/${current}&at=${head}&than=${Number(head) - 40}`;
  return {
    live: { path: '/observatory', there: '[data-position]' },
    event: { path: `/observatory/events/${events[1]!.position}`, there: 'text=In its correlation: 2 of' },
    trace: { path: `/observatory/traces/${correlation}?view=graph`, there: '[data-type=PointsEarned]' },
    timeline: { path: `/observatory/traces/${correlation}?view=timeline`, there: 'text=after its cause' },
    keys: { path: '/observatory/keys?prefix=acc', there: `role=link[name="acc-${current}"]` },
    key: { path: '/observatory/keys/seat-12', there: 'text=but the newest value was 1' },
    services: { path: '/observatory/services', there: 'text=The bus answers' },
    parked: { path: '/observatory/parked', there: 'text=could not handle' },
    time: { path: `/observatory/time?${time}`, there: 'role=table[name="Fields that differ"]' },
    totals: { path: '/observatory/totals', there: 'text=What was taken was given' },
    populate: { path: '/observatory/populate', there: 'role=button[name="Populate"]' },
  };
}
