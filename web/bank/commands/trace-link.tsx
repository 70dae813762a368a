/** From a command to everything that came of it: for operators a link, for others the number to ask about. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useServices } from '../../app/services.js';
import { meQuery } from '../../session/me.js';

export function TraceLink({ correlation }: { correlation: string }) {
  const { api } = useServices();
  const me = useQuery(meQuery(api));
  if (me.data?.operator)
    return (
      <Link to="/observatory/traces/$correlation" params={{ correlation }}>
        Follow its trace
      </Link>
    );
  return <code>{correlation}</code>;
}
