/** What is shown in place of a page that does not exist, or that broke. */
import { Link } from '@tanstack/react-router';
import { Button } from '../components/button.js';
import { Page } from '../components/page.js';

export function NotFound() {
  return (
    <Page title="No such page" width="narrow" intro="There is nothing at this address.">
      <p>
        <Link to="/">Go to the beginning</Link>
      </p>
    </Page>
  );
}

export function Failed({ error }: { error: unknown }) {
  return (
    <Page
      title="This page has failed"
      width="narrow"
      intro={error instanceof Error ? error.message : String(error)}
    >
      <p>
        <Button kind="primary" onPress={() => window.location.reload()}>
          Load it again
        </Button>
      </p>
    </Page>
  );
}
