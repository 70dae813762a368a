import type { EventHandler, ServiceModel, TypeHandlers } from '../types.js';

/** What follows from a model without running anything: what to subscribe to, and which handler is for which occasion. */

/** Types the service wants from the bus, sorted. A type with only a receipt listener is sent, not received. */
export function subscribedTypes(model: ServiceModel): string[] {
  return [...model.types]
    .filter(([, handlers]) => isLive(handlers) || stateHandler(handlers))
    .map(([type]) => type)
    .sort();
}

/** Types whose events make the state that a rebuild gives, sorted. */
export function stateTypes(model: ServiceModel): string[] {
  return [...model.types]
    .filter(([, handlers]) => stateHandler(handlers))
    .map(([type]) => type)
    .sort();
}

/** The handler that turns an acknowledged event into state: in a rebuild, and wherever an effect is missing. */
export function stateHandler(handlers: TypeHandlers | undefined): EventHandler | undefined {
  return handlers?.projection ?? handlers?.rebuild;
}

/** Something is called when such an event is delivered. Not so with only a rebuild handler: its effect is here already. */
export function isLive(handlers: TypeHandlers): boolean {
  return Boolean(handlers.listener ?? handlers.projection ?? handlers.decision);
}

/** Own events of these types were applied by the handler that sent them. */
export function isAppliedBySender(handlers: TypeHandlers | undefined): boolean {
  return handlers !== undefined && !isLive(handlers) && handlers.rebuild !== undefined;
}
