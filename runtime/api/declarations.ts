import { METHODS } from 'node:http';
import { HostError, type LuaFunction } from '../lua/vm.js';
import { parsePattern, type Segment } from './route-pattern.js';
import { parseTopicPattern, type TopicMatch } from './topic-pattern.js';

/**
 * What a script declares at its top level: the client type, the handlers of event types, the routes, the topics. Invariants: after
 * `close` nothing changes; no type has handlers of both styles; no two routes have the same method and pattern;
 * no two topics the same pattern.
 */
export class Declarations {
  readonly types = new Map<string, DeclaredType>();
  readonly routes: DeclaredRoute[] = [];
  readonly resumes: DeclaredResume[] = [];
  #clientType: string | undefined;
  #closed = false;

  /** @param warn told what is legal but hardly meant */
  constructor(readonly warn: (message: string) => void) {}

  get clientType(): string | undefined {
    return this.#clientType;
  }

  /** The top level has run: from now on every declaration is an error. */
  close(): void {
    this.#closed = true;
  }

  register(call: string, clientType: string): void {
    this.#open(call);
    if (!CLIENT_TYPE.test(clientType))
      throw new HostError(
        `${call}: the client type ${JSON.stringify(clientType)} may have letters, digits, "-", "_" and "." only, and begins with a letter or digit`,
      );
    if (this.#clientType !== undefined)
      throw new HostError(
        `${call}: this script is registered already, as ${JSON.stringify(this.#clientType)}`,
      );
    this.#clientType = clientType;
  }

  handle(call: string, kind: HandlerKind, eventType: string, handler: LuaFunction): void {
    this.#open(call);
    if (eventType === '*')
      throw new HostError(`${call}: event_type names one type of event; "*" is not possible in a script`);

    const type = this.types.get(eventType) ?? {};
    const foreign = HANDLER_KINDS.find((other) => type[other] && STYLE[other] !== STYLE[kind]);
    if (foreign)
      throw new HostError(
        `${call}: ${eventType} has a ${foreign} already (${type[foreign]?.where}); a type is handled either by projection and decision or by the classic listeners, not by both`,
      );
    if (type[kind])
      this.warn(
        `${handler.where}: this ${kind} of ${eventType} replaces the one declared at ${type[kind].where}`,
      );
    this.types.set(eventType, { ...type, [kind]: handler });
  }

  route(call: string, style: Style, method: string, pattern: string, handler: LuaFunction): void {
    this.#open(call);
    const segments = parsePattern(call, pattern);
    const verb = method.toUpperCase();
    if (!METHODS.includes(verb))
      throw new HostError(
        `${call}: ${JSON.stringify(method)} is no HTTP method; write ${style === 'modern' ? 'bus:route(method, pattern, handler)' : 'bus:add_route(pattern, method, handler)'}`,
      );
    if (pattern === HEALTH_PATH)
      throw new HostError(`${call}: ${HEALTH_PATH} belongs to the host; choose another pattern`);

    const route = { method: verb, pattern, segments, style, handler };
    const former = this.routes.findIndex((known) => known.method === verb && known.pattern === pattern);
    this.#put(this.routes, former, route, `route ${verb} ${pattern}`);
  }

  resume(call: string, pattern: string, handler: LuaFunction): void {
    this.#open(call);
    const resume = { pattern, match: parseTopicPattern(call, pattern), handler };
    const former = this.resumes.findIndex((known) => known.pattern === pattern);
    this.#put(this.resumes, former, resume, `resume handler of ${pattern}`);
  }

  /** @param former where the same was declared before, -1 = nowhere */
  #put<Declared extends { readonly handler: LuaFunction }>(
    all: Declared[],
    former: number,
    declared: Declared,
    what: string,
  ): void {
    const place = all[former];
    if (place)
      this.warn(
        `${declared.handler.where}: this ${what} replaces the one declared at ${place.handler.where}`,
      );
    all.splice(place ? former : all.length, 1, declared);
  }

  #open(call: string): void {
    if (this.#closed)
      throw new HostError(
        `${call} works at the top level of the script only, not in a handler: declare before the start`,
      );
  }
}

/** Always answered by the host, so that whoever watches the service can rely on it. */
export const HEALTH_PATH = '/health_check';

export type Style = 'classic' | 'modern';

export const HANDLER_KINDS = ['listener', 'rebuild', 'receipt', 'projection', 'decision'] as const;
export type HandlerKind = (typeof HANDLER_KINDS)[number];
export type DeclaredType = Readonly<Partial<Record<HandlerKind, LuaFunction>>>;

export interface DeclaredRoute {
  /** upper case */
  readonly method: string;
  readonly pattern: string;
  readonly segments: readonly Segment[];
  readonly style: Style;
  readonly handler: LuaFunction;
}

export interface DeclaredResume {
  readonly pattern: string;
  readonly match: TopicMatch;
  readonly handler: LuaFunction;
}

const STYLE: Readonly<Record<HandlerKind, Style>> = {
  listener: 'classic',
  rebuild: 'classic',
  receipt: 'classic',
  projection: 'modern',
  decision: 'modern',
};

/** It names a folder and a prefix of keys. */
const CLIENT_TYPE = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
