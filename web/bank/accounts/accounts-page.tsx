import { Page } from '../../components/page.js';

export function AccountsPage() {
  return <Page title="Your accounts">{null}</Page>;
}
