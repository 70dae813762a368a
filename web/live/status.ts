/** What the header says about the connection. Times are Unix milliseconds. */
export type LiveStatus =
  /** nobody is signed in: there is nothing to connect for */
  | { state: 'idle' }
  | { state: 'connecting' }
  | { state: 'live' }
  /** connected again; what was missed is on its way. `behind` is 0 when the number is not known */
  | { state: 'catching-up'; behind: number; since: number }
  | { state: 'reconnecting'; at: number; since: number }
  | { state: 'offline'; since: number }
  /** the session is over; data stays */
  | { state: 'signed-out'; since: number }
  /** connected, but a service behind the gateway is away */
  | { state: 'unavailable'; since: number };

/** Since when what is shown may be old; undefined while it is current. */
export function staleSince(status: LiveStatus): number | undefined {
  return 'since' in status ? status.since : undefined;
}

/** Why no money can be moved at the moment; undefined when it can. */
export function whyNoMoney(status: LiveStatus): string | undefined {
  switch (status.state) {
    case 'live':
    case 'catching-up':
    // A service may be away: a transfer is then accepted for later, or refused in words.
    case 'unavailable':
      return undefined;
    case 'connecting':
      return 'Connecting to the bank …';
    case 'reconnecting':
      return 'The connection is lost. You can go on as soon as it is back.';
    case 'offline':
      return 'This device is offline. You can go on as soon as it has a network.';
    case 'idle':
    case 'signed-out':
      return 'You are signed out. Sign in to go on.';
  }
}
