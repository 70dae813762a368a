/** The file, as JSON, from which the bus learns who may do what (PROTOCOL.md, Rights). */
export interface RightsFile {
  client_types: Record<string, ClientRights>;
  /**
   * true: a client type that is not named needs no token; it may send what no named client type sends, and receive what is not
   * masked. For a place where people try things.
   */
  others?: boolean;
  /** for the HTTP side; without it nobody may use more of that than `/health` and `/ready` */
  operator_token?: string;
  /** event types whose data the HTTP side leaves out */
  masked?: string[];
}

export interface ClientRights {
  /** without it, everybody may register as this client type: for clients that know no tokens */
  token?: string;
  /** event types, or `["*"]` */
  send: string[];
  receive: string[];
}
