/** Every limit of the gateway, with its unit, and what breaks above it. */
export const SETTINGS = {
  /** pause between two looks at the bus's list of services; a new instance gets its first request that late */
  discoveryMs: 1_000,
  /** pause between two health checks of an instance that works */
  healthCheckMs: 1_000,
  /** the same for one that does not: it comes back that late */
  recoveryCheckMs: 200,
  /** longer than a busy machine needs for a health check, or load alone would take instances out */
  healthCheckTimeoutMs: 5_000,

  /** connections to one instance */
  connectionsPerInstance: 64,
  connectTimeoutMs: 1_000,
  /** a read that has no answer by then is asked of another instance */
  readTimeoutMs: 4_000,
  /** above the services' own deadline of a route (15 s): they know better than we what became of a command */
  commandTimeoutMs: 20_000,
  /** instances that one request is tried at */
  attemptsMax: 3,
  /** answers above it are cut off; the longest statement page has about 150 kB */
  answerBytesMax: 8 * 1024 * 1024,

  /** bodies of requests; the longest one is a note of 200 characters or a password of 1024 */
  bodyBytesMax: 64 * 1024,
  requestTimeoutMs: 30_000,
  /** how long a stop waits for requests under way */
  stopMs: 5_000,

  /** tokens whose signature is remembered to be good, until they run out */
  verifiedTokensMax: 10_000,
  /** pause between two readings of the public keys because of a key nobody knows */
  keysMs: 5_000,
  /** users whose list of accounts is remembered */
  ownersMax: 10_000,

  /** wrong passwords within `guessWindowMs` until the next is refused unread: of one name from one address … */
  guessesPerNameAndAddress: 5,
  /** … of one name from anywhere, high enough that nobody is locked out by a stranger's few … */
  guessesPerName: 50,
  /** … and from one address, where a whole office may sit. */
  guessesPerAddress: 50,
  guessWindowMs: 60_000,
  /** registrations, and sign-ins, a minute from one address: each costs the service a password hash, some 80 ms of a processor */
  hashesPerMinute: 120,
  /** names and addresses that are counted */
  guessersMax: 50_000,

  /** frames from clients; one that names 1,000 accounts has about 20 kB */
  frameBytesMax: 64 * 1024,
  /** what a client has not read when it is cut off; it resumes when it comes back */
  unreadBytesMax: 1024 * 1024,
  topicsPerSocket: 1_000,
  /** frames of a client that are not dealt with; above it nothing more is read from it */
  framesWaitingMax: 32,
  socketsMax: 20_000,
  /** of those, from one address: nobody takes them all */
  socketsPerAddress: 4_000,
  /** a socket whose other end does not answer within two of these is gone */
  heartbeatMs: 20_000,
  /** how long a page may take to say who it is, or to renew a token that has run out */
  helloMs: 20_000,
  /** updates of a topic that are kept to put what arrives out of order into order */
  recentUpdates: 64,
  /** pause before an instance's updates are asked for again, doubled up to the maximum */
  reconnectMs: 50,
  reconnectMaxMs: 1_000,

  /** events are sent to a page at most this often: about 20 frames a second */
  eventFrameMs: 50,
  eventsPerFrame: 500,
  /** pages that follow the bus's events at once */
  eventStreamsMax: 100,
  /** pause between two looks at the bus for the observatory */
  overviewMs: 1_000,
  /** how long an answer about the money waits for the counting of the log, which goes on behind it */
  moneyPatienceMs: 1_000,
  /** events of the log that are counted at once: a few milliseconds of work */
  moneyEventsPerPage: 250,
  /** transfers without a verdict that lists of accounts name; each for at most an hour */
  pendingTransfersMax: 10_000,
  pendingTransferMs: 60 * 60 * 1_000,
} as const;

/** Tests change single ones. */
export type Settings = { readonly [Name in keyof typeof SETTINGS]: number };
