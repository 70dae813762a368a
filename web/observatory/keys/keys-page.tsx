/** The keys of the log, found by how they begin. */
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { KeyList } from '../../../common/pages/operator.js';
import { useServices } from '../../app/services.js';
import { AddressField } from '../../components/address-field.js';
import { Card } from '../../components/card.js';
import { FourStates } from '../../components/four-states.js';
import { Page } from '../../components/page.js';
import { Table } from '../../components/table.js';
import { useFollow } from '../../live/use-follow.js';
import { KeyLink } from '../parts/mentions.js';
import { More } from '../parts/more.js';
import { keysRead } from '../reads.js';
import styles from './keys.module.css';
import { keysWithPushed } from './list.js';

const route = getRouteApi('/signed-in/observatory/keys');

export function KeysPage() {
  const { prefix } = route.useSearch();
  const navigate = route.useNavigate();
  const keys = useKeys(prefix);
  const choose = (value: string) =>
    navigate({ search: { prefix: value || undefined }, replace: true, resetScroll: false });
  return (
    <Page
      title="Keys"
      width="wide"
      intro="A key is one thing of the business; its events have gapless values."
    >
      <Card
        flush
        title={prefix === undefined ? 'All keys' : `Keys that begin with ${prefix}`}
        actions={
          <AddressField
            label="Begins with"
            name="prefix"
            type="search"
            value={prefix ?? ''}
            navigate={choose}
          />
        }
      >
        <FourStates
          query={keys}
          what="the keys"
          lines={6}
          isEmpty={({ pages }) => pages[0]?.keys.length === 0}
          empty={
            prefix === undefined
              ? 'There is no key yet: nothing has happened.'
              : 'No key begins so. Capitals count; try fewer letters.'
          }
        >
          {({ pages }) => (
            <>
              <List keys={pages.flatMap(({ keys: some }) => some)} />
              <More query={keys} what="keys" />
            </>
          )}
        </FourStates>
      </Card>
    </Page>
  );
}

function useKeys(prefix = '') {
  const { api } = useServices();
  const queries = useQueryClient();
  const read = keysRead(api, prefix);
  const keys = useInfiniteQuery(read);
  useFollow('events', undefined, (pushed) =>
    queries.setQueryData<typeof keys.data>(read.queryKey, (now) => {
      const pages = now && keysWithPushed(now.pages, pushed, prefix);
      return pages === now?.pages ? now : now && { ...now, pages: [...(pages ?? [])] };
    }),
  );
  return keys;
}

function List({ keys }: { keys: KeyList['keys'] }) {
  return (
    <Table
      caption="Keys"
      rows={keys}
      keyOf={({ key }) => key}
      columns={[
        { head: 'Key', cell: ({ key }) => <KeyLink name={key} /> },
        { head: 'Newest value', figures: true, cell: ({ head }) => head },
        {
          head: 'Newest value of each type',
          cell: ({ last_of_type }) => (
            <span className={styles.types}>
              {Object.entries(last_of_type).map(([type, value]) => (
                <span key={type}>
                  {type} <span className={styles.soft}>{value}</span>
                </span>
              ))}
            </span>
          ),
        },
      ]}
    />
  );
}
