import { Page } from '../components/page.js';

/** Where operators look at the system at work. */
export function ObservatoryPage() {
  return (
    <Page title="Observatory" width="wide">
      {null}
    </Page>
  );
}
