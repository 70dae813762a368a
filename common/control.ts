import type { Populating } from './pages/operator.js';

/**
 * What a process asks the launcher that runs it, over the channel between them: what needs other processes, and nothing that
 * could reach a port. A request looks like one of HTTP, and so does its answer.
 */
export interface ControlRequest {
  /** names the request; its answer has the same */
  readonly control: number;
  readonly method: 'GET' | 'POST';
  /** with its query */
  readonly path: string;
  /** JSON */
  readonly body?: string;
}

export interface ControlAnswer {
  readonly control: number;
  /** as of HTTP */
  readonly status: number;
  /** JSON; of a refusal `{error, code}` */
  readonly text: string;
}

/** What the launcher tells without being asked: how far the filling of the bank is. */
export interface ControlNews {
  readonly news: 'populate';
  readonly data: Populating;
}
