import { Page } from '../../components/page.js';

export function SendPage() {
  return <Page title="Send money">{null}</Page>;
}
