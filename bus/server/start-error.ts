/** The bus cannot start for a reason that its message tells in one line; no stack is of use. */
export class StartError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartError';
  }
}
